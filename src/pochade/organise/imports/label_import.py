"""Add the labels of other programs to a collection, and take the last import back.

What an import is going to add is recorded first, so that it can be undone even after a power cut.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pochade.errors import UsageError
from pochade.index.label_store import add_labels, labels_by_picture, take_back_labels, withdrawn_labels
from pochade.index.library import Library
from pochade.organise.imports.import_plan import ImportPlan
from pochade.organise.imports.import_record import forget_last_import, read_last_import, record_import
from pochade.system.path_text import printable


def carry_out_import(library: Library, plans: Sequence[ImportPlan]) -> int:
    """Add the labels of some plans, and return how often a picture got a label.

    Raises:
        OutputUnwritable: The index can't be written.
    """
    added = _without_answers(library, _join(plan.added for plan in plans))
    if not added:
        return 0
    record_import(library, added, [printable(plan.place.name) for plan in plans if plan.added])
    add_labels(library.index, added)
    return sum(map(len, added.values()))


def undo_last_import(library: Library) -> int:
    """Take back the labels that the last import added, and return how often a picture lost one.

    Labels that were given, refused or renamed since stay as they are.

    Raises:
        UsageError: There is no import to undo.
        IndexDamaged: Its record is damaged.
    """
    last = read_last_import(library)
    if last is None:
        raise UsageError("no import is left to undo", "labels are also deleted with: pochade labels --delete LABEL")
    known = library.index.numbers_by_content(last.pictures)
    numbers = [known.get(content) for content in last.pictures]
    added = {
        label: {number for position in positions if (number := numbers[position]) is not None}
        for label, positions in last.added.items()
    }
    count = take_back_labels(library.index, added)
    forget_last_import(library)
    return count


def _join(parts: Iterable[Mapping[str, set[int]]]) -> dict[str, set[int]]:
    joined: dict[str, set[int]] = defaultdict(set)
    for part in parts:
        for label, numbers in part.items():
            joined[label] |= numbers
    return dict(joined)


def _without_answers(library: Library, added: Mapping[str, set[int]]) -> dict[str, set[int]]:
    """Leave out pictures that are gone since the plan was made, and what the person has said of others."""
    answers, withdrawn = labels_by_picture(library.index), withdrawn_labels(library.index)
    present = library.index.contents_by_number().keys()
    remaining = {
        label: {
            number
            for number in numbers & present
            if label not in answers.get(number, {}) and label not in withdrawn.get(number, set())
        }
        for label, numbers in added.items()
    }
    return {label: numbers for label, numbers in remaining.items() if numbers}
