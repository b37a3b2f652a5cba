"""Copy the labels of a collection to XMP sidecars, and from sidecars to the collection."""

from collections.abc import Iterator

from pochade.errors import PochadeError, UsageError
from pochade.index.label_store import add_label, labels_by_picture
from pochade.index.library import Library
from pochade.index.name_rules import normalise_name
from pochade.index.picture_records import PictureFile
from pochade.organise.sidecars import read_sidecar_labels, write_sidecar_labels
from pochade.system.path_text import printable


def write_sidecars(library: Library) -> list[str]:
    """Write the labels of every picture to sidecars beside its files.

    Returns:
        A sentence for each file that could not be written.
    """
    all_labels, problems = labels_by_picture(library.index), list[str]()
    for file in library.pictures():
        answers = all_labels.get(file.number, {})
        try:
            if answers:
                labels = [label for label, has_label in answers.items() if has_label]
                write_sidecar_labels(file.path, labels, list(answers))
        except PochadeError as error:
            problems.append(error.sentence)
    return problems


def read_sidecars(library: Library) -> list[str]:
    """Add the labels in sidecars to the pictures, except labels that the person refused for a picture.

    Returns:
        A sentence for each sidecar that could not be read, and for each invalid label.
    """
    all_labels, problems = labels_by_picture(library.index), list[str]()
    new_labels: dict[str, list[int]] = {}  # from a label to picture numbers
    for file in library.pictures():
        for label in _labels_beside(file, problems):
            if label not in all_labels.get(file.number, {}):
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
