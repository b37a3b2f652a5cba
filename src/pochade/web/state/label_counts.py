"""Counts the pictures with each label as the wall shows them: without those whose files are gone."""

from pochade.collection import Collection
from pochade.web.state.snapshot import Snapshot


def count_labels(collection: Collection, snapshot: Snapshot) -> dict[str, int]:
    """Return the number of pictures with each label, sorted by label.

    A picture whose files are gone keeps its labels for the day it comes back. Until then no filter finds it, so that it
    is not counted; a label that only such pictures have is left out.
    """
    counts = collection.labels()
    for label in {label for picture in collection.gone_pictures() for label in picture.labels} & counts.keys():
        counts[label] = len(collection.pictures_with_label(label) & snapshot.by_number.keys())
    return {label: count for label, count in counts.items() if count}
