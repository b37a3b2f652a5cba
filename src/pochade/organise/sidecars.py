"""The labels of a picture in its XMP sidecars, which digiKam, Lightroom and darktable share.

For `cat.png`, digiKam writes `cat.png.xmp`. Lightroom writes `cat.xmp`, which all pictures called `cat` share. The
labels are the list `dc:subject`. Everything else in the file belongs to other programs, and is preserved; links,
permissions and owner of the file, too.
"""

import errno
import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from pochade.errors import UsageError
from pochade.images.base.source import unreachable_error
from pochade.images.metadata.xmp import (
    DC_NAMESPACE,
    EMPTY_SIDECAR,
    RDF_NAMESPACE,
    Sidecar,
    parse_sidecar,
    read_sidecar,
    serialize_sidecar,
)
from pochade.images.metadata.xmp_keywords import HIERARCHY_SEPARATORS
from pochade.system.folder_walk import NON_PICTURE_SUFFIXES, suffix_of
from pochade.system.path_text import printable
from pochade.system.replaced_file import replace_content

MISSING_FILE_ERRORS = {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG}
NOT_AN_XML_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
DESCRIPTION, ABOUT, ITEM = (f"{{{RDF_NAMESPACE}}}{name}" for name in ("Description", "about", "li"))
LISTS = [f"{{{RDF_NAMESPACE}}}{name}" for name in ("Bag", "Seq", "Alt")]
SUBJECT = f"{{{DC_NAMESPACE}}}subject"


def read_sidecar_labels(picture: Path) -> tuple[str, ...]:
    """Read the labels in a picture's sidecars, those of digiKam's sidecar first.

    Returns:
        Each label once, in the order of the files; empty if there is no sidecar.

    Raises:
        DataDamaged: A sidecar is no XMP, cut short, too large, or declares entities.
        FileUnreachable: A sidecar can't be opened.
    """
    sidecars = [path for path in sidecar_paths(picture) if _exists(path)]
    return tuple(dict.fromkeys(label for path in sidecars for label in _labels_in(_read_or_create(path).rdf)))


class FolderNames:
    """Which files of a folder share a sidecar, so that thousands of sidecars need one look at their folder."""

    def __init__(self) -> None:
        self._folder = Path()
        self._users: dict[str, set[str]] | None = None  # names of files, by the name of their sidecar

    def others_with(self, sidecar: Path, picture: Path) -> bool:
        """Whether another file in the picture's folder may be a picture with the same sidecar.

        Raises:
            FileUnreachable: The folder can't be listed.
        """
        if self._users is None or self._folder != picture.parent:
            self._folder, self._users = picture.parent, _names_by_sidecar(picture.parent)
        return bool(self._users.get(sidecar.name, set()) - {picture.name})


def sidecars_of(picture: Path, names: FolderNames | None = None) -> list[Path]:
    """The existing sidecars of a picture that no other file in its folder may share.

    Args:
        picture: The picture, which is not opened.
        names: What is known of the folder from a picture before; read again by default.

    Raises:
        FileUnreachable: The folder can't be listed.
    """
    existing = [path for path in sidecar_paths(picture) if _exists(path)]
    names = names or FolderNames()
    return [path for path in existing if not names.others_with(path, picture)]


