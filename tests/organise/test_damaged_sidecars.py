"""A sidecar that is damaged, hostile or unreachable is refused, and not changed."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pochade.errors import DataDamaged, FileUnreachable, OutputUnwritable
from pochade.images.metadata import xmp
from pochade.organise.sidecars import read_sidecar_labels, write_sidecar_labels
from tests.support.permissions import nobody_may_write
from tests.support.sidecar_files import DIGIKAM, sidecar_with, write_picture, write_sidecar

BOMB = """<?xml version="1.0"?>
<!DOCTYPE bomb [<!ENTITY a "laugh"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<x:xmpmeta xmlns:x="adobe:ns:meta/">&c;</x:xmpmeta>"""
FILE_ENTITY = '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]><x>&secret;</x>'


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    """A picture without a sidecar."""
    return write_picture(tmp_path, "cat.png")


def check_refused(cat: Path, sidecar: Path, message: str) -> None:
    """Check that neither reading nor writing accepts a sidecar, and that it is not changed."""
    before = sidecar.read_bytes()
    for action in (lambda: read_sidecar_labels(cat), lambda: write_sidecar_labels(cat, ["mine"], [])):
        with pytest.raises(DataDamaged, match=message) as caught:
            action()
        assert caught.value.hint
        assert "\n" not in caught.value.sentence
    assert sidecar.read_bytes() == before
    assert sorted(path.name for path in cat.parent.iterdir()) == sorted([cat.name, sidecar.name])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty$"),
        (b"\x89PNG\r\n\x1a\n", "neither UTF-8 nor UTF-16$"),
        (DIGIKAM.encode("utf-16")[:-1], "neither UTF-8 nor UTF-16$"),
        (DIGIKAM.encode("utf-16")[2:], "can't be read as a sidecar"),
        (b"\0" * 50, "can't be read as a sidecar"),
        (DIGIKAM.replace("</dc:title>", "").encode(), "mismatched tag"),
        (b"<html><body>404</body></html>", "it is XML, but not XMP$"),
        (BOMB.encode(), "declares entities"),
        (BOMB.encode("utf-16"), "declares entities"),
        (FILE_ENTITY.encode(), "declares entities"),
        (sidecar_with("<a>" * 1000 + "</a>" * 1000).encode(), "nested too deep$"),
    ],
    ids=[
        "empty",
        "no text",
        "half a letter",
        "no mark",
        "zeros",
        "tags",
        "web page",
        "bomb",
        "16 bit",
        "thief",
        "deep",
    ],
)
def test_a_damaged_or_hostile_sidecar_is_refused_and_not_changed(cat: Path, content: bytes, words: str) -> None:
    check_refused(cat, write_sidecar(cat, content), words)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_sidecar_is_refused(cat: Path, share: float) -> None:
    check_refused(cat, write_sidecar(cat, DIGIKAM.encode()[: int(len(DIGIKAM) * share)]), "can't be read as a sidecar")


def test_a_sidecar_that_is_too_large_is_refused_before_it_is_read(cat: Path) -> None:
    sidecar = write_sidecar(cat, DIGIKAM)
    os.truncate(sidecar, 2**24 + 1)  # a hole: it takes no room
    with pytest.raises(DataDamaged, match=r"is too large: 16,777,217 bytes, and 16,777,216 bytes are allowed$"):
        read_sidecar_labels(cat)
    with pytest.raises(DataDamaged, match="is too large"):
        write_sidecar_labels(cat, ["mine"], [])
    assert sidecar.stat().st_size == 2**24 + 1


def test_a_sidecar_with_too_many_elements_is_refused(cat: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xmp, "MAX_ELEMENTS", 100)
    check_refused(cat, write_sidecar(cat, sidecar_with("<a/>" * 99)), "too many elements")


def test_a_pipe_is_refused_without_waiting(cat: Path) -> None:
    os.mkfifo(cat.with_name("cat.png.xmp"))
    with pytest.raises(FileUnreachable, match="not a regular file"):
        read_sidecar_labels(cat)
    with pytest.raises(FileUnreachable, match="not a regular file"):
        write_sidecar_labels(cat, ["mine"], [])


def test_a_broken_link_to_a_sidecar_is_not_replaced(cat: Path) -> None:
    link = cat.with_name("cat.png.xmp")
    link.symlink_to(cat.with_name("on another disk.xmp"))
    with pytest.raises(FileUnreachable, match="does not exist"):
        write_sidecar_labels(cat, ["mine"], [])
    assert link.is_symlink()


def test_a_missing_picture_gets_no_sidecar_and_no_folder(tmp_path: Path) -> None:
    with pytest.raises(FileUnreachable, match=r"does not exist$"):
        write_sidecar_labels(tmp_path / "unplugged" / "cat.png", ["mine"], [])
    assert not list(tmp_path.iterdir())


def test_a_file_name_too_long_for_a_sidecar_is_reported(tmp_path: Path) -> None:
    cat = write_picture(tmp_path, "c" * 250 + ".png")
    assert read_sidecar_labels(cat) == ()
    with pytest.raises(OutputUnwritable, match="could not be written"):
        write_sidecar_labels(cat, ["mine"], [])


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A folder with a picture and a sidecar that nobody may write to; root gives up its rights meanwhile."""
    with tempfile.TemporaryDirectory() as temporary:  # `tmp_path` may be below a folder that only root may enter
        folder = Path(temporary)
        write_sidecar(write_picture(folder, "cat.png"), DIGIKAM)
        with nobody_may_write(folder):
            yield folder


def test_a_read_only_folder_is_reported(read_only: Path) -> None:
    with pytest.raises(OutputUnwritable, match=r"could not be written: Permission denied$"):
        write_sidecar_labels(read_only / "cat.png", ["mine"], [])
    assert (read_only / "cat.png.xmp").read_text(encoding="utf-8") == DIGIKAM
