"""XMP sidecars, in which picture programs store metadata: parse one into a tree, and serialize it again.

Nothing that other programs wrote is lost: unknown properties, comments, namespace prefixes and the text around the root
stay. Only the layout and the position of namespace declarations may change. A file that can't be preserved in this way
is refused.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from pochade.errors import DataDamaged
from pochade.images.base.source import first_line
from pochade.images.base.whole_file import read_whole_file
from pochade.system.path_text import printable

MAX_SIDECAR_BYTES = 2**24  # ten times the size of sidecars that contain whole masks
MAX_ELEMENTS = 250_000  # of one sidecar; a tree takes more memory than its text
MAX_ELEMENT_DEPTH = 200  # nested elements; ElementTree serializes by recursion
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_DAMAGED_HINT = "look for an undamaged copy, or move it away"
_ENTITY_DECLARATION = re.compile("<!(?:DOCTYPE|ENTITY)")  # could expand without end, or include other files

XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"
RDF_NAMESPACE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC_NAMESPACE = "http://purl.org/dc/elements/1.1/"
_RDF_TAG = f"{{{RDF_NAMESPACE}}}RDF"
_XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_PACKET_START, _PACKET_END = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>', '<?xpacket end="w"?>'
EMPTY_SIDECAR = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Pochade">
 <rdf:RDF xmlns:rdf="{RDF_NAMESPACE}">
  <rdf:Description rdf:about=""/>
 </rdf:RDF>
</x:xmpmeta>"""


@dataclass(frozen=True)
class Sidecar:
    """A parsed sidecar: its tree, and the text that a tree can't hold."""

    root: Element
    rdf: Element  # the element with the properties
    prefixes: dict[str, str]  # by namespace
    before_root: list[str]  # comments, and the start of the XMP packet
    after_root: list[str]


class _SidecarBuilder(ElementTree.TreeBuilder):
    """A tree builder that also records namespace prefixes, and the comments and instructions around the root."""

    def __init__(self) -> None:
        super().__init__(insert_comments=True, insert_pis=True)
        self.namespaces: dict[tuple[str, str], None] = {}  # pairs of prefix and namespace, each once, in file order
        self.before_root: list[str] = []
        self.after_root: list[str] = []
        self.elements = self.depth = 0

    def start_ns(self, prefix: str, namespace: str) -> None:
        """Record a namespace declaration."""
        self.namespaces[prefix, namespace] = None

    def start(self, tag: str, attributes: dict[str, str], /) -> Element:
        """Open an element.

        Raises:
            ParseError: There are too many elements, or they are nested too deep.
        """
        self.elements += 1
        self.depth += 1
        if self.elements > MAX_ELEMENTS or self.depth > MAX_ELEMENT_DEPTH:
            raise ElementTree.ParseError("it has too many elements, or they are nested too deep")
        return super().start(tag, attributes)

    def end(self, tag: str, /) -> Element:
        """Close an element."""
        self.depth -= 1
        return super().end(tag)

    def comment(self, text: str | None, /) -> Element:
        """Add a comment."""
        return self._record_outside_root(super().comment(text))

    def pi(self, target: str, text: str | None = None, /) -> Element:
        """Add a processing instruction, such as the start or end of the XMP packet."""
        return self._record_outside_root(super().pi(target, text))

    def _record_outside_root(self, element: Element) -> Element:
        if not self.depth:
            (self.after_root if self.elements else self.before_root).append(ElementTree.tostring(element, "unicode"))
        return element


def read_sidecar(path: Path) -> Sidecar:
    """Read and parse a sidecar file.

    Raises:
        DataDamaged: The file is no XMP, cut short, too large, or declares entities.
        FileUnreachable: The file can't be opened or is not a regular file.
    """
    content = read_whole_file(path, MAX_SIDECAR_BYTES, _DAMAGED_HINT)
    try:
        text = content.decode("utf-16" if content.startswith(_UTF_16_MARKS) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise _damage_error(path, "its text is neither UTF-8 nor UTF-16") from error
    if _ENTITY_DECLARATION.search(text):
        raise _damage_error(path, "it declares entities, which no picture program does")
    return parse_sidecar(text, path)


def parse_sidecar(text: str, path: Path) -> Sidecar:
    """Parse the text of a sidecar; an encoding that its declaration names is ignored.

    Args:
        text: XML.
        path: The file, for error sentences.

    Raises:
        DataDamaged: The text is no XMP.
    """
    builder = _SidecarBuilder()
    parser = ElementTree.XMLParser(target=builder)
    try:
        parser.feed(text)
        root: Element = parser.close()
    except ElementTree.ParseError as error:
        raise _damage_error(path, first_line(error)) from error
    if (rdf := next(root.iter(_RDF_TAG), None)) is None:
        raise _damage_error(path, "it is XML, but not XMP")
    return Sidecar(root, rdf, _assign_prefixes(builder.namespaces), builder.before_root, builder.after_root)


def _damage_error(path: Path, reason: str) -> DataDamaged:
    return DataDamaged.about(printable(path), f"can't be read as a sidecar: {reason}", _DAMAGED_HINT)


def _assign_prefixes(namespaces: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Assign a prefix to each namespace: the file's own, unless the file uses it for two namespaces."""
    prefixes, taken = {XML_NAMESPACE: "xml"}, {"xml"}
    for file_prefix, namespace in (*namespaces, ("rdf", RDF_NAMESPACE), ("dc", DC_NAMESPACE)):
        if not namespace or namespace in prefixes:
            continue
        prefix, number = file_prefix, len(prefixes)
        while not prefix or prefix in taken:
            prefix, number = f"ns{number}", number + 1
        prefixes[namespace] = prefix
        taken.add(prefix)
    return prefixes


def serialize_sidecar(sidecar: Sidecar) -> bytes:
    """Serialize the sidecar as UTF-8 text within an XMP packet; its tree can't be used afterwards."""
    before, after = sidecar.before_root, sidecar.after_root
    if not any(part.startswith("<?xpacket") for part in before):
        before, after = [*before, _PACKET_START], [_PACKET_END, *after]
    _write_prefixes(sidecar.root, sidecar.prefixes)
    body = ElementTree.tostring(sidecar.root, "unicode").replace("\r", "&#13;")  # else parsers read it as a line break
    return "\n".join([_XML_DECLARATION, *before, body, *after, ""]).encode()


def _write_prefixes(root: Element, prefixes: dict[str, str]) -> None:
    """Replace namespaces in all names by the file's own prefixes, which ElementTree does not remember."""

    def add_prefix(name: str) -> str:
        namespace, _, local = name.removeprefix("{").rpartition("}")
        return f"{prefixes[namespace]}:{local}" if namespace else local

    for element in root.iter():
        if isinstance(element.tag, str):  # the tag of a comment is a function
            element.tag = add_prefix(element.tag)
            element.attrib = {add_prefix(name): value for name, value in element.attrib.items()}
    declarations = {f"xmlns:{prefix}": name for name, prefix in prefixes.items() if name != XML_NAMESPACE}
    root.attrib = declarations | root.attrib