def write_sidecar_labels(
    picture: Path, labels: Sequence[str], before: Sequence[str], names: FolderNames | None = None
) -> Path | None:
    """Write labels to a picture's sidecar, and preserve everything else in the sidecar.

    If only this picture uses an existing sidecar, it is updated; otherwise `<file>.xmp` is created. A sidecar that
    can't be read, or is read-only, stays as it is.

    Args:
        picture: The picture, which is neither opened nor changed.
        labels: All labels of the picture.
        before: Labels that Pochade may have written earlier. A label that is not among `labels` any more is removed,
            also from the picture's other sidecar and from lists of labels with their parents.
        names: What is known of the folder from a picture before; read again by default.

    Returns:
        The sidecar that was written; None if it had these labels already.

    Raises:
        UsageError: A label is empty, or has a character that XML can't hold.
        DataDamaged: The sidecar is no XMP, cut short, too large, or declares entities.
        FileUnreachable: The picture is gone, or the sidecar can't be opened.
        OutputUnwritable: The sidecar can't be written, or is read-only.
    """
    names = names or FolderNames()
    _check_labels(labels)
    if not _exists(picture):  # writing the sidecar would create its folder again
        raise unreachable_error(printable(picture), FileNotFoundError(errno.ENOENT, ""))
    path = _sidecar_to_write(picture, names)
    written = _update_sidecar(path, labels, before)
    removed = [label for label in before if label not in labels]
    for other in sidecar_paths(picture) if removed else []:
        if other != path and _exists(other) and not names.others_with(other, picture):
            _update_sidecar(other, [], removed)
    return path if written else None


def _update_sidecar(path: Path, labels: Sequence[str], before: Sequence[str]) -> bool:
    """Write labels to one sidecar; False if it had them already."""
    sidecar = _read_or_create(path)
    changes = _replace_labels(sidecar.rdf, labels, before)
    if changes:
        replace_content(path, serialize_sidecar(sidecar))
    return changes


def _check_labels(labels: Iterable[str]) -> None:
    for label in labels:
        if not label:
            raise UsageError("an empty label can't be written to a sidecar", "give the label a name")
        if invalid := NOT_AN_XML_CHARACTER.search(label):
            raise UsageError(
                f"the label {label!r} can't be written to a sidecar: XML has no character {invalid[0]!r}",
                "rename the label without this character",
            )


# Which file ----------------------------------------------------------------------------------------------------------


def sidecar_paths(picture: Path) -> list[Path]:
    """The paths where a picture's sidecars may be, digiKam's first; no file is its own sidecar."""
    names = dict.fromkeys((f"{picture.name}.xmp", picture.with_suffix(".xmp").name))
    return [picture.with_name(name) for name in names if name.lower() != picture.name.lower()]


def _sidecar_to_write(picture: Path, names: FolderNames) -> Path:
    """Lightroom's sidecar if there is no other and only this picture uses it; else digiKam's."""
    digikam, *lightroom = sidecar_paths(picture)
    only_lightroom = lightroom and not _exists(digikam) and _exists(lightroom[0])
    return lightroom[0] if only_lightroom and not names.others_with(lightroom[0], picture) else digikam


def _names_by_sidecar(folder: Path) -> dict[str, set[str]]:
    """The names of the files in a folder that may be pictures, by the name of each sidecar that they may have."""
    users: dict[str, set[str]] = {}
    try:
        with os.scandir(folder) as entries:  # many times faster than `Path.iterdir` in a folder of thousands
            files = [Path(entry.name) for entry in entries if not entry.is_dir()]
    except OSError as error:
        raise unreachable_error(printable(folder), error) from error
    for path in files:
        if suffix_of(os.fsencode(path)) not in NON_PICTURE_SUFFIXES:
            for sidecar in sidecar_paths(path):
                users.setdefault(sidecar.name, set()).add(path.name)
    return users


def _exists(path: Path) -> bool:
    """Whether a path exists, even as a broken link; raises FileUnreachable if the system can't tell."""
    try:
        path.lstat()
    except OSError as error:
        if error.errno in MISSING_FILE_ERRORS:
            return False
        raise unreachable_error(printable(path), error) from error
    return True


# Labels in a tree ----------------------------------------------------------------------------------------------------


def _read_or_create(path: Path) -> Sidecar:
    """Read a sidecar or start a new one, and bring its labels into lists, because programs also write plain text."""
    sidecar = read_sidecar(path) if _exists(path) else parse_sidecar(EMPTY_SIDECAR, path)
    _convert_to_lists(sidecar.rdf)
    return sidecar


