"""A folder of art: learnt where it lies, and asked for what looks like a picture."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from pochade.collection.index import Index, sqlite_url
from pochade.collection.learning import (
    Changes,
    Counts,
    Keeper,
    Progress,
    Report,
    changes,
    minutes_that_help,
    read_all,
    requests,
)
from pochade.collection.pieces import Filter, Info, Learnt, Match, Piece, Problem, matching
from pochade.collection.reading import THUMBNAIL, printable, thumbnail_path
from pochade.collection.scan import OWN, walk
from pochade.collection.vectors import Vectors
from pochade.errors import CollectionMissing, OutputUnwritable, UsageError
from pochade.images.given import on_paper
from pochade.images.letterbox import Squares, squared
from pochade.images.read import read_preview
from pochade.organise.closest import closest

if TYPE_CHECKING:  # torch is heavy: a run that finds nothing new never loads it
    from pochade.fingerprints import Fingerprinter

LOOK, CODE = 64, 256  # columns of the fingerprint files
BATCH = 64  # pieces fingerprinted at once
MOST_TRAINED_ON = 20_000  # pieces: 1.1 GB as the nets see them


class Collection:
    """A folder of art and its index. `Collection.open` makes one.

    Args:
        folder: The art; only read.
        home: Where the index's files are.
        url: The index's database.
    """

    def __init__(self, folder: Path, home: Path, url: str) -> None:
        self.folder, self.home, self.url = folder, home, url
        self._index: Index | None = None
        self._nets: Fingerprinter | None = None
        self._looks: Vectors | None = None

    @classmethod
    def open(cls, folder: Path | str, *, index: Path | str | None = None) -> "Collection":
        """The collection of a folder; nothing is written until `learn` is called.

        Args:
            folder: The art.
            index: Another place for the index than `folder/.pochade`: a folder, or the address of a database
                (`postgresql+psycopg://…`), in which case fingerprints and thumbnails still lie in `folder/.pochade`.

        Raises:
            CollectionMissing: There is no such folder.
        """
        folder = Path(folder)
        if not folder.is_dir():
            raise CollectionMissing(f"'{printable(str(folder))}' is no folder", "give the folder that holds the art")
        folder = folder.absolute()
        own = folder / os.fsdecode(OWN)
        if index is None:
            return cls(folder, own, sqlite_url(own / "index.sqlite"))
        if "://" in str(index):
            return cls(folder, own, str(index))
        return cls(folder, Path(index).absolute(), sqlite_url(Path(index).absolute() / "index.sqlite"))

    def __enter__(self) -> "Collection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the index's files."""
        if self._index:
            self._index.close()
            self._index = None

    @property
    def index(self) -> Index:
        """The database, opened when it is first needed.

        Raises:
            CollectionMissing: Nothing has been learnt yet.
        """
        if self._index is None:
            if self.url.startswith("sqlite") and not (self.home / "index.sqlite").exists():
                raise CollectionMissing(
                    f"nothing has been learnt of '{printable(str(self.folder))}' yet",
                    "run 'pochade learn' with that folder",
                )
            self._index = Index(self.url)
        return self._index

    @property
    def thumbnails(self) -> Path:
        """Where thumbnails lie."""
        return self.home / "thumbnails"

    @property
    def nets(self) -> "Fingerprinter":
        """The nets whose fingerprints count: those learnt from this folder, or the shipped ones."""
        if self._nets is None:
            from pochade.fingerprints import Fingerprinter, shipped  # noqa: PLC0415

            used = self.index.net_in_use()
            own = self.home / "nets" / used.name if used else None
            self._nets = Fingerprinter(own) if own and own.exists() else shipped()
        return self._nets

    # Learning --------------------------------------------------------------------------------------------------------

    def learn(self, minutes: float | None = None, report: Report = lambda _: None) -> Learnt:
        """Read what is new or changed, fingerprint it, and train the nets on it where that helps.

        Interrupted or killed at any time, the next run goes on.

        Args:
            minutes: Of training; 0 trains nothing, None decides by the number of new pieces, at most 5.
            report: Called with the progress.

        Raises:
            UsageError: Another process is learning this folder.
            OutputUnwritable: The index can't be written.
        """
        with self._alone():
            self._index = self._index or Index(self.url)
            found = walk(self.folder)
            known = self.index.files()
            changed = changes(found, known)
            self.index.forget_files(changed.gone)
            counts = self._read(found, changed, report) if changed.unread else Counts()
            training = self._train(minutes, report)
        lines = {path: os.fsdecode(path) for path in found.unreadable}
        unlisted = tuple(Problem(self.folder / lines[path], reason) for path, reason in found.unreadable.items())
        return Learnt(
            counts.new, counts.again, len(changed.gone), changed.unchanged, tuple(self.problems()), unlisted, training
        )

    def _read(self, found: Any, changed: Changes, report: Report) -> Counts:
        """Read the files that changed, in batches that are kept as they come."""
        self._renew(report)
        root = os.fsencode(self.folder)
        looks, codes = self._vectors(self.nets.name)
        keeper = Keeper(self.index, looks, codes, self.nets.fingerprint, len(root.rstrip(b"/")) + 1)
        asked = requests(self.folder, found, changed.unread, self.index.contents_by_size(), self.thumbnails)
        read_all(asked, len(changed.unread), keeper, report)
        return keeper.counts

    def _train(self, minutes: float | None, report: Report) -> dict[str, Any] | None:
        """Train on what is known, and change to the new nets where they are better on pieces held out."""
        count = self.index.rows_used()
        used = self.index.net_in_use()
        minutes = minutes_that_help(count, used.figures.get("pieces", 0) if used else 0) if minutes is None else minutes
        if minutes <= 0 or not count:
            return None
        from pochade.collection.tuning import tuned  # noqa: PLC0415

        chosen = np.random.default_rng(0).permutation(count)[:MOST_TRAINED_ON]
        squares = list(self._squares([self.index.contents()[row] for row in chosen]))
        better, figures = tuned(self.nets, squares, minutes, self.home, report)
        figures["pieces"] = count
        if better is None:
            self.index.use_net(self.nets.name, now(), figures)
            return figures
        self._nets = better
        self._fingerprint_anew(figures, report)
        return figures

    def _renew(self, report: Report) -> None:
        """The first time, or with other shipped nets than last time: fingerprint what is known anew."""
        used = self.index.net_in_use()
        if used is None or used.name != self.nets.name:
            self._fingerprint_anew({}, report)

    def _fingerprint_anew(self, figures: dict[str, Any], report: Report) -> None:
        """Fingerprints of every known piece by the present nets, from the thumbnails; then use them."""
        looks, codes = self._vectors(self.nets.name)
        contents = self.index.contents()
        for start in range(0, len(contents), BATCH):
            prints = self.nets.fingerprint(list(self._squares(contents[start : start + BATCH])))
            looks.write(start, prints.looks)
            codes.write(start, prints.codes)
            report(Progress("fingerprinting", min(start + BATCH, len(contents)), len(contents)))
        self.index.use_net(self.nets.name, now(), figures)
        self._looks = None

    def _squares(self, contents: list[str]) -> Iterator[Squares]:
        """Pieces as the nets see them, from their thumbnails; white where a thumbnail is gone."""
        white = np.full((1, 1, 3), 255, np.uint8)
        for content in contents:
            path = thumbnail_path(self.thumbnails, content)
            yield squared(read_preview(path, THUMBNAIL).pixels if path.exists() else white)

    def _vectors(self, net: str) -> tuple[Vectors, Vectors]:
        """The files of looks and codes by that net."""
        looks = Vectors(self.home / f"looks-{net}.f32", net, np.float32, LOOK)
        return looks, Vectors(self.home / f"codes-{net}.u8", net, np.uint8, CODE)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Only one process learns a folder at a time; others may read.

        Raises:
            UsageError: Another one does.
            OutputUnwritable: The folder can't be written to.
        """
        lock = FileLock(self.home / "learning.lock")
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
        except Timeout as error:
            raise UsageError(
                f"another process is learning '{printable(str(self.folder))}'", "wait until it is done, then ask again"
            ) from error
        except OSError as error:
            raise OutputUnwritable(
                f"'{self.home}' can't be written: {error.strerror}", "keep the index elsewhere with --index DIR"
            ) from error
        try:
            yield
        finally:
            lock.release()

    # Asking ----------------------------------------------------------------------------------------------------------

    def look(self, image: Any) -> NDArray[np.float32]:
        """The look (64,) of any picture: a path, a Pillow image, or an array (H, W, 3) of uint8.

        Raises:
            PictureUnreadable: The file gives no picture.
        """
        pixels = read_preview(image, THUMBNAIL).pixels if isinstance(image, str | Path) else on_paper(image)
        looks: NDArray[np.float32] = self.nets.fingerprint([squared(pixels)]).looks[0]
        return looks

    def find(self, image: Any, k: int = 10, *, among: Filter | None = None) -> list[Match]:
        """The files whose pieces look most like a picture, nearest first; a piece's copies all come.

        Args:
            image: A path, a Pillow image, or an array (H, W, 3) of uint8; in the collection or not.
            k: How many.
            among: Which pieces count.

        Raises:
            PictureUnreadable: The file gives no picture.
            CollectionMissing: Nothing has been learnt yet.
            UsageError: k is below 1.
        """
        if k < 1:
            raise UsageError(f"-k {k} asks for no matches", "give a number from 1")
        count = self.index.rows_used()
        if not count:
            return []
        return self.nearest(self.look(image), k, among=among)

    def nearest(self, look: NDArray[np.float32], k: int, *, among: Filter | None = None) -> list[Match]:
        """The files whose looks are nearest to a look (64,), as `find` does."""
        count = self.index.rows_used()
        allowed = self._allowed(among, count) if among else None
        wanted, matches = k, list[Match]()
        while True:
            found = closest(look, self._all_looks(count), wanted, allowed)
            distance = dict(zip(found.rows.tolist(), found.distances.tolist(), strict=True))
            pieces = [self._piece(row) for row in self.index.files_of_rows(distance)]
            matches = [
                Match(piece.path, distance[piece.row], piece) for piece in pieces if matching(piece, among, self.folder)
            ]
            if (
                len(matches) >= k or len(found.rows) < wanted or wanted >= count
            ):  # else pieces without files took places
                return sorted(matches, key=lambda match: (match.distance, match.path))[:k]
            wanted = min(count, wanted * 4 + 16)

    def _all_looks(self, count: int) -> NDArray[np.float32]:
        used = self.index.net_in_use()
        if self._looks is None or (used and self._looks.header["net"] != used.name):
            self._looks = self._vectors(used.name if used else self.nets.name)[0]
        return self._looks.rows(count)

    def _allowed(self, among: Filter, count: int) -> NDArray[np.bool_]:
        """Which rows pass a filter."""
        allowed = np.zeros(count, np.bool_)
        chosen = self.index.labelled(among.label) if among.label else None
        for piece in self.pieces():
            if matching(piece, among, self.folder) and (chosen is None or piece.number in chosen) and piece.row < count:
                allowed[piece.row] = True
        return allowed

    def pieces(self) -> list[Piece]:
        """Every file that holds a piece, by path."""
        return [self._piece(row) for row in self.index.known()]

    def _piece(self, row: Any) -> Piece:
        return Piece(
            self.folder / os.fsdecode(row.path), row.hash, row.format, row.width, row.height, row.depth, row.has_alpha,
            row.frames, row.bytes, row.colour, datetime.fromtimestamp(row.mtime / 1e9), tuple(json.loads(row.notes)),
            row.id, row.row,
        )  # fmt: skip

    def problems(self) -> list[Problem]:
        """Every file that gave no picture, with the reason."""
        return [Problem(self.folder / os.fsdecode(row.path), row.problem or "") for row in self.index.problems()]

    def info(self) -> Info:
        """What is known of the whole."""
        pieces, used = self.pieces(), self.index.net_in_use()
        own = {piece.number: piece for piece in pieces}.values()
        formats = Counter(piece.format for piece in own)
        return Info(
            self.folder, len(pieces), len(own), dict(formats.most_common()),
            sum(piece.width * piece.height for piece in own) / 1e6, sum(piece.bytes for piece in own) / 1e9,
            tuple(self.problems()), *((used.name, used.learnt, used.figures) if used else (None, None, {})),
        )  # fmt: skip

    def codes(self) -> NDArray[np.uint8]:
        """The codes (n, 256) of all pieces, by row."""
        used = self.index.net_in_use()
        return self._vectors(used.name if used else self.nets.name)[1].rows(self.index.rows_used())

    def label(self, pieces: list[Piece], label: str) -> None:
        """Give pieces a label of the person's own."""
        self.index.label([piece.number for piece in pieces], label)


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
