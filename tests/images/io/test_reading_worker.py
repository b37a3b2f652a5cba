"""Commands decode pictures in a worker: results, errors and paths are as without one, and no file ends the command."""

import runpy
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from pochade.errors import FileUnreachable, PictureDamaged, PictureTooLarge
from pochade.images.io.read import read_picture, read_preview
from pochade.images.io.reading_worker import read_in_worker, start_reading_worker
from tests.support.picture_checks import write_file
from tests.support.picture_files import files_of_every_format

FILES = files_of_every_format()


@pytest.mark.parametrize("kind", FILES)
def test_a_worker_reads_the_same_picture(kind: str, tmp_path: Path) -> None:
    path = write_file(tmp_path, FILES[kind])
    picture, expected = read_in_worker(read_picture, path), read_picture(path)
    np.testing.assert_array_equal(picture.pixels, expected.pixels)
    np.testing.assert_array_equal(picture.alpha, expected.alpha)
    assert (picture.header, picture.icc, picture.exif) == (expected.header, expected.icc, expected.exif)
    assert (picture.dpi, picture.notes) == (expected.dpi, expected.notes)


def test_errors_are_those_of_reading_without_a_worker(tmp_path: Path) -> None:
    with pytest.raises(PictureDamaged, match=r"'.*/picture' is empty") as caught:
        read_in_worker(read_picture, write_file(tmp_path, b""))
    assert caught.value.hint == "look for an undamaged copy"
    with pytest.raises(FileUnreachable, match="does not exist"):
        read_in_worker(read_picture, tmp_path / "nothing")


def test_a_relative_path_means_the_same_file_after_the_folder_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_reading_worker()
    write_file(tmp_path, FILES["PNG"], "a.png")
    monkeypatch.chdir(tmp_path)
    assert read_in_worker(partial(read_preview, side=8), "a.png").header.format == "PNG"
    with pytest.raises(FileUnreachable, match=r"'b.png' does not exist"):
        read_in_worker(read_picture, "b.png")


def test_a_file_that_ends_the_worker_is_an_error_and_the_next_file_is_read(tmp_path: Path) -> None:
    crash = write_file(tmp_path, b"import os; os._exit(3)", "crash.py")
    with pytest.raises(PictureTooLarge, match=r"'.*/crash.py' ended its worker process with code 3"):
        read_in_worker(runpy.run_path, crash)  # type: ignore[arg-type]  # it takes a path, too
    path = write_file(tmp_path, FILES["PNG"])
    assert read_in_worker(read_picture, path).header.format == "PNG"


def test_a_program_that_has_read_a_picture_ends_by_itself(tmp_path: Path) -> None:
    path = write_file(tmp_path, FILES["PNG"])
    code = (
        "from pochade.images.io.read import read_picture; from pochade.images.io.reading_worker import read_in_worker;"
        f"print(read_in_worker(read_picture, {str(path)!r}).header.format)"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "PNG\n", "")


def test_a_redirected_file_is_read(tmp_path: Path) -> None:
    path = write_file(tmp_path, FILES["PNG"])
    with path.open("rb") as file:
        assert read_in_worker(read_picture, f"/proc/self/fd/{file.fileno()}").header.format == "PNG"
