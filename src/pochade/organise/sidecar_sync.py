"""Copy the labels of a collection to XMP sidecars, and from sidecars to the collection."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from pochade.errors import OutputUnwritable, PochadeError, UsageError
from pochade.index.label_store import (
    add_label,
    forget_withdrawn_labels,
    labels_by_picture,
    withdrawn_labels,
)
from pochade.index.library import Library
from pochade.index.name_rules import normalise_name
from pochade.index.picture_records import PictureFile
from pochade.organise.sidecars import FolderNames, read_sidecar_labels, write_sidecar_labels
from pochade.system.atomic_files import file_lock, is_disk_full
from pochade.system.path_text import printable
from pochade.system.replaced_file import remove_leftovers

LOCK_FILE = "sidecars.lock"  # in the folder of the index


@dataclass
class SidecarReport:
    """What happened to labels and sidecars."""

    changed: int = 0  # files whose sidecar was written; when reading, pairs of a picture and a label that were added
    unchanged: int = 0  # files whose sidecars were up to date; when reading, pairs that were known or had been rejected
    problems: list[str] = field(default_factory=list)  # a sentence for each file that could not be read or written


def write_sidecars(library: Library) -> SidecarReport:
    """Write the labels of every picture to sidecars beside its files, and remove those that were taken back.

    Returns:
        How many sidecars were written, and how many files had the right ones.

    Raises:
        OutputUnwritable: The disk is full. The sidecars that were written stay.
        UsageError: Another process is writing them.
    """
    with file_lock(library.home / LOCK_FILE, f"writing the labels of '{printable(library.folder)}'"):
        all_labels, withdrawn = labels_by_picture(library.index), withdrawn_labels(library.index)
        files = [file for file in library.pictures() if file.number in all_labels or file.number in withdrawn]
        files.sort(key=lambda file: file.path.parent)  # each folder is listed once: its subfolders come after its files
        for folder in {file.path.parent for file in files}:
            remove_leftovers(folder)
        report, in_sidecars = SidecarReport(), set[tuple[int, str]]()
        names = FolderNames()
        for file in files:
            answers, taken_back = all_labels.get(file.number, {}), withdrawn.get(file.number, set())
            in_sidecars |= {(file.number, label) for label in _write_beside(file, answers, taken_back, names, report)}
        _forget_withdrawn(library, withdrawn, {file.number for file in files}, in_sidecars)
    return report


def _write_beside(
    file: PictureFile, answers: dict[str, bool], withdrawn: set[str], names: FolderNames, report: SidecarReport
) -> set[str]:
    """Write the labels of a file; returns the withdrawn labels that are still in one of its sidecars."""
    labels = [label for label, has_label in answers.items() if has_label]
    try:
        written = write_sidecar_labels(file.path, labels, [*answers, *sorted(withdrawn - set(labels))], names)
        report.changed += written is not None
        report.unchanged += written is None
        return withdrawn.intersection(_composed_labels(file)) if withdrawn else set()
    except PochadeError as error:
        if is_disk_full(error):  # the others would fail, too
            before = f"{report.changed:,} sidecar{'s were' if report.changed != 1 else ' was'} written before"
            why = f"the disk is full: '{printable(file.path)}' got no sidecar, and {before}"
            raise OutputUnwritable(why, "make room, then run the command again") from error
        report.problems.append(error.sentence)
        return withdrawn


def _composed_labels(file: PictureFile) -> Iterator[str]:
    """The labels in a file's sidecars, spelled as the index spells them: other programs write accents apart."""
    return (unicodedata.normalize("NFC", label) for label in read_sidecar_labels(file.path))


def _forget_withdrawn(
    library: Library, withdrawn: dict[int, set[str]], written: set[int], in_sidecars: set[tuple[int, str]]
) -> None:
    """Forget the withdrawn labels that no sidecar has any more; those of pictures whose files are gone stay."""
    gone = {
        number: {label for label in labels if (number, label) not in in_sidecars}
        for number, labels in withdrawn.items()
        if number in written
    }
    forget_withdrawn_labels(library.index, gone)


def read_sidecars(library: Library) -> SidecarReport:
    """Add the labels in sidecars to the pictures, except labels that the person refused or took back for a picture.

    Returns:
        How many labels of pictures were added; the problems also name each invalid label.
    """
    all_labels, withdrawn = labels_by_picture(library.index), withdrawn_labels(library.index)
    report = SidecarReport()
    new_labels, known_labels = dict[str, set[int]](), set[tuple[str, int]]()  # picture numbers, by label
    for file in library.pictures():
        for label in _labels_beside(file, report.problems):
            if label in all_labels.get(file.number, {}) or label in withdrawn.get(file.number, set()):
                known_labels.add((label, file.number))
            else:
                new_labels.setdefault(label, set()).add(file.number)
    for label, numbers in new_labels.items():
        add_label(library.index, numbers, label)
    report.changed, report.unchanged = sum(map(len, new_labels.values())), len(known_labels)
    return report


def _labels_beside(file: PictureFile, problems: list[str]) -> Iterator[str]:
    """The valid labels in a file's sidecars; a sentence about each invalid label is added to `problems`."""
    try:
        labels = read_sidecar_labels(file.path)
    except PochadeError as error:
        problems.append(error.sentence)
        return
    for label in labels:
        try:
            yield normalise_name(label)
        except UsageError as error:
            where = f"'{printable(file.path)}' has the label '{printable(label[:99])}'"
            problems.append(f"{where}: {error.sentence}")
