"""Generated pictures state their provenance in every kind of file."""

import io
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image, ImageSequence

from pochade.errors import UsageError
from pochade.images.base.picture import Array
from pochade.images.metadata.provenance import DIGITAL_SOURCE_TYPE, Provenance
from pochade.images.render.animation import ANIMATION_SUFFIXES, encode_animation, encode_still, encode_strip
from pochade.images.render.contact_sheet import SheetCell, draw_contact_sheet

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
PROVENANCE = Provenance('a "net" & more', 7, "imagine")


def frames(count: int) -> list[Array]:
    """Small pictures, each of a different grey."""
    return [np.full((20, 31, 3), 10 * number, np.uint8) for number in range(count)]


def test_a_png_states_its_provenance_to_programs_and_people() -> None:
    with Image.open(io.BytesIO(encode_still(frames(3)[2], PROVENANCE))) as picture:
        attributes = next(
            ElementTree.fromstring(picture.info["XML:com.adobe.xmp"]).iter(f"{{{RDF}}}Description")
        ).attrib
        assert attributes[f"{{{IPTC}}}DigitalSourceType"] == DIGITAL_SOURCE_TYPE
        assert attributes[f"{{{IPTC}}}AISystemUsed"] == "Pochade"
        assert 'model a "net" & more, seed 7' in attributes[f"{{{IPTC}}}AISystemVersionUsed"]
        assert picture.info["Seed"] == "7"
        assert "created by a trained model" in picture.info["Description"]
        assert picture.getpixel((0, 0)) == (20, 20, 20)


def test_only_a_contact_sheet_of_generated_pictures_states_a_provenance() -> None:
    with Image.open(io.BytesIO(draw_contact_sheet([SheetCell(frames(1)[0], "seed 7", "")], PROVENANCE))) as drawn:
        assert DIGITAL_SOURCE_TYPE in drawn.info["XML:com.adobe.xmp"]
    with Image.open(io.BytesIO(draw_contact_sheet([SheetCell(frames(1)[0], "a piece", "")]))) as drawn:
        assert "XML:com.adobe.xmp" not in drawn.info


def test_a_strip_has_ten_frames_in_a_row() -> None:
    with Image.open(io.BytesIO(encode_strip(frames(12), PROVENANCE))) as drawn:
        assert drawn.size == (10 * 35 - 4, 2 * 24 - 4)
        assert drawn.getpixel((35, 24)) == (110, 110, 110)
        assert DIGITAL_SOURCE_TYPE in drawn.info["XML:com.adobe.xmp"]


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_an_animation_is_endless_and_states_its_provenance(suffix: str) -> None:
    with Image.open(io.BytesIO(encode_animation(frames(5), PROVENANCE, suffix))) as drawn:
        assert sum(1 for _ in ImageSequence.Iterator(drawn)) == 5
        assert drawn.info["loop"] == 0
        statement = drawn.info["comment"].decode() if suffix == ".gif" else drawn.info["xmp"].decode()
        assert "created by a trained model" in statement
        assert "seed 7" in statement


def test_a_film_has_every_frame() -> None:
    av = pytest.importorskip("av")
    with av.open(io.BytesIO(encode_animation(frames(8), PROVENANCE, ".mp4"))) as film:
        assert sum(1 for _ in film.decode(video=0)) == 8
        assert "created by a trained model" in film.metadata["comment"]


def test_without_pyav_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(UsageError, match="PyAV") as caught:
        encode_animation(frames(2), PROVENANCE, ".mp4")
    assert "pochade[video]" in caught.value.hint


def test_an_unknown_suffix_is_refused() -> None:
    with pytest.raises(UsageError, match=r"\.avi") as caught:
        encode_animation(frames(2), PROVENANCE, ".avi")
    assert all(suffix in caught.value.hint for suffix in ANIMATION_SUFFIXES)
