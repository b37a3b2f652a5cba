"""The folder for clean pictures: one run at a time writes to it, and what a killed run left there is removed."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pochade.system.atomic_files import file_lock, make_folder
from pochade.system.path_text import printable

LOCK_NAME, TEMPORARY_NAME = ".clean.pochade.lock", ".clean.pochade.part"


@contextmanager
def only_cleaning(folder: Path) -> Iterator[None]:
    """Let one process at a time clean into a folder, which is made if it doesn't exist.

    Raises:
        UsageError: Another process cleans into this folder.
        OutputUnwritable: The folder can't be made or written.
    """
    make_folder(folder)
    lock = folder / LOCK_NAME
    with file_lock(lock, f"cleaning into '{printable(folder)}'"):
        try:
            yield
        finally:
            with suppress(OSError):
                lock.unlink()  # last, because from here on another run may begin


def temporary_path(result: Path) -> Path:
    """The path at which a file beside a result grows until it is complete; the same one in every run."""
    return result.with_name(TEMPORARY_NAME)


def remove_leftover(result: Path) -> None:
    """Remove the unfinished file that a killed run left beside a result."""
    with suppress(OSError):  # usually there is none
        temporary_path(result).unlink()
