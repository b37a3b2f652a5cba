"""XMP, the way in which programs for pictures write down what is known of one: its text to a tree, and back.

Nothing that others wrote is lost on the way: properties that we don't know, comments, prefixes, what stands around the
root. Only the layout may change, and where namespaces are declared. What can't be taken apart is refused.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from pochade.errors import DataDamaged, PictureDamaged, PictureTooLarge
from pochade.images.base.source import first_line, opened, printable

MOST_BYTES = 2**24  # of a sidecar: those with whole masks in them have a tenth
MOST_ELEMENTS = 250_000  # a tree takes more memory than its text
MOST_NESTED = 200  # elements within each other; ElementTree writes by recursion
UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # what such a text begins with
HINT = "look for an undamaged copy, or move it away"
DECLARES = re.compile("<!(?:DOCTYPE|ENTITY)")  # by which a text can grow without end, or ask for other files

XML = "http://www.w3.org/XML/1998/namespace"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC = "http://purl.org/dc/elements/1.1/"
ROOT = f"{{{RDF}}}RDF"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
BEGIN, END = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>', '<?xpacket end="w"?>'
EMPTY = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Pochade">
 <rdf:RDF xmlns:rdf="{RDF}">
  <rdf:Description rdf:about=""/>
 </rdf:RDF>
</x:xmpmeta>"""


@dataclass(frozen=True)
class Sidecar:
    """A sidecar's text, taken apart."""

    root: Element
    rdf: Element  # the part with the properties
    prefixes: dict[str, str]  # by namespace
    above: list[str]  # what stands before the root: comments, and the beginning of XMP's wrapper
    below: list[str]


class Builder(ElementTree.TreeBuilder):
    """Builds the tree, and keeps what a tree has no place for: prefixes, and what stands around the root."""

    def __init__(self) -> None:
        super().__init__(insert_comments=True, insert_pis=True)
        self.declared: dict[tuple[str, str], None] = {}  # prefixes and namespaces, each pair once
        self.above: list[str] = []
        self.below: list[str] = []
        self.elements = self.depth = 0

    def start_ns(self, prefix: str, namespace: str) -> None:
        """A namespace is given a prefix."""
        self.declared[prefix, namespace] = None

    def start(self, tag: str, attributes: dict[str, str], /) -> Element:
        """An element begins; ParseError when there are too many."""
        self.elements += 1
        self.depth += 1
        if self.elements > MOST_ELEMENTS or self.depth > MOST_NESTED:
            raise ElementTree.ParseError("it has too many elements, or too many within each other")
        return super().start(tag, attributes)

    def end(self, tag: str, /) -> Element:
        """An element ends."""
        self.depth -= 1
        return super().end(tag)

    def comment(self, text: str | None, /) -> Element:
        """A comment."""
        return self.kept(super().comment(text))

    def pi(self, target: str, text: str | None = None, /) -> Element:
        """A processing instruction, as XMP's wrapper is."""
        return self.kept(super().pi(target, text))

    def kept(self, element: Element) -> Element:
        """The same; outside of the root it is noted, as the tree won't hold it."""
        if not self.depth:
            (self.below if self.elements else self.above).append(ElementTree.tostring(element, "unicode"))
        return element


# Text to tree --------------------------------------------------------------------------------------------------------


def read_sidecar(path: Path) -> Sidecar:
    """The file, taken apart; DataDamaged or FileUnreachable when that can't be done."""
    content = content_of(path)
    try:
        text = content.decode("utf-16" if content.startswith(UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise damaged(path, "its text is neither UTF-8 nor UTF-16") from error
    if DECLARES.search(text):
        raise damaged(path, "it declares entities, as no program for pictures does")
    return parsed(text, path)


def content_of(path: Path) -> bytes:
    """All bytes of a sidecar; a pipe is not waited for, and no more memory taken than allowed."""
    try:
        with opened(path, MOST_BYTES) as source:
            if source.size > MOST_BYTES:
                raise source.too_large(f"{source.size:,} bytes")
            return source.read_at(0, source.size)
    except (PictureDamaged, PictureTooLarge) as error:  # it is no picture
        raise DataDamaged(error.sentence, HINT) from error


def parsed(text: str, path: Path) -> Sidecar:
    """The text taken apart; DataDamaged when it is no XMP. Whatever encoding it names, it is text already."""
    builder = Builder()
    parser = ElementTree.XMLParser(target=builder)
    try:
        parser.feed(text)
        root: Element = parser.close()
    except ElementTree.ParseError as error:
        raise damaged(path, first_line(error)) from error
    if (rdf := next(root.iter(ROOT), None)) is None:
        raise damaged(path, "it is XML, but no XMP")
    return Sidecar(root, rdf, prefixes(builder.declared), builder.above, builder.below)


def damaged(path: Path, why: str) -> DataDamaged:
    """The error for a file that is no sidecar."""
    return DataDamaged(f"'{printable(path)}' can't be read as a sidecar: {why}", HINT)


# Tree to text --------------------------------------------------------------------------------------------------------


def prefixes(declared: Iterable[tuple[str, str]]) -> dict[str, str]:
    """A prefix for each namespace: the file's own, unless it uses the same one for two."""
    chosen, taken = {XML: "xml"}, {"xml"}
    for wanted, namespace in (*declared, ("rdf", RDF), ("dc", DC)):
        if not namespace or namespace in chosen:
            continue
        prefix, number = wanted, len(chosen)
        while not prefix or prefix in taken:
            prefix, number = f"ns{number}", number + 1
        chosen[namespace] = prefix
        taken.add(prefix)
    return chosen


def written(sidecar: Sidecar) -> bytes:
    """The text of a sidecar in UTF-8, within XMP's wrapper. Its tree is of no more use afterwards."""
    above, below = sidecar.above, sidecar.below
    if not any(part.startswith("<?xpacket") for part in above):
        above, below = [*above, BEGIN], [END, *below]
    spell(sidecar.root, sidecar.prefixes)
    body = ElementTree.tostring(sidecar.root, "unicode").replace("\r", "&#13;")  # else it is read back as a line's end
    return "\n".join([DECLARATION, *above, body, *below, ""]).encode()


def spell(root: Element, prefixes: dict[str, str]) -> None:
    """Write all names with the file's own prefixes: ElementTree forgets them, or knows them for all files at once."""

    def spelled(name: str) -> str:
        namespace, _, local = name.removeprefix("{").rpartition("}")
        return f"{prefixes[namespace]}:{local}" if namespace else local

    for element in root.iter():
        if isinstance(element.tag, str):  # comments have a function there
            element.tag = spelled(element.tag)
            element.attrib = {spelled(name): value for name, value in element.attrib.items()}
    declared = {f"xmlns:{prefix}": namespace for namespace, prefix in prefixes.items() if namespace != XML}
    root.attrib = declared | root.attrib
