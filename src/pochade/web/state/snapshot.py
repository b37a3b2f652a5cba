"""All pictures of a collection at one moment, for look-up by key, number and path, and as columns."""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from pochade.collection import Collection
from pochade.errors import NotAllowed, NotKnown
from pochade.index.picture_records import PictureFile
from pochade.system.path_text import printable
from pochade.web.state.picture_columns import PictureColumns

KEY_DIGITS = 16  # of the SHA-256 of a picture's content
REMOTE_STAMP_SECONDS = 5.0  # a remote database has no file to watch, so it is read again this often
MAX_FILES_READ_PER_SECOND = 10_000  # on average, while a job writes to the index

RELOAD_HINT = "it may be gone since the page showed it: reload the page"


def picture_key(file: PictureFile) -> str:
    """Return the key of a file's picture; copies of a file share it."""
    return file.hash[:KEY_DIGITS]


def is_missing(file: PictureFile) -> bool:
    """Tell whether a file is no longer where it was when it was learnt."""
    return not os.path.isfile(file.path)  # noqa: PTH113  unlike Path.is_file, it never raises


@dataclass(frozen=True)
class CollectionTotals:
    """Totals over all pictures, each counted once, however many files hold it."""

    pictures: int
    megapixels: float
    gigabytes: float
    formats: dict[str, int]  # number of pictures by format, largest first
    colours: dict[str, int]
    shapes: dict[str, int]
    years: dict[str, int]  # in which files were changed, the latest first


@dataclass(frozen=True)
class Snapshot:
    """The files of a collection at one moment.

    Args:
        folder: The collection's folder.
        stamp: The state of the index that the snapshot was read from.
        files: Every file that holds a picture, sorted by path.
    """

    folder: Path
    stamp: tuple[object, ...]
    files: list[PictureFile]

    @cached_property
    def by_key(self) -> dict[str, list[PictureFile]]:
        """The files of each picture, by the picture's key."""
        files_by_key: dict[str, list[PictureFile]] = {}
        for file in self.files:
            files_by_key.setdefault(picture_key(file), []).append(file)
        return files_by_key

    @cached_property
    def by_number(self) -> dict[int, PictureFile]:
        """One file of each picture, by the picture's number."""
        return {file.number: file for file in self.files}

    @cached_property
    def by_path(self) -> dict[Path, PictureFile]:
        """Every file, by its path."""
        return {file.path: file for file in self.files}

    @cached_property
    def columns(self) -> PictureColumns:
        """Every file, as columns."""
        return PictureColumns(
            self.files, [self.display_path(file) for file in self.files], [picture_key(file) for file in self.files]
        )

    def preload(self) -> None:
        """Compute the look-ups that every page needs."""
        _ = self.columns, self.by_key, self.folders, self.totals

    @cached_property
    def folders(self) -> dict[str, int]:
        """The number of pictures in each folder, subfolders included; copies in one folder count once."""
        numbers_by_folder: dict[str, set[int]] = {}
        for path, file in zip(self.columns.paths, self.files, strict=True):
            numbers_by_folder.setdefault(path.rpartition("/")[0], set()).add(file.number)
        numbers_with_subfolders: dict[str, set[int]] = {}
        for folder, numbers in numbers_by_folder.items():
            parts = folder.split("/") if folder else []
            for depth in range(len(parts)):
                numbers_with_subfolders.setdefault("/".join(parts[: depth + 1]), set()).update(numbers)
        return {folder: len(numbers) for folder, numbers in sorted(numbers_with_subfolders.items())}

    @cached_property
    def totals(self) -> CollectionTotals:
        """Totals over all pictures."""
        files = self.by_number.values()
        return CollectionTotals(
            len(files),
            sum(file.width * file.height for file in files) / 1e6,
            sum(file.bytes for file in files) / 1e9,
            _count(file.format for file in files),
            _count(file.colour for file in files),
            _count(file.shape for file in files),
            self.columns.year_counts(),
        )

    def display_path(self, file: PictureFile) -> str:
        """Return a file's path below the collection's folder, in printable characters."""
        return printable(os.fspath(file.path)[len(os.fspath(self.folder).rstrip("/")) + 1 :])

    def files_of(self, key: str) -> list[PictureFile]:
        """Return the files of a picture.

        Raises:
            NotKnown: There is no such picture.
        """
        if key not in self.by_key:
            raise NotKnown(f"there is no picture '{key}'", RELOAD_HINT)
        return self.by_key[key]

    def readable_file(self, key: str) -> PictureFile:
        """Return a file of a picture that may be served: one that really lies in the collection's folder.

        A file that is gone is returned only if no other file holds the picture.

        Raises:
            NotKnown: There is no such picture.
            NotAllowed: Its only files are links that lead out of the collection.
        """
        inside = os.path.realpath(self.folder).rstrip(os.sep) + os.sep
        files = [file for file in self.files_of(key) if os.path.realpath(file.path).startswith(inside)]
        if not files:
            link = self.display_path(self.files_of(key)[0])
            raise NotAllowed(f"'{link}' is a link that leads out of the collection", "put the file itself there")
        return next((file for file in files if not is_missing(file)), files[0])


def _count(words: Iterable[str]) -> dict[str, int]:
    return dict(Counter(words).most_common())


class SnapshotCache:
    """The latest snapshot of a collection.

    Args:
        collection: The collection.
        is_busy: Returns whether a job is running, which may change the index many times a minute.
    """

    def __init__(self, collection: Collection, is_busy: Callable[[], bool] = lambda: False) -> None:
        self.collection, self.is_busy, self.lock = collection, is_busy, threading.RLock()
        self.latest: Snapshot | None = None
        self.read_at = 0.0

    def current(self) -> Snapshot:
        """Return a snapshot of the index; while a job is running, the snapshot may be a moment old.

        Raises:
            CollectionMissing: Nothing has been learnt yet.
        """
        with self.lock:
            stamp = self.stamp()
            if self.latest is None or (self.latest.stamp != stamp and not self._is_fresh_enough(self.latest)):
                self.latest = Snapshot(self.collection.folder, stamp, self.collection.pictures())
                self.latest.preload()
                self.read_at = time.monotonic()
            return self.latest

    def _is_fresh_enough(self, latest: Snapshot) -> bool:
        """Return whether to keep a snapshot for now, although a running job adds pictures to the index."""
        return self.is_busy() and time.monotonic() < self.read_at + len(latest.files) / MAX_FILES_READ_PER_SECOND

    def stamp(self) -> tuple[object, ...]:
        """Return a value that changes whenever the index may have changed."""
        place = self.collection.place
        if not isinstance(place, Path):
            return (int(time.monotonic() / REMOTE_STAMP_SECONDS),)
        stamp: list[object] = []
        for path in (place, place.with_name(place.name + "-wal")):
            try:
                status = path.stat()
                stamp += [status.st_size, status.st_mtime_ns]
            except OSError:
                stamp.append(None)
        return tuple(stamp)

    @contextmanager
    def keep_snapshot(self) -> Iterator[None]:
        """Keep the snapshot while the block writes labels or groups, which changes the index but no picture."""
        with self.lock:
            before = self.stamp()
            yield
            if self.latest is not None and self.latest.stamp == before:
                old = self.latest
                self.latest = replace(old, stamp=self.stamp())
                vars(self.latest).update({name: vars(old)[name] for name in CACHED_PROPERTIES if name in vars(old)})


CACHED_PROPERTIES = ("columns", "by_key", "by_number", "by_path", "folders", "totals")
