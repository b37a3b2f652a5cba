"""The keywords and the rating in XMP, with the parents of keywords, as picture programs write them.

    dc:subject                 Oslo                       every program
    lr:hierarchicalSubject     Places|Norway|Oslo         Lightroom, darktable, digiKam
    digiKam:TagsList           Places/Norway/Oslo         digiKam
    xmp:Rating                 1 to 5; 0 for none, -1 for rejected

darktable also writes what it did to a picture, as keywords below `darktable`; these are left out, and so is the last
part of each in `dc:subject` (darktable-org/darktable#18162).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from pochade.images.metadata.xmp import DC_NAMESPACE, RDF_NAMESPACE

SUBJECT = f"{{{DC_NAMESPACE}}}subject"
RATING = "{http://ns.adobe.com/xap/1.0/}Rating"
HIERARCHY_SEPARATORS = {  # properties that hold keywords with their parents, and the separator of these
    "{http://ns.adobe.com/lightroom/1.0/}hierarchicalSubject": "|",
    "{http://www.digikam.org/ns/1.0/}TagsList": "/",
}
BEST_RATING = 5
_DESCRIPTION, _ITEM = f"{{{RDF_NAMESPACE}}}Description", f"{{{RDF_NAMESPACE}}}li"
_LISTS = {f"{{{RDF_NAMESPACE}}}{name}" for name in ("Bag", "Seq", "Alt")}
_TECHNICAL_PARENT = "darktable"
KeywordPath = tuple[str, ...]  # a keyword behind its parents


@dataclass(frozen=True)
class PictureKeywords:
    """The keywords of a picture and its rating."""

    paths: tuple[KeywordPath, ...] = ()  # each once, in the order of the file
    rating: int = 0  # 1 to 5; 0 if there is none


def keywords_of_xmp(rdf: Element) -> PictureKeywords:
    """Return the keywords and the rating of the picture itself, not of pictures that it was made from.

    Args:
        rdf: The element with the properties.
    """
    hierarchies = [
        tuple(part.strip() for part in text.split(separator) if part.strip())
        for name, separator in HIERARCHY_SEPARATORS.items()
        for text in _texts_of(rdf, name)
    ]
    technical = {path[-1] for path in hierarchies if path and path[0] == _TECHNICAL_PARENT}
    meant = [path for path in hierarchies if path and path[0] != _TECHNICAL_PARENT]
    technical -= {path[-1] for path in meant}
    subjects = [(text.strip(),) for text in _texts_of(rdf, SUBJECT) if text.strip() and text.strip() not in technical]
    return PictureKeywords(tuple(dict.fromkeys([*subjects, *meant])), _rating_of(rdf))


def _texts_of(rdf: Element, name: str) -> Iterator[str]:
    """Yield the texts of a property, which may be an attribute, an element, or an element with a list."""
    for description in rdf.findall(_DESCRIPTION):
        if (attribute := description.get(name)) is not None:
            yield attribute
        for element in description.findall(name):
            lists = [child for child in element if child.tag in _LISTS]
            if not lists:
                yield element.text or ""
            yield from (item.text or "" for items in lists for item in items.findall(_ITEM))


def _rating_of(rdf: Element) -> int:
    for text in _texts_of(rdf, RATING):
        try:
            rating = int(float(text[:20]))
        except (ValueError, OverflowError):
            continue
        if 0 < rating <= BEST_RATING:
            return rating
    return 0
