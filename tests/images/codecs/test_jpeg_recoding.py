"""A picture is coded as a JPEG file was: the same steps, the same subsampling, the same size."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade.errors import PictureUnreadable
from pochade.images.codecs.jpeg_recoding import read_jpeg_coding
from tests.support.drawings import drawing


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
def test_coding_a_picture_as_its_copy_gives_the_pixels_of_the_copy(tmp_path: Path, mode: str, subsampling: str) -> None:
    picture, path = drawing(3, 120).convert(mode), tmp_path / "copy.jpg"
    picture.save(path, quality=60, subsampling=subsampling)
    coding = read_jpeg_coding(path)
    assert coding is not None
    coded = coding.apply(np.asarray(picture.convert("RGB")))
    np.testing.assert_array_equal(coded, np.asarray(Image.open(path).convert("RGB")))


def test_a_picture_is_resized_to_the_files_size(tmp_path: Path) -> None:
    drawing(3, 90).save(tmp_path / "small.jpg", quality=80)
    coding = read_jpeg_coding(tmp_path / "small.jpg")
    assert coding is not None
    assert coding.apply(np.asarray(drawing(3, 180))).shape == (90, 90, 3)


def test_other_formats_turned_pictures_and_coarse_coding_are_refused(tmp_path: Path) -> None:
    picture, turned = drawing(3, 90), Image.Exif()
    turned[0x0112] = 6
    picture.save(tmp_path / "picture.png")
    picture.save(tmp_path / "turned.jpg", exif=turned)
    picture.save(tmp_path / "coarse.jpg", quality=30)
    picture.convert("CMYK").save(tmp_path / "print.jpg")
    assert all(read_jpeg_coding(path) is None for path in tmp_path.iterdir())
    with pytest.raises(PictureUnreadable):
        read_jpeg_coding(tmp_path / "gone.jpg")
