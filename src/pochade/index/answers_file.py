"""Export what a person said to a file, and import it into another index: labels, groups, verdicts and more.

Everything else in an index is computed from the art, so this file is all that is needed before an index is deleted.
"""

from dataclasses import dataclass
from pathlib import Path

from pochade.errors import DataDamaged, DataMissing
from pochade.index.answers_format import (
    ANSWERS_FORMAT,
    FIRST_ANSWERS_FORMAT,
    Answers,
    AnswersInvalid,
    PictureAnswers,
    answers_from_json,
    answers_to_json,
)
from pochade.index.database import Index
from pochade.index.folder_roles import add_folder_roles, read_folder_roles
from pochade.index.group_tree import GroupTree
from pochade.index.label_colours import add_label_colours, read_label_colours
from pochade.index.label_store import add_label, labels_by_picture
from pochade.index.organisation_store import ANY_FEATURES, FEATURES_SETTING, read_groups, write_groups
from pochade.index.saved_searches import add_searches, read_searches
from pochade.index.settings_store import write_setting
from pochade.index.verdict_store import add_verdicts, read_verdicts
from pochade.system.atomic_files import write_atomically
from pochade.system.overwrite import check_overwrite
from pochade.system.path_text import printable

MAX_ANSWERS_BYTES = 2**28


@dataclass(frozen=True)
class ImportedAnswers:
    """What was taken from a file of answers."""

    labels: int  # pairs of a picture and a label that were new
    groups: int  # groups that were taken; 0 if the person has edited groups in this index
    unknown: int  # pictures of the file that are not in the index
    verdicts: int = 0  # verdicts about pairs without a verdict in this index
    folder_roles: int = 0  # roles of folders without a role in this index
    label_colours: int = 0  # colours of labels without a colour in this index
    searches: int = 0  # saved searches whose names are free in this index


def export_answers(index: Index, to: Path) -> int:
    """Write labels with their colours, groups, verdicts, roles of folders and saved searches to a JSON file.

    Args:
        index: The database.
        to: The file; an earlier export is replaced.

    Returns:
        How many pictures have a label, a group or a verdict.

    Raises:
        OutputUnwritable: The file can't be written, or another file is there.
    """
    check_overwrite(to, "already exists and is no export of Pochade", is_ours=_is_export)
    answers = _collect_answers(index)
    write_atomically(to, answers_to_json(answers))
    return len(answers.contents)


def import_answers(index: Index, source: Path) -> ImportedAnswers:
    """Add what a file says to an index. What the person said in this index stays.

    Args:
        index: The database, which knows the pictures already.
        source: The file that `export_answers` wrote.

    Raises:
        DataMissing: The file can't be read.
        DataDamaged: It is no export, or says something impossible.
        UsageError: The groups were changed at the same time.
    """
    answers = _read_answers(source)
    numbers = index.numbers_by_content(answers.contents)
    known = {numbers[content]: entry for content, entry in answers.pictures.items() if content in numbers}
    return ImportedAnswers(
        _import_labels(index, known),
        _import_groups(index, answers, known),
        len(answers.contents) - len(numbers),
        _import_verdicts(index, answers, numbers),
        add_folder_roles(index, answers.folder_roles),
        add_label_colours(index, answers.label_colours),
        add_searches(index, answers.searches),
    )


def _collect_answers(index: Index) -> Answers:
    labels, tree, contents = labels_by_picture(index), read_groups(index), index.contents_by_number()
    pictures = {
        contents[number]: PictureAnswers(
            labels.get(number, {}), number in tree.group_of, tree.group_of.get(number), number in tree.pinned
        )
        for number in sorted(labels.keys() | tree.group_of.keys())
    }
    verdicts = {
        (min(contents[first], contents[second]), max(contents[first], contents[second])): verdict
        for (first, second), verdict in read_verdicts(index).items()
        if first in contents and second in contents
    }
    roles, colours, searches = read_folder_roles(index), read_label_colours(index), read_searches(index)
    return Answers(pictures, tree.nodes, tree.grouped_count, verdicts, roles, colours, searches)


def _is_export(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            start = file.read(100)
            return any(name.encode() in start for name in (ANSWERS_FORMAT, FIRST_ANSWERS_FORMAT))
    except OSError:
        return False


def _read_answers(source: Path) -> Answers:
    try:
        with source.open("rb") as file:
            text = file.read(MAX_ANSWERS_BYTES + 1)
    except OSError as error:
        raise DataMissing(f"'{printable(source)}' can't be read: {error.strerror}", "check its name") from error
    try:
        if len(text) > MAX_ANSWERS_BYTES:
            raise AnswersInvalid
        return answers_from_json(text)
    except AnswersInvalid as error:
        raise DataDamaged(
            f"'{printable(source)}' is no export of Pochade, or it is damaged", "choose a file of 'pochade export'"
        ) from error


def _import_labels(index: Index, pictures: dict[int, PictureAnswers]) -> int:
    """Add labels about which this index says nothing yet; return how many."""
    present, count = labels_by_picture(index), 0
    new: dict[tuple[str, bool], list[int]] = {}  # from a label, and whether it is given, to picture numbers
    for number, entry in pictures.items():
        for label, given in entry.labels.items():
            if label not in present.get(number, {}):
                new.setdefault((label, given), []).append(number)
    for (label, given), numbers in new.items():
        add_label(index, numbers, label, refused=not given)
        count += len(numbers)
    return count


def _import_groups(index: Index, answers: Answers, pictures: dict[int, PictureAnswers]) -> int:
    """Replace the groups of this index, unless the person has edited some of them; return how many were taken."""
    before = read_groups(index)
    if before.pinned or any(node.kept for node in before.nodes.values()):
        return 0
    group_of = {number: entry.group for number, entry in pictures.items() if entry.grouped}
    pinned = {number for number, entry in pictures.items() if entry.pinned}
    write_groups(index, before, GroupTree(dict(answers.groups), group_of, pinned, answers.grouped_count))
    write_setting(index, FEATURES_SETTING, ANY_FEATURES)  # imported groups stay, whatever made them
    return len(answers.groups)


def _import_verdicts(index: Index, answers: Answers, numbers: dict[str, int]) -> int:
    """Add verdicts about pairs of known pictures about which this index says nothing yet; return how many."""
    verdicts = {
        (min(numbers[first], numbers[second]), max(numbers[first], numbers[second])): verdict
        for (first, second), verdict in answers.verdicts.items()
        if first in numbers and second in numbers
    }
    return add_verdicts(index, verdicts)
