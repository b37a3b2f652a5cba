"""The provenance of a generated picture, for programs and for people."""

import io
from xml.etree import ElementTree

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pochade.images.metadata.provenance import DIGITAL_SOURCE_TYPE, Provenance

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
IPTC = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
PROVENANCE = Provenance('a "model" & more', 7, "imagine")


def test_the_xmp_packet_states_source_type_system_and_version() -> None:
    properties = next(ElementTree.fromstring(PROVENANCE.xmp).iter(f"{RDF}Description")).attrib
    assert properties[f"{IPTC}DigitalSourceType"] == DIGITAL_SOURCE_TYPE
    assert properties[f"{IPTC}AISystemUsed"] == "Pochade"
    assert 'model a "model" & more, seed 7' in properties[f"{IPTC}AISystemVersionUsed"]


def test_a_png_holds_the_provenance_as_text_and_as_xmp() -> None:
    buffer = io.BytesIO()
    Image.new("L", (1, 1)).save(buffer, "PNG", pnginfo=PROVENANCE.add_to_png(PngInfo()))
    with Image.open(buffer) as image:
        assert image.info["Description"] == PROVENANCE.description
        assert image.info["Net"] == 'a "model" & more'
        assert image.info["Seed"] == "7"
        assert image.info["XML:com.adobe.xmp"] == PROVENANCE.xmp.decode()
