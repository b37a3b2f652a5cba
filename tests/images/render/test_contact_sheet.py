"""Contact sheets are recognised as ours, and no other picture is."""

from pathlib import Path

from PIL import Image

from pochade.images.render.contact_sheet import is_contact_sheet


def test_a_very_large_picture_is_no_sheet_and_raises_no_warning(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    Image.new("1", (10_000, 9_000)).save(path)
    assert not is_contact_sheet(path)
