"""A worker knows the folder of its run by a file in it."""

import threading
from pathlib import Path

import pytest

from pochade.cluster.run_file import RUN_FILE, check_run_file, write_run_file
from pochade.errors import FilesMissing
from pochade.index.library import Library


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A collection without an index."""
    home = tmp_path / "art" / ".pochade" / "server-1"
    home.mkdir(parents=True)
    return Library(tmp_path / "art", home, "postgresql+psycopg://nobody@nowhere/nothing")


def test_the_folder_of_the_run_is_known(library: Library) -> None:
    write_run_file(library.home, "earlier")
    write_run_file(library.home, "run")
    check_run_file(library, "run")


@pytest.mark.parametrize("content", [None, b"", b"another", b"run and more"])
def test_another_folder_is_refused(library: Library, content: bytes | None) -> None:
    if content is not None:
        (library.home / RUN_FILE).write_bytes(content)
    with pytest.raises(FilesMissing, match="art' is not, or no longer, the folder that the run reads"):
        check_run_file(library, "run")


def test_a_network_disk_may_show_the_file_late(library: Library) -> None:
    writer = threading.Timer(0.05, write_run_file, (library.home, "run"))
    writer.start()
    check_run_file(library, "run", patience_seconds=60.0)
    writer.join()
