"""Every failure to read a file is one of our errors, with a sentence."""

import logging
import os
import struct
from pathlib import Path
from typing import Any

import pytest

from pochade.errors import FileUnreachable, PictureDamaged, PictureTooLarge, PictureUnreadable
from pochade.images.base import source
from pochade.images.base.source import open_source
from pochade.images.io.read import PIXEL_READERS, read_picture
from tests.support.picture_checks import assert_unreadable, write_file
from tests.support.picture_files import files_of_every_format

FILES = files_of_every_format()


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert_unreadable(write_file(tmp_path, b""), PictureDamaged, "is empty$")


def test_the_error_of_a_truncated_file_states_its_size(tmp_path: Path) -> None:
    whole = FILES["PSB"]
    assert_unreadable(write_file(tmp_path, whole[:500]), PictureDamaged, f"cut short: 500 of {len(whole):,} bytes$")


def test_a_file_name_that_is_not_utf_8_is_printable_in_errors(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    assert read_picture(write_file(tmp_path, FILES["PNG"], name)).pixels.shape == (16, 24, 3)
    with pytest.raises(PictureDamaged) as caught:
        read_picture(write_file(tmp_path, b"", name))
    assert "caf�.png" in str(caught.value)


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert_unreadable(tmp_path / "a", FileUnreachable, "is a loop of symbolic links$")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert_unreadable(tmp_path / "missing", FileUnreachable, "does not exist$")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert_unreadable(tmp_path, FileUnreachable, "is a folder$")


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert_unreadable(tmp_path / "pipe", FileUnreachable, "not a regular file")


def test_a_device_is_refused() -> None:
    assert_unreadable(Path(os.devnull), FileUnreachable, "not a regular file")


def test_a_file_without_permission_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_file(tmp_path, FILES["PNG"])  # the tests may run as root, who may read everything

    def forbid(*_: Any) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pochade.images.base.source.open_without_blocking", forbid)
    assert_unreadable(path, FileUnreachable, "no permission$")


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_file(tmp_path, FILES["PNG"])
    reader = PIXEL_READERS["PNG"]

    def change_and_read(*arguments: Any) -> Any:
        with path.open("ab") as file:
            file.write(b"more")
        return reader(*arguments)

    monkeypatch.setitem(PIXEL_READERS, "PNG", change_and_read)
    assert_unreadable(path, FileUnreachable, "changed while it was read$")


def test_a_keyboard_interrupt_passes_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setitem(PIXEL_READERS, "PNG", interrupt)
    with pytest.raises(KeyboardInterrupt):
        read_picture(write_file(tmp_path, FILES["PNG"]))


class Panic(BaseException):
    """Stands for a panic in a Rust library, which is not an Exception."""


@pytest.mark.parametrize(
    ("error", "error_type"),
    [
        (Panic("at the disco"), PictureDamaged),
        (RecursionError(), PictureDamaged),
        (SyntaxError("broken"), PictureDamaged),
        (struct.error("short"), PictureDamaged),
        (MemoryError(), PictureTooLarge),
        (OSError(5, "Input/output error"), FileUnreachable),
        (OSError(22, "Invalid argument"), PictureDamaged),
        (OSError("image file is truncated"), PictureDamaged),
    ],
)
def test_exceptions_of_libraries_are_translated(
    error: BaseException, error_type: type[PictureUnreadable], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise error

    monkeypatch.setitem(PIXEL_READERS, "PNG", fail)
    with pytest.raises(error_type):
        read_picture(write_file(tmp_path, FILES["PNG"]))


def test_what_only_a_mistake_of_ours_can_cause_is_not_blamed_on_the_file(tmp_path: Path) -> None:
    path = write_file(tmp_path, FILES["PNG"])
    ours = Path(source.__file__).with_name("some_reader.py")
    with pytest.raises(NameError), open_source(path, 2**20):
        exec(compile("no_such_name", str(ours), "exec"))
    with pytest.raises(PictureDamaged), open_source(path, 2**20):
        exec(compile("no_such_name", "/site-packages/library.py", "exec"))


def test_the_cause_of_an_unreadable_file_is_logged_with_its_traceback(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = write_file(tmp_path, FILES["PNG"])
    with caplog.at_level(logging.DEBUG, "pochade"), pytest.raises(PictureDamaged), open_source(path, 2**20):
        raise KeyError("no such chunk")
    assert "KeyError: 'no such chunk'" in caplog.text
