"""Labels: how well ten examples of a topic spread to the rest, and what twenty answers add, chosen or at random."""

import random
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image
from sklearn.decomposition import PCA

from experiments.shared.paths import DRAWINGS
from experiments.shared.perceptual_hash import phash
from experiments.shared.record import record, summary
from experiments.shared.white_paper import on_white
from pochade import fingerprint
from pochade.analysis.active_learning import choose_questions, score_unlabelled
from pochade.images.features.descriptors import appearance_descriptor
from pochade.images.geometry.letterbox import make_squares

TOPICS, SMALLEST, LARGEST = 10, 60, 300  # topmost folders; of each at most so many drawings
EXAMPLES, ANSWERS, ROUNDS, SEEDS = 10, 20, 4, 5
Ask = Callable[[np.ndarray, list[int], list[int], int, random.Random], Sequence[int]]


def average_precision(features: np.ndarray, truth: np.ndarray, confirmed: list[int], refused: list[int]) -> float:
    """Of the ranking of all that nobody judged."""
    right = truth[score_unlabelled(features, confirmed, refused).rows]
    return float((np.cumsum(right) / np.arange(1, len(right) + 1))[right].mean())


def chosen(features: np.ndarray, confirmed: list[int], refused: list[int], count: int, _: random.Random) -> list[int]:
    """The questions that the system asks."""
    return choose_questions(features, confirmed, refused, count=count)


def at_random(
    features: np.ndarray, confirmed: list[int], refused: list[int], count: int, chance: random.Random
) -> list[int]:
    """Any questions."""
    return chance.sample([row for row in range(len(features)) if row not in {*confirmed, *refused}], count)


def after_answers(features: np.ndarray, truth: np.ndarray, begun: list[int], ask: Ask, seed: int) -> float:
    """The average precision on a half that is never asked, after twenty answers about the other half."""
    chance = random.Random(seed)
    asked_half = np.array(sorted({*begun, *chance.sample(range(len(truth)), len(truth) // 2)}))
    confirmed, refused = [int(np.searchsorted(asked_half, row)) for row in begun], list[int]()
    for _ in range(ROUNDS):
        for row in ask(features[asked_half], confirmed, refused, ANSWERS // ROUNDS, chance):
            (confirmed if truth[asked_half[row]] else refused).append(int(row))
    found = score_unlabelled(features, asked_half[confirmed], asked_half[refused] if refused else []).rows
    right = truth[found[~np.isin(found, asked_half)]]
    return float((np.cumsum(right) / np.arange(1, len(right) + 1))[right].mean())


def drawings() -> tuple[list[Image.Image], np.ndarray]:
    """Drawings of ten topics and of all others, and the topic of each."""
    by_topic: dict[str, list[Image.Image]] = {}
    chance = random.Random(0)
    for folder in sorted(path for path in DRAWINGS.iterdir() if path.is_dir() and path.name != "unsorted"):
        paths = sorted(folder.rglob("*.png"))
        for path in chance.sample(paths, min(len(paths), LARGEST)):
            try:
                by_topic.setdefault(folder.name, []).append(on_white(Image.open(path)))
            except (OSError, Image.DecompressionBombError):
                continue
    topics = [topic for topic, each in by_topic.items() for _ in each]
    return [picture for each in by_topic.values() for picture in each], np.array(topics)


def main() -> None:
    """Measure and write `results/teach.json`."""
    Image.MAX_IMAGE_PIXELS = 40_000_000
    pictures, topics = drawings()
    small = np.stack([np.asarray(each.resize((32, 32)), np.float32).ravel() for each in pictures])
    features = {
        "looks and traits": np.concatenate(
            [
                fingerprint(pictures).embeddings,
                np.stack([appearance_descriptor(make_squares(np.asarray(each))) for each in pictures]),
            ],
            1,
        ),
        "pca-64": PCA(64, random_state=0).fit_transform(small),
        "phash": np.stack([phash(each) for each in pictures]),
    }
    large = [topic for topic in np.unique(topics) if (topics == topic).sum() >= SMALLEST]
    named = random.Random(0).sample(large, TOPICS)
    trials = [(topic, seed) for topic in named for seed in range(SEEDS)]
    figures: dict[str, object] = {"n": len(pictures), "topics": named}
    found: dict[str, list[float]] = {name: [] for name in [*features, "20 chosen", "20 at random"]}
    for topic, seed in trials:
        truth = topics == topic
        begun = random.Random(seed).sample(np.flatnonzero(truth).tolist(), EXAMPLES)
        for name, points in features.items():
            found[name].append(average_precision(points, truth, begun, []))
        ours = features["looks and traits"]
        found["20 chosen"].append(after_answers(ours, truth, begun, chosen, seed))
        found["20 at random"].append(after_answers(ours, truth, begun, at_random, seed))
    figures["average_precision"] = {name: summary(values) for name, values in found.items()}
    print({name: float(np.mean(values)) for name, values in found.items()})
    record("teach", figures)


if __name__ == "__main__":
    main()
