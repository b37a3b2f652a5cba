"""JPEG XL with a false size."""

from pathlib import Path

from pochade.errors import PictureTooLarge
from tests.support.picture_checks import assert_unreadable, write_file


def test_a_jpeg_xl_that_claims_to_be_huge_is_refused(tmp_path: Path) -> None:
    bits = 0 | 3 << 1 | (10**9 - 1) << 3 | 0 << 33 | 3 << 36 | (10**9 - 1) << 38 | 1 << 68
    path = write_file(tmp_path, b"\xff\x0a" + bits.to_bytes(20, "little"))
    assert_unreadable(path, PictureTooLarge, "1,000,000,000 x 1,000,000,000")
