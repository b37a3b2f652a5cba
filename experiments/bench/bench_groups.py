"""How well `groups` matches classes that it never saw, and how long grouping takes.

    python -m experiments.bench.bench_groups

The classes are those of Fashion-MNIST (10,000 test pictures) and the topmost folders of openclipart. Measured by
normalised and adjusted mutual information, beside k-means on 64 principal components and on perceptual hashes.
"""

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
from pochade.organise.group_records import Group
from pochade.study.fashion_mnist import fashion_mnist

LATE_EVERY = 100  # one file in a hundred is added later
NO_GROUP = -1


def _group_numbers(groups: list[Group], depth: int, names: list[str]) -> np.ndarray:
    """The number of each file's group at a depth, -1 for none."""
    level = groups
    for _ in range(depth - 1):
        level = [inner for group in level for inner in (group.groups or (group,))]
    numbers = {path.name: group.number for group in level for path in group.paths}
    return np.array([numbers.get(name, NO_GROUP) for name in names])


def _time(call: Callable[[], object]) -> tuple[object, float]:
    """Call a function, and return its result and the seconds that it took."""
    begin = time.perf_counter()
    result = call()
    return result, time.perf_counter() - begin


def _share_moved(folder: Path, names: list[str]) -> float:
    """The share of files whose group changes when one file in a hundred is added."""
    late_names = names[::LATE_EVERY]
    late_files = {name: (folder / name).read_bytes() for name in late_names}
    for name in late_names:
        (folder / name).unlink()
    early_names = [name for name in names if name not in late_files]
    with tempfile.TemporaryDirectory() as index, Collection.open(folder, index=index) as collection:
        collection.learn(minutes=0)
        before = _group_numbers(collection.groups(), 3, early_names)
        for name, content in late_files.items():
            (folder / name).write_bytes(content)
        collection.learn(minutes=0)
        after = _group_numbers(collection.groups(), 3, early_names)
    return float((before != after).mean())


def _measure_fashion(folder: Path) -> dict[str, object]:
    """Group ten thousand pictures of clothes."""
    test = fashion_mnist().test
    names = [f"{number:05d}.png" for number in range(len(test.images))]
    for name, pixels in zip(names, test.images[:, 0].numpy(), strict=True):
        Image.fromarray(pixels).save(folder / name)
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
        groups, seconds = _time(collection.groups)
        assert isinstance(groups, list)
        labels = [_group_numbers(groups, depth, names) for depth in (1, 2, 3)]
    return {
        "seconds": seconds,
        "groups": [len(np.unique(numbers)) - 1 for numbers in labels],
        "alone": int((labels[0] == NO_GROUP).sum()),
        "nmi": [float(normalized_mutual_info_score(test.labels.numpy(), numbers)) for numbers in labels],
        "moved_by_1_percent": _share_moved(folder, names),
    }


def _measure_openclipart(folder: Path) -> dict[str, object]:
    """Group every drawing that Pillow reads, and compare with the topmost folders."""
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
        _, families_seconds = _time(collection.families)
        groups, groups_seconds = _time(collection.groups)
        _, map_seconds = _time(collection.map)
        assert isinstance(groups, list)
        labels = [_group_numbers(groups, depth, names) for depth in (1, 2, 3)]
    counts = [len(np.unique(numbers)) - 1 for numbers in labels]
    small = np.stack([np.asarray(picture.resize((32, 32)), np.float32).ravel() for picture in pictures])
    baselines = {
        "pca-64": PCA(64, random_state=0).fit_transform(small),
        "phash": np.stack([phash(picture) for picture in pictures]),
    }
    return {
        "files": len(names),
        "seconds": {"families": families_seconds, "groups": groups_seconds, "map": map_seconds},
        "groups": counts,
        "ami": [float(adjusted_mutual_info_score(truth, numbers)) for numbers in labels],
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
    for name, measure in (("fashion", _measure_fashion), ("openclipart", _measure_openclipart)):
        with tempfile.TemporaryDirectory() as folder:
            figures[name] = measure(Path(folder))
            print(name, figures[name], flush=True)
    record("groups", figures)


if __name__ == "__main__":
    main()
