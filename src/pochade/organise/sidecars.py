"""A person's labels in XMP sidecars, the small files beside their art that digiKam, Lightroom and darktable share.

`cat.png.xmp` is digiKam's name for the one of `cat.png`; `cat.xmp` is Lightroom's, and all pictures called `cat` share
it. The labels are the list `dc:subject` in there. All else is somebody else's work and stays, other labels too.
"""

import errno
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from pochade.errors import UsageError
from pochade.images.base.source import printable, unreachable
from pochade.images.metadata.xmp import DC, EMPTY, RDF, Sidecar, parsed, read_sidecar, written
from pochade.system.atomic_files import write_atomically
from pochade.system.folder_walk import NO_PICTURES, ending

NOT_THERE = {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG}
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
DESCRIPTION, ABOUT, ITEM = (f"{{{RDF}}}{name}" for name in ("Description", "about", "li"))
LISTS = [f"{{{RDF}}}{name}" for name in ("Bag", "Seq", "Alt")]
SUBJECT = f"{{{DC}}}subject"
PATHS = {  # labels with those above them, and what stands between
    "{http://ns.adobe.com/lightroom/1.0/}hierarchicalSubject": "|",
    "{http://www.digikam.org/ns/1.0/}TagsList": "/",
}


def read_labels(picture: Path) -> tuple[str, ...]:
    """The labels that a picture's sidecars give it, each once, those of digiKam's sidecar first.

    Returns:
        Them, in the file's order; none where there is no sidecar.

    Raises:
        DataDamaged: A sidecar is no XMP, cut short, too large, or declares entities; PictureDamaged is for pictures.
        FileUnreachable: A sidecar can't be opened.
    """
    there = [path for path in sidecars_of(picture) if is_there(path)]
    return tuple(dict.fromkeys(label for path in there for label in labels_in(unfolded(path).rdf)))


def write_labels(picture: Path, labels: Sequence[str], before: Sequence[str]) -> Path | None:
    """Give a picture these labels in its sidecar, and leave there what others wrote.

    A sidecar that is this picture's alone is added to, under either name; otherwise digiKam's comes to be. One that
    can't be read is left as it is.

    Args:
        picture: The file of art; it is neither opened nor changed.
        labels: All that Pochade knows.
        before: What Pochade wrote the last time: of these, the ones that aren't among `labels` are taken away.

    Returns:
        The sidecar that was written; None when it holds all that already.

    Raises:
        UsageError: A label is empty, or has a character that XML can't hold.
        DataDamaged: The sidecar is no XMP, cut short, too large, or declares entities.
        FileUnreachable: The picture is gone, or the sidecar can't be opened.
        OutputUnwritable: No permission, or no space.
    """
    check_labels(labels)
    if not is_there(picture):  # its folder would be made anew
        raise unreachable(printable(picture), FileNotFoundError(errno.ENOENT, ""))
    path = sidecar_to_write(picture)
    sidecar = unfolded(path)
    if not relabelled(sidecar.rdf, labels, before):
        return None
    write_atomically(path, written(sidecar))
    return path


def check_labels(labels: Iterable[str]) -> None:
    """Nothing, or UsageError for a label that no sidecar can hold."""
    for label in labels:
        if not label:
            raise UsageError("an empty label can't be written to a sidecar", "give it a name")
        if found := NOT_IN_XML.search(label):
            raise UsageError(
                f"the label {label!r} can't be written to a sidecar: XML has no character {found[0]!r}",
                "rename the label without it",
            )


# Which file ----------------------------------------------------------------------------------------------------------


def sidecars_of(picture: Path) -> list[Path]:
    """Where a picture's labels may lie, digiKam's name first; no file is its own sidecar."""
    names = dict.fromkeys((f"{picture.name}.xmp", picture.with_suffix(".xmp").name))
    return [picture.with_name(name) for name in names if name.lower() != picture.name.lower()]


def sidecar_to_write(picture: Path) -> Path:
    """Lightroom's sidecar where it is the only one and this picture's alone; else digiKam's.

    Raises:
        FileUnreachable: The folder can't be listed.
    """
    full, *short = sidecars_of(picture)
    alone = short and not is_there(full) and is_there(short[0]) and not is_shared(short[0], picture)
    return short[0] if alone else full


