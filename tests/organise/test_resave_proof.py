"""Files are proved to be one picture, or a part that differs is found, or nothing is said."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from pochade.analysis.comparison.picture_view import PictureView
from pochade.analysis.comparison.resave_test import compare_resaves
from pochade.images.io.read import read_preview
from pochade.index.picture_records import PictureFile
from pochade.organise.resave_proof import ProofTask, compare_files, prove_resaves
from tests.support.drawings import drawing
from tests.support.picture_records import picture_record


def saved(picture: Image.Image, path: Path) -> PictureFile:
    """A picture's file, as the index knows it."""
    picture.save(path)
    return picture_record(path.name, path=path, width=picture.width, height=picture.height)


def test_originals_are_compared_by_their_pixels(tmp_path: Path) -> None:
    picture, changed = drawing(1, 300), drawing(1, 300)
    ImageDraw.Draw(changed).ellipse((140, 140, 160, 155), fill=(255, 0, 90))
    original = saved(picture, tmp_path / "original.png")
    files = [
        saved(picture.resize((200, 200), Image.Resampling.LANCZOS), tmp_path / "small.png"),
        saved(changed, tmp_path / "changed.png"),
        saved(picture.crop((0, 0, 300, 260)), tmp_path / "cropped.png"),
    ]
    proved = {pair.number: pair.test for pair in prove_resaves([(original, file) for file in files])}
    assert [proved[number].outcome for number in range(3)] == ["same", "differs", "unclear"]
    assert proved[1].region == pytest.approx((140, 140, 21, 16), abs=4)


def test_a_file_that_is_gone_or_stops_its_worker_proves_nothing(tmp_path: Path) -> None:
    task = ProofTask(0, tmp_path / "gone.png", tmp_path / "gone too.png", 100)
    assert task.run().outcome == task.failure("it crashed", retry=False).outcome == "unclear"


def test_a_coarse_jpeg_is_proved_by_coding_the_original_as_it_was_coded(tmp_path: Path) -> None:
    picture, changed = drawing(1, 300), drawing(1, 300)
    ImageDraw.Draw(changed).ellipse((140, 140, 160, 155), fill=(255, 0, 90))
    original = saved(picture, tmp_path / "original.png").path
    for image, name in ((picture, "copy.jpg"), (changed, "changed.jpg")):
        image.save(tmp_path / name, quality=45)
    views = [PictureView(read_preview(path, 300).pixels, 300) for path in (original, tmp_path / "copy.jpg")]
    assert compare_resaves(*views).outcome == "unclear"
    assert compare_files(original, tmp_path / "copy.jpg", 300).outcome == "same"
    assert compare_files(tmp_path / "copy.jpg", original, 300).outcome == "same"
    assert compare_files(original, tmp_path / "changed.jpg", 300).outcome == "differs"
