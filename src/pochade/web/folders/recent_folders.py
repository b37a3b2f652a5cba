"""Remembers which folders the person opened, the latest first, in a small file among the person's own data."""

import json
import os
import threading
from contextlib import suppress
from pathlib import Path

from pochade.errors import OutputUnwritable
from pochade.system.atomic_files import write_atomically
from pochade.system.data_folder import data_folder
from pochade.web.folders.folder_listing import has_plain_name

FILE = "recent-folders.json"
MAX_FOLDERS = 30  # that are remembered; those of a disk that is away count, too
MAX_FILE_BYTES = 2**18


class RecentFolders:
    """The folders that the person opened on this machine. Several servers may share the file."""

    def __init__(self) -> None:
        self.lock = threading.Lock()

    def existing(self) -> list[Path]:
        """The folders that still exist, the latest first."""
        return [folder for folder in _read() if os.path.isdir(folder)]  # noqa: PTH112  never raises

    def add(self, folder: Path) -> None:
        """Remember a folder as the latest; where that is not possible, it is only not offered the next time."""
        if has_plain_name(folder):
            with self.lock, suppress(OutputUnwritable):
                _write([folder, *(known for known in _read() if known != folder)][:MAX_FOLDERS])

    def forget(self, folder: Path) -> None:
        """Forget a folder; nothing in it changes.

        Raises:
            OutputUnwritable: The file can't be written.
        """
        with self.lock:
            folders = _read()
            if folder in folders:
                _write([known for known in folders if known != folder])


def _read() -> list[Path]:
    """The remembered folders; none if there is no file, or it is damaged."""
    with suppress(OSError, ValueError, RecursionError):
        with (data_folder() / FILE).open("rb") as file:
            paths = json.loads(file.read(MAX_FILE_BYTES))
        texts = [path for path in paths if isinstance(path, str)] if isinstance(paths, list) else []
        return [Path(text) for text in texts if os.path.isabs(text) and "\0" not in text]  # noqa: PTH117
    return []


def _write(folders: list[Path]) -> None:
    with suppress(OSError):  # the write says what is wrong
        data_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomically(data_folder() / FILE, json.dumps([os.fspath(folder) for folder in folders], indent=1).encode())
