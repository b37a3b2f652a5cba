"""The pieces of a collection as the page asks for them: by a short key, sorted, filtered, all at once."""

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
from pochade.images.base.source import printable
from pochade.index.pictures import PictureFile
from pochade.web.state.picture_columns import PictureColumns

DIGITS = 16  # of the SHA-256 of a piece's content: its key in the page
OTHERS = 5.0  # seconds after which a database elsewhere is asked anew
A_SECOND = 10_000  # pieces: while a job writes, so many are looked at anew each second at most


def key_of(piece: PictureFile) -> str:
    """By which the page knows a piece; its copies have the same."""
    return piece.hash[:DIGITS]


@dataclass(frozen=True)
class Sums:
    """Of all pieces, each counted once, however many files have it."""

    pieces: int
    megapixels: float
    gigabytes: float
    formats: dict[str, int]  # how many pieces have each, most first
    colours: dict[str, int]
    shapes: dict[str, int]


@dataclass(frozen=True)
class Snapshot:
    """The pieces at one moment."""

    folder: Path
    stamp: tuple[object, ...]  # of the index, by which it is seen that nothing changed
    pieces: list[PictureFile]

    @cached_property
    def by_key(self) -> dict[str, list[PictureFile]]:
        """The files of each piece."""
        found: dict[str, list[PictureFile]] = {}
        for piece in self.pieces:
            found.setdefault(key_of(piece), []).append(piece)
        return found

    @cached_property
    def by_number(self) -> dict[int, PictureFile]:
        """One file of each piece."""
        return {piece.number: piece for piece in self.pieces}

    @cached_property
    def by_path(self) -> dict[Path, PictureFile]:
        """Every file."""
        return {piece.path: piece for piece in self.pieces}

    @cached_property
    def columns(self) -> PictureColumns:
        """Every file in columns."""
        return PictureColumns(
            self.pieces, [self.name(one) for one in self.pieces], [key_of(one) for one in self.pieces]
        )

    def prepare(self) -> None:
        """Make at once what every page asks for."""
        _ = self.columns, self.by_key, self.folders, self.sums

    @cached_property
    def folders(self) -> dict[str, int]:
        """How many files lie in each folder, those below it counted too."""
        counts: Counter[str] = Counter()
        for folder, files in Counter(name.rpartition("/")[0] for name in self.columns.names).items():
            above = folder.split("/") if folder else []
            for depth in range(len(above)):
                counts["/".join(above[: depth + 1])] += files
        return dict(sorted(counts.items()))

    @cached_property
    def sums(self) -> Sums:
        """What is said of the whole."""
        own = self.by_number.values()
        return Sums(
            len(own), sum(one.width * one.height for one in own) / 1e6, sum(one.bytes for one in own) / 1e9,
            counted(one.format for one in own), counted(one.colour for one in own), counted(one.shape for one in own),
        )  # fmt: skip

    def name(self, piece: PictureFile) -> str:
        """Its path below the folder, as it can be shown."""
        return printable(os.fspath(piece.path)[len(os.fspath(self.folder).rstrip("/")) + 1 :])

    def files(self, key: str) -> list[PictureFile]:
        """The files of a piece.

        Raises:
            NotKnown: There is none.
        """
        if key not in self.by_key:
            raise NotKnown(f"there is no piece '{key}'", "it may have gone since it was shown: look again")
        return self.by_key[key]

    def readable(self, key: str) -> PictureFile:
        """A file of a piece that lies in the collection itself.

        Raises:
            NotKnown: There is no such piece.
            NotAllowed: Only links lead to it, and out of the collection.
        """
        root = os.path.realpath(self.folder)
        for piece in self.files(key):
            if os.path.realpath(piece.path).startswith(root.rstrip(os.sep) + os.sep):
                return piece
        raise NotAllowed(f"'{self.name(self.files(key)[0])}' is a link that leads out of the collection")


def counted(words: Iterable[str]) -> dict[str, int]:
    """How often each occurs, most first."""
    return dict(Counter(words).most_common())


class SnapshotCache:
    """The latest snapshot of a collection.

    Args:
        collection: Whose pieces they are.
        is_busy: Whether a job of ours may be writing to the index, many times a minute.
    """

    def __init__(self, collection: Collection, is_busy: Callable[[], bool] = lambda: False) -> None:
        self.collection, self.is_busy, self.lock = collection, is_busy, threading.RLock()
        self.latest: Snapshot | None = None
        self.looked = 0.0

    def now(self) -> Snapshot:
        """The pieces as the index has them.

        Raises:
            CollectionMissing: Nothing has been learnt yet.
        """
        with self.lock:
            stamp = self.stamp()
            if self.latest is None or (self.latest.stamp != stamp and not self._is_fresh(self.latest)):
                self.latest = Snapshot(self.collection.folder, stamp, self.collection.pieces())
                self.latest.prepare()
                self.looked = time.monotonic()
            return self.latest

    def _is_fresh(self, latest: Snapshot) -> bool:
        """Whether a snapshot will do, although the index grew a little."""
        return self.is_busy() and time.monotonic() < self.looked + len(latest.pieces) / A_SECOND

    def stamp(self) -> tuple[object, ...]:
        """Of the index's files; of the time, where it is a database elsewhere."""
        place = self.collection.place
        if not isinstance(place, Path):
            return (int(time.monotonic() / OTHERS),)
        found: list[object] = []
        for path in (place, place.with_name(place.name + "-wal")):
            try:
                state = path.stat()
                found += [state.st_size, state.st_mtime_ns]
            except OSError:
                found.append(None)
        return tuple(found)

    @contextmanager
    def words_change(self) -> Iterator[None]:
        """Labels or groups are written in here, which moves no piece: the snapshot stays."""
        with self.lock:
            before = self.stamp()
            yield
            if self.latest is not None and self.latest.stamp == before:
                old = self.latest
                self.latest = replace(old, stamp=self.stamp())
                vars(self.latest).update({name: vars(old)[name] for name in CACHED if name in vars(old)})


CACHED = ("columns", "by_key", "by_number", "by_path", "folders", "sums")
