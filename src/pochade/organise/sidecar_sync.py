"""Copy the labels of a collection to XMP sidecars, and from sidecars to the collection."""

from collections.abc import Iterator

from pochade.errors import PochadeError, UsageError
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
from pochade.system.atomic_files import file_lock
from pochade.system.path_text import printable
from pochade.system.replaced_file import remove_leftovers

LOCK_FILE = "sidecars.lock"  # in the folder of the index


def write_sidecars(library: Library) -> list[str]:
    """Write the labels of every picture to sidecars beside its files, and remove those that were taken back.

    Returns:
        A sentence for each file that could not be written.

    Raises:
        UsageError: Another process is writing them.
    """
    with file_lock(library.home / LOCK_FILE, f"writing the labels of '{printable(library.folder)}'"):
        all_labels, withdrawn = labels_by_picture(library.index), withdrawn_labels(library.index)
        files = [file for file in library.pictures() if file.number in all_labels or file.number in withdrawn]
        for folder in {file.path.parent for file in files}:
            remove_leftovers(folder)
        problems, in_sidecars = list[str](), set[tuple[int, str]]()
        names = FolderNames()
        for file in files:
            answers, taken_back = all_labels.get(file.number, {}), withdrawn.get(file.number, set())
            in_sidecars |= {(file.number, label) for label in _write_beside(file, answers, taken_back, names, problems)}
        _forget_withdrawn(library, withdrawn, {file.number for file in files}, in_sidecars)
    return problems


def _write_beside(
    file: PictureFile, answers: dict[str, bool], withdrawn: set[str], names: FolderNames, problems: list[str]
) -> set[str]:
    """Write the labels of a file; returns the withdrawn labels that are still in one of its sidecars."""
    labels = [label for label, has_label in answers.items() if has_label]
    try:
        write_sidecar_labels(file.path, labels, [*answers, *sorted(withdrawn - set(labels))], names)
        return withdrawn.intersection(read_sidecar_labels(file.path)) if withdrawn else set()
    except PochadeError as error:
        problems.append(error.sentence)
        return withdrawn


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


def read_sidecars(library: Library) -> list[str]:
    """Add the labels in sidecars to the pictures, except labels that the person refused or took back for a picture.

    Returns:
        A sentence for each sidecar that could not be read, and for each invalid label.
    """
    all_labels, withdrawn = labels_by_picture(library.index), withdrawn_labels(library.index)
    problems = list[str]()
    new_labels: dict[str, list[int]] = {}  # from a label to picture numbers
    for file in library.pictures():
        for label in _labels_beside(file, problems):
            if label not in all_labels.get(file.number, {}) and label not in withdrawn.get(file.number, set()):
                new_labels.setdefault(label, []).append(file.number)
    for label, numbers in new_labels.items():
        add_label(library.index, numbers, label)
    return problems


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
