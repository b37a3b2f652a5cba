"""The titles, captions and keywords in the XMP of a picture's file."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from pochade.errors import DataDamaged
from pochade.images.metadata.xmp import DC_NAMESPACE, RDF_NAMESPACE, parse_sidecar

_CORE, _EXTENSION = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/", "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_CAPTION_PROPERTIES = {
    f"{{{DC_NAMESPACE}}}title",
    f"{{{DC_NAMESPACE}}}description",
    f"{{{DC_NAMESPACE}}}subject",
    "{http://ns.adobe.com/photoshop/1.0/}Headline",
    f"{{{_CORE}}}AltTextAccessibility",
    f"{{{_CORE}}}ExtDescrAccessibility",
    f"{{{_EXTENSION}}}Event",
    "{http://ns.adobe.com/lightroom/1.0/}hierarchicalSubject",
    "{http://www.digikam.org/ns/1.0/}TagsList",
    "{http://ns.adobe.com/exif/1.0/}UserComment",
    "{http://ns.adobe.com/tiff/1.0/}ImageDescription",
}
_PROMPT_PROPERTIES = {f"{{{_EXTENSION}}}AIPromptInformation"}
_DESCRIPTION, _ITEM = f"{{{RDF_NAMESPACE}}}Description", f"{{{RDF_NAMESPACE}}}li"
_ENTITY_SIGNS = ("<!DOCTYPE", "<!ENTITY")  # could expand without end
MAX_XMP_BYTES = 2**20


def read_xmp_texts(block: bytes) -> tuple[list[str], list[str]]:
    """Read the texts of a packet: titles, captions and keywords; and prompts. None of both if it is damaged.

    Args:
        block: The packet, or its `x:xmpmeta` element, as UTF-8.
    """
    rdf = parse_xmp_block(block)
    if rdf is None:
        return [], []
    return list(_texts_of(rdf, _CAPTION_PROPERTIES)), list(_texts_of(rdf, _PROMPT_PROPERTIES))


def parse_xmp_block(block: bytes) -> Element | None:
    """Parse a packet; return the element with the properties, or None if the packet is damaged.

    Args:
        block: The packet, or its `x:xmpmeta` element, as UTF-8.
    """
    text = block[:MAX_XMP_BYTES].decode("utf-8", "replace").strip("\0\ufeff \r\n\t")
    if any(sign in text for sign in _ENTITY_SIGNS):
        return None
    try:
        return parse_sidecar(text, Path("XMP")).rdf
    except (DataDamaged, ValueError):  # ValueError: a character that XML can't have
        return None


def _texts_of(rdf: Element, properties: set[str]) -> Iterator[str]:
    """Yield the texts of some properties, which may be attributes, elements, or elements with a list."""
    for description in rdf.iter(_DESCRIPTION):
        yield from (value for name, value in description.attrib.items() if name in properties)
        for element in description:
            if element.tag in properties:
                items = [item.text or "" for item in element.iter(_ITEM)]
                yield from items or [element.text or ""]
