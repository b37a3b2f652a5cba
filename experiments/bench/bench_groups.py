"""Groups beside classes that nobody told: Fashion-MNIST's, and openclipart's folders; and how long order takes."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_mutual_info_score, normalized_mutual_info_score

from experiments.shared.paths import DRAWINGS
from experiments.shared.perceptual_hash import phash
from experiments.shared.record import record
from experiments.shared.white_paper import on_white
from pochade import Collection
from pochade.organise.results import Group
from pochade.study.fashion_mnist import fashion_mnist

NEW = 100  # one in so many pieces comes later
ALONE = -1


def labelled(groups: list[Group], depth: int, names: list[str]) -> np.ndarray:
    """The number of each file's group at a depth, -1 for none."""
    level = groups
    for _ in range(depth - 1):
        level = [inner for group in level for inner in (group.groups or (group,))]
    found = {path.name: group.number for group in level for path in group.paths}
    return np.array([found.get(name, ALONE) for name in names])


def timed(call: Callable[[], object]) -> tuple[object, float]:
    """What a call gives, and its seconds."""
    begun = time.perf_counter()
    given = call()
    return given, time.perf_counter() - begun


def moved(folder: Path, names: list[str]) -> float:
    """The share of files whose group is another after one in a hundred came."""
    late = names[::NEW]
    aside = {name: (folder / name).read_bytes() for name in late}
    for name in late:
        (folder / name).unlink()
    old = [name for name in names if name not in aside]
    with tempfile.TemporaryDirectory() as index, Collection.open(folder, index=index) as collection:
        collection.learn(minutes=0)
        before = labelled(collection.groups(), 3, old)
        for name, content in aside.items():
            (folder / name).write_bytes(content)
        collection.learn(minutes=0)
        after = labelled(collection.groups(), 3, old)
    return float((before != after).mean())


def fashion(folder: Path) -> dict[str, object]:
    """Ten thousand pictures of clothes, each in a file."""
    test = fashion_mnist().test
    names = [f"{number:05d}.png" for number in range(len(test.images))]
    for name, pixels in zip(names, test.images[:, 0].numpy(), strict=True):
        Image.fromarray(pixels).save(folder / name)
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
        groups, seconds = timed(collection.groups)
        assert isinstance(groups, list)
        found = [labelled(groups, depth, names) for depth in (1, 2, 3)]
    return {
        "seconds": seconds,
        "groups": [len(np.unique(each)) - 1 for each in found],
        "alone": int((found[0] == ALONE).sum()),
        "nmi": [float(normalized_mutual_info_score(test.labels.numpy(), each)) for each in found],
        "moved_by_1_percent": moved(folder, names),
    }


def openclipart(folder: Path) -> dict[str, object]:
    """Every drawing that Pillow reads, 256 pixels wide, beside its topmost folder."""
    Image.MAX_IMAGE_PIXELS = 40_000_000
    topics, pictures = dict[str, str](), list[Image.Image]()
    for number, path in enumerate(sorted(DRAWINGS.rglob("*.png"))):
        try:
            pictures.append(on_white(Image.open(path)))
        except (OSError, Image.DecompressionBombError, Image.DecompressionBombWarning):
            continue
        topics[f"{number:05d}.png"] = path.relative_to(DRAWINGS).parts[0]
        pictures[-1].save(folder / f"{number:05d}.png")
    names, truth = list(topics), np.unique(list(topics.values()), return_inverse=True)[1]
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
        _, families_seconds = timed(collection.families)
        groups, groups_seconds = timed(collection.groups)
        _, map_seconds = timed(collection.map)
        assert isinstance(groups, list)
        found = [labelled(groups, depth, names) for depth in (1, 2, 3)]
    counts = [len(np.unique(each)) - 1 for each in found]
    small = np.stack([np.asarray(each.resize((32, 32)), np.float32).ravel() for each in pictures])
    baselines = {
        "pca-64": PCA(64, random_state=0).fit_transform(small),
        "phash": np.stack([phash(each) for each in pictures]),
    }
    return {
        "files": len(names),
        "seconds": {"families": families_seconds, "groups": groups_seconds, "map": map_seconds},
        "groups": counts,
        "ami": [float(adjusted_mutual_info_score(truth, each)) for each in found],
        "ami_of_k_means": {
            name: [
                float(adjusted_mutual_info_score(truth, KMeans(count, n_init=3, random_state=0).fit_predict(points)))
                for count in counts
            ]
            for name, points in baselines.items()
        },
    }


def main() -> None:
    """Measure and write `results/groups.json`."""
    figures: dict[str, object] = {}
    for measure in (fashion, openclipart):
        with tempfile.TemporaryDirectory() as folder:
            figures[measure.__name__] = measure(Path(folder))
            print(measure.__name__, figures[measure.__name__], flush=True)
    record("groups", figures)


if __name__ == "__main__":
    main()
