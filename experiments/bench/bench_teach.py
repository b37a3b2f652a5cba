"""How well ten examples of a topic find the rest, and what twenty answers add: chosen questions or random ones.

    python -m experiments.bench.bench_teach

The topics are ten folders of openclipart. Measured as mean average precision of the ranking, beside 64 principal
components and perceptual hashes as features.
"""

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

TOPICS = 10  # topmost folders of openclipart
MIN_TOPIC_DRAWINGS, MAX_TOPIC_DRAWINGS = 60, 300
EXAMPLES, ANSWERS, ROUNDS, SEEDS = 10, 20, 4, 5
Ask = Callable[[np.ndarray, list[int], list[int], int, random.Random], Sequence[int]]


def _average_precision(features: np.ndarray, truth: np.ndarray, confirmed: list[int], refused: list[int]) -> float:
    """The average precision of the ranking of all drawings that nobody judged."""
    is_right = truth[score_unlabelled(features, confirmed, refused).rows]
    return float((np.cumsum(is_right) / np.arange(1, len(is_right) + 1))[is_right].mean())


def _ask_chosen(
    features: np.ndarray, confirmed: list[int], refused: list[int], count: int, _: random.Random
) -> list[int]:
    """Ask the questions that Pochade would ask."""
    return choose_questions(features, confirmed, refused, count=count)


def _ask_random(
    features: np.ndarray, confirmed: list[int], refused: list[int], count: int, rng: random.Random
) -> list[int]:
    """Ask about random drawings."""
    return rng.sample([row for row in range(len(features)) if row not in {*confirmed, *refused}], count)


def _precision_after_answers(
    features: np.ndarray, truth: np.ndarray, examples: list[int], ask: Ask, seed: int
) -> float:
    """Average precision on one half of the drawings, after twenty answers about the other half."""
    rng = random.Random(seed)
    asked_half = np.array(sorted({*examples, *rng.sample(range(len(truth)), len(truth) // 2)}))
    confirmed, refused = [int(np.searchsorted(asked_half, row)) for row in examples], list[int]()
    for _ in range(ROUNDS):
        for row in ask(features[asked_half], confirmed, refused, ANSWERS // ROUNDS, rng):
            (confirmed if truth[asked_half[row]] else refused).append(int(row))
    ranking = score_unlabelled(features, asked_half[confirmed], asked_half[refused] if refused else []).rows
    is_right = truth[ranking[~np.isin(ranking, asked_half)]]
    return float((np.cumsum(is_right) / np.arange(1, len(is_right) + 1))[is_right].mean())


def _load_topics() -> tuple[list[Image.Image], np.ndarray]:
    """Drawings of ten topics and of all others, and the topic of each."""
    by_topic: dict[str, list[Image.Image]] = {}
    rng = random.Random(0)
    for folder in sorted(path for path in DRAWINGS.iterdir() if path.is_dir() and path.name != "unsorted"):
        paths = sorted(folder.rglob("*.png"))
        for path in rng.sample(paths, min(len(paths), MAX_TOPIC_DRAWINGS)):
            try:
                by_topic.setdefault(folder.name, []).append(on_white(Image.open(path)))
            except (OSError, Image.DecompressionBombError):
                continue
    topics = [topic for topic, in_topic in by_topic.items() for _ in in_topic]
    return [picture for in_topic in by_topic.values() for picture in in_topic], np.array(topics)


def main() -> None:
    """Measure and write `results/teach.json`."""
    Image.MAX_IMAGE_PIXELS = 40_000_000
    pictures, topics = _load_topics()
    small = np.stack([np.asarray(picture.resize((32, 32)), np.float32).ravel() for picture in pictures])
    features = {
        "looks and traits": np.concatenate(
            [
                fingerprint(pictures).embeddings,
                np.stack([appearance_descriptor(make_squares(np.asarray(picture))) for picture in pictures]),
            ],
            1,
        ),
        "pca-64": PCA(64, random_state=0).fit_transform(small),
        "phash": np.stack([phash(picture) for picture in pictures]),
    }
    large = [topic for topic in np.unique(topics) if (topics == topic).sum() >= MIN_TOPIC_DRAWINGS]
    chosen_topics = random.Random(0).sample(large, TOPICS)
    trials = [(topic, seed) for topic in chosen_topics for seed in range(SEEDS)]
    figures: dict[str, object] = {"n": len(pictures), "topics": chosen_topics}
    precisions: dict[str, list[float]] = {name: [] for name in [*features, "20 chosen", "20 at random"]}
    for topic, seed in trials:
        truth = topics == topic
        examples = random.Random(seed).sample(np.flatnonzero(truth).tolist(), EXAMPLES)
        for name, points in features.items():
            precisions[name].append(_average_precision(points, truth, examples, []))
        ours = features["looks and traits"]
        precisions["20 chosen"].append(_precision_after_answers(ours, truth, examples, _ask_chosen, seed))
        precisions["20 at random"].append(_precision_after_answers(ours, truth, examples, _ask_random, seed))
    figures["average_precision"] = {name: summary(values) for name, values in precisions.items()}
    print({name: float(np.mean(values)) for name, values in precisions.items()})
    record("teach", figures)


if __name__ == "__main__":
    main()