def is_shared(sidecar: Path, picture: Path) -> bool:
    """Whether another file that may be a picture would find its labels there too."""
    try:
        with os.scandir(picture.parent) as beside:  # many times faster than paths, in a folder of thousands
            alike = [one for one in beside if one.name.startswith(sidecar.stem) and one.name != picture.name]
            others = [picture.with_name(one.name) for one in alike if not one.is_dir()]
    except OSError as error:
        raise unreachable(printable(picture.parent), error) from error
    return any(ending(os.fsencode(path)) not in NO_PICTURES and sidecar in sidecars_of(path) for path in others)


def is_there(path: Path) -> bool:
    """Whether there is such a file, be it a link that leads nowhere: what can't be asked must not count as missing."""
    try:
        path.lstat()
    except OSError as error:
        if error.errno in NOT_THERE:
            return False
        raise unreachable(printable(path), error) from error
    return True


# Labels in a tree ----------------------------------------------------------------------------------------------------


def unfolded(path: Path) -> Sidecar:
    """The sidecar there, or a new one, every label in a list; DataDamaged or FileUnreachable when it can't be read."""
    sidecar = read_sidecar(path) if is_there(path) else parsed(EMPTY, path)
    unfold(sidecar.rdf)
    return sidecar


def unfold(rdf: Element) -> None:
    """Write a lone label, an attribute or mere text, as the list that it stands for."""
    for description in rdf.findall(DESCRIPTION):
        if (lone := description.attrib.pop(SUBJECT, None)) is not None:
            SubElement(description, SUBJECT).text = lone
        for subject in description.findall(SUBJECT):
            if not any(child.tag in LISTS for child in subject):
                text, subject.text = (subject.text or "").strip(), None
                add(SubElement(subject, LISTS[0]), [text] if text else [])


def labels_in(rdf: Element) -> list[str]:
    """The labels; where others wrote only those with their paths, the last part of each."""
    if subjects := lists_of(rdf, SUBJECT):
        return texts(subjects)
    paths = [(path, mark) for name, mark in PATHS.items() for path in texts(lists_of(rdf, name))]
    return [last for path, mark in paths if (last := path.rpartition(mark)[2])]


def lists_of(rdf: Element, name: str) -> list[Element]:
    """The lists of that name that say something of the picture itself, not of what it was made from."""
    found = [element for description in rdf.findall(DESCRIPTION) for element in description.findall(name)]
    return [child for element in found for child in element if child.tag in LISTS]


def texts(lists: list[Element]) -> list[str]:
    """What stands in lists."""
    return [text for items in lists for item in items if (text := text_of(item))]


def text_of(item: Element) -> str:
    """An item's text, without comments; nothing for what is no item, or has a structure of its own."""
    if item.tag != ITEM or any(isinstance(child.tag, str) for child in item):
        return ""
    return "".join([item.text or "", *(comment.tail or "" for comment in item)])


def relabelled(rdf: Element, labels: Sequence[str], before: Sequence[str]) -> bool:
    """Put the labels into `dc:subject` and take away old ones; whether there was anything to do."""
    removed, current = set(before) - set(labels), labels_in(rdf)
    lists = lists_of(rdf, SUBJECT)
    have = set(texts(lists))
    if removed.isdisjoint(current) and have.issuperset(labels):
        return False
    stay = [label for label in current if label not in removed]  # last parts of paths too: a new list would hide them
    lists = lists or [new_list(rdf)]
    for items in lists:
        items[:] = [item for item in items if text_of(item) not in removed]
    add(lists[0], [label for label in dict.fromkeys([*stay, *labels]) if label not in have])
    for items in lists:
        ElementTree.indent(items, " ", 4)
    return True


def new_list(rdf: Element) -> Element:
    """An empty list of labels, in the first description."""
    description = rdf.find(DESCRIPTION)
    if description is None:
        description = SubElement(rdf, DESCRIPTION, {ABOUT: ""})
    subject = Element(SUBJECT)
    subject.tail = description.text or "\n  "  # the line break before what was the first property
    description.text = description.text or "\n   "
    description.insert(0, subject)
    items = SubElement(subject, LISTS[0])
    ElementTree.indent(subject, " ", 3)
    return items


def add(items: Element, labels: list[str]) -> None:
    """Append labels to a list."""
    for label in labels:
        SubElement(items, ITEM).text = label