def _convert_to_lists(rdf: Element) -> None:
    for description in rdf.findall(DESCRIPTION):
        if (attribute := description.attrib.pop(SUBJECT, None)) is not None:
            SubElement(description, SUBJECT).text = attribute
        for subject in description.findall(SUBJECT):
            if not any(child.tag in LISTS for child in subject):
                text, subject.text = (subject.text or "").strip(), None
                _append(SubElement(subject, LISTS[0]), [text] if text else [])


def _labels_in(rdf: Element) -> list[str]:
    """The labels; if there are only labels with their parents, the last part of each."""
    if subjects := _lists_of(rdf, SUBJECT):
        return _item_texts(subjects)
    paths = [
        (path, separator)
        for name, separator in HIERARCHY_SEPARATORS.items()
        for path in _item_texts(_lists_of(rdf, name))
    ]
    return [label for path, separator in paths if (label := path.rpartition(separator)[2])]


def _lists_of(rdf: Element, name: str) -> list[Element]:
    """The lists of a property that describe the picture itself, not the picture from which it was made."""
    properties = [element for description in rdf.findall(DESCRIPTION) for element in description.findall(name)]
    return [child for element in properties for child in element if child.tag in LISTS]


def _item_texts(lists: list[Element]) -> list[str]:
    return [text for items in lists for item in items if (text := _item_text(item))]


def _item_text(item: Element) -> str:
    """The text of a list item without comments; empty for other elements and for structured items."""
    if item.tag != ITEM or any(isinstance(child.tag, str) for child in item):
        return ""
    return "".join([item.text or "", *(comment.tail or "" for comment in item)])


def _replace_labels(rdf: Element, labels: Sequence[str], before: Sequence[str]) -> bool:
    """Add labels to `dc:subject` and remove old ones; False if nothing changes."""
    removed, current = _keys(before) - _keys(labels), _labels_in(rdf)
    lists = _lists_of(rdf, SUBJECT)
    listed = _keys(_item_texts(lists))
    pruned = _remove_paths(rdf, removed)
    if not pruned and removed.isdisjoint(_keys(current)) and listed >= _keys(labels):
        return False
    remaining = [label for label in current if _key(label) not in removed]  # of hierarchies: a new list hides them
    lists = lists or [_add_list(rdf)]
    for items in lists:
        items[:] = [item for item in items if _key(_item_text(item)) not in removed]
    added = {_key(label): label for label in [*remaining, *labels] if _key(label) not in listed}
    _append(lists[0], list(added.values()))
    for items in lists:
        ElementTree.indent(items, " ", 4)
    return True


def _remove_paths(rdf: Element, removed: set[str]) -> bool:
    """Remove labels from the lists that hold them with their parents; False if they are in none."""
    pruned = False
    for name, separator in HIERARCHY_SEPARATORS.items():
        for items in _lists_of(rdf, name):
            remaining = [item for item in items if _key(_item_text(item).rpartition(separator)[2]) not in removed]
            if len(remaining) < len(items):
                items[:], pruned = remaining, True
                ElementTree.indent(items, " ", 4)
    return pruned


def _key(label: str) -> str:
    """A label as it is compared: programs on macOS write letters with separate accents."""
    return unicodedata.normalize("NFC", label)


def _keys(labels: Iterable[str]) -> set[str]:
    return {_key(label) for label in labels}


def _add_list(rdf: Element) -> Element:
    """Add an empty list of labels to the first description."""
    description = rdf.find(DESCRIPTION)
    if description is None:
        description = SubElement(rdf, DESCRIPTION, {ABOUT: ""})
    subject = Element(SUBJECT)
    subject.tail = description.text or "\n  "  # the line break before what used to be the first property
    description.text = description.text or "\n   "
    description.insert(0, subject)
    items = SubElement(subject, LISTS[0])
    ElementTree.indent(subject, " ", 3)
    return items


def _append(items: Element, labels: list[str]) -> None:
    for label in labels:
        SubElement(items, ITEM).text = label
