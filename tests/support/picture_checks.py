"""Write a file, read it, and check errors: what tests of picture formats share."""

from pathlib import Path

import pytest

from pochade.errors import PictureUnreadable
from pochade.images.base.picture import Picture
from pochade.images.io.read import read_picture, read_preview


def write_file(folder: Path, content: bytes, name: str = "picture") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def read_content(folder: Path, content: bytes) -> Picture:
    """The picture in these bytes, read from a file in `folder`."""
    return read_picture(write_file(folder, content))


def assert_unreadable(path: Path, error_type: type[PictureUnreadable], message: str) -> None:
    """Check that reading a file, whole and as a preview, fails with this message (a regular expression)."""
    for read in (lambda: read_picture(path), lambda: read_preview(path, 8)):
        with pytest.raises(error_type, match=message) as caught:
            read()
        assert str(caught.value).startswith("'")
        assert not str(caught.value).endswith(".")
