"""Every label with a few of its pictures, as the page shows them: without pictures whose files are gone."""

from collections import defaultdict
from dataclasses import dataclass

from pochade.collection import Collection
from pochade.index.label_colours import LabelColour, read_label_colours
from pochade.index.label_store import labels_by_picture
from pochade.web.state.snapshot import Snapshot, picture_key

MAX_SHOWN_PICTURES = 4


@dataclass(frozen=True)
class LabelOverview:
    """A label, and some of its pictures."""

    label: str
    count: int  # pictures that have it
    refused: int  # pictures for which it was refused
    shown: tuple[str, ...]  # keys of a few pictures
    colour: LabelColour | None


def overview_of_labels(collection: Collection, snapshot: Snapshot) -> list[LabelOverview]:
    """Return every label that a picture has or was refused, sorted by label; its pictures are spread over the wall."""
    given: dict[str, list[int]] = defaultdict(list)
    refused: dict[str, int] = defaultdict(int)
    answers, colours = labels_by_picture(collection.index), read_label_colours(collection.index)
    for number in snapshot.by_number:
        for label, has_label in answers.get(number, {}).items():
            if has_label:
                given[label].append(number)
            else:
                refused[label] += 1
    return [
        LabelOverview(label, len(given[label]), refused[label], _shown(given[label], snapshot), colours.get(label))
        for label in sorted({*given, *refused})
    ]


def _shown(numbers: list[int], snapshot: Snapshot) -> tuple[str, ...]:
    step = max(1, len(numbers) // MAX_SHOWN_PICTURES)
    return tuple(picture_key(snapshot.by_number[number]) for number in numbers[::step][:MAX_SHOWN_PICTURES])
