"""A folder of art: learnt where it lies, and asked for what looks like a picture."""

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from pochade import weights
from pochade.collection.index import Index
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
from pochade.collection.reading import THUMBNAIL, thumbnail_path, write_thumbnail
from pochade.collection.scan import walk
from pochade.collection.vectors import Vectors
from pochade.errors import CollectionMissing, IndexDamaged, OutputUnwritable, PictureUnreadable, UsageError
from pochade.images.given import on_paper
from pochade.images.letterbox import Squares, squared
from pochade.images.picture import Array
from pochade.images.read import read_preview
from pochade.images.source import printable
from pochade.organise.closest import closest

if TYPE_CHECKING:  # torch is heavy: a run that finds nothing new never loads it
    from pochade.fingerprints import Fingerprinter

LOOK, CODE = 64, 256  # columns of the fingerprint files
BATCH = 64  # pieces fingerprinted at once
OWN = ".pochade"  # the folder of the index
FEWEST_TO_TRAIN = 20  # pieces
HELD_OUT = 10  # one piece in ten, by its content, is never trained on
MOST_TRAINED_ON = 20_000  # pieces: 2 GB while they are trained on


class Collection:
    """A folder of art and its index. `Collection.open` makes one.

    Args:
        folder: The art; only read.
        home: Where the index's files are.
        place: The index's database: a file of SQLite, or an address.
    """

    def __init__(self, folder: Path, home: Path, place: Path | str) -> None:
        self.folder, self.home, self.place = folder, home, place
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
        folder = Path(os.path.abspath(folder))  # noqa: PTH100   # without '..', so that paths can be compared
        own = folder / OWN
        if index is None:
            return cls(folder, own, own / "index.sqlite")
        if "://" in str(index):
            return cls(folder, own, str(index))
        home = Path(os.path.abspath(index))  # noqa: PTH100  a link stays a link
        return cls(folder, home, home / "index.sqlite")

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
            if isinstance(self.place, Path) and not self.place.exists():
                raise CollectionMissing(
                    f"nothing has been learnt of '{printable(str(self.folder))}' yet",
                    "run 'pochade learn' with that folder",
                )
            self._index = Index(self.place)
        return self._index

    @property
    def thumbnails(self) -> Path:
        """Where thumbnails lie."""
        return self.home / "thumbnails"

    @property
    def nets(self) -> "Fingerprinter":
        """The nets whose fingerprints are in use: those trained on this folder, or the shipped ones.

        Raises:
            IndexDamaged: They are no longer there; `learn` makes fingerprints by the shipped ones.
        """
        used = self.index.net_in_use()
        name = used.name if used else weights.name_of(weights.FOLDER)
        if self._nets is None or self._nets.name != name:
            self._nets = self._loaded(name)
        return self._nets

    def _loaded(self, name: str | None) -> "Fingerprinter":
        from pochade.fingerprints import Fingerprinter, shipped  # noqa: PLC0415  torch

        if name == weights.name_of(weights.FOLDER):
            return shipped()
        if name is None or weights.name_of(self._nets_folder(name)) != name:
            raise IndexDamaged("the nets that made the fingerprints are no longer here", "run 'pochade learn' again")
        return Fingerprinter(self._nets_folder(name))

    def _nets_folder(self, name: str) -> Path:
        return self.home / "nets" / name

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
            self._index = self._index or Index(self.place)
            found = walk(self.folder, self.home)
            changed = changes(found, self.index.files())
            self.index.forget_files(changed.gone)
            self._renew(report)
            counts = self._read(found, changed, report) if changed.unread else Counts()
            training = self._train(minutes, report)
        lines = {path: os.fsdecode(path) for path in found.unreadable}
        unlisted = tuple(Problem(self.folder / lines[path], reason) for path, reason in found.unreadable.items())
        return Learnt(
            counts.new, counts.again, len(changed.gone), changed.unchanged, tuple(self.problems()), unlisted, training
        )

    def _read(self, found: Any, changed: Changes, report: Report) -> Counts:
        """Read the files that changed, in batches that are kept as they come."""
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
        if minutes is None:
            minutes = minutes_that_help(count, used.figures.get("pieces", 0) if used else 0)
        if minutes <= 0 or count < FEWEST_TO_TRAIN:
            return None
        from pochade.collection.tuning import tuned  # noqa: PLC0415  torch

        contents = self.index.contents()
        chosen = [contents[row] for row in np.random.default_rng(0).permutation(count)[:MOST_TRAINED_ON]]
        held = {content for content in chosen if int(content[:8], 16) % HELD_OUT == 0}
        learnt = list(self._squares([content for content in chosen if content not in held]))
        if not learnt:
            return None
        name, figures = tuned(self.nets, learnt, list(self._squares(sorted(held))), minutes, self.home, report)
        figures["pieces"] = count
        if name is None:
            self.index.note_training(figures)
        else:
            self.index.prepare_net(name, now(), figures)
            self._change_net(name, report)
        return figures

    def _renew(self, report: Report) -> None:
        """Go on with a change of nets that was cut off; begin one where nets or fingerprints are missing."""
        prepared, used = self.index.net_prepared(), self.index.net_in_use()
        if prepared and self._there(prepared.name):
            self._change_net(prepared.name, report)
        elif used is None or not self._there(used.name) or not self._complete(used.name):
            name = used.name if used and self._there(used.name) else str(weights.name_of(weights.FOLDER))
            self.index.prepare_net(name, now(), {})
            self._change_net(name, report)

    def _there(self, name: str) -> bool:
        """Whether the nets of that name are shipped, or kept with the index."""
        return name in {weights.name_of(weights.FOLDER), weights.name_of(self._nets_folder(name))}

    def _complete(self, name: str) -> bool:
        """Whether every piece has its fingerprints by these nets."""
        try:
            return min(vectors.count() for vectors in self._vectors(name, create=False)) >= self.index.rows_used()
        except IndexDamaged:
            return False

    def _change_net(self, name: str, report: Report) -> None:
        """Fingerprints of all known pieces by other nets, from the thumbnails; then use them, forget the others."""
        self._nets = self._loaded(name)
        looks, codes = self._vectors(name)
        contents = self.index.contents()
        for start in range(min(looks.count(), codes.count()) // BATCH * BATCH, len(contents), BATCH):
            prints = self._nets.fingerprint(list(self._squares(contents[start : start + BATCH])))
            looks.write(start, prints.looks)
            codes.write(start, prints.codes)
            report(Progress("fingerprinting", min(start + BATCH, len(contents)), len(contents)))
        self.index.use_net(name)
        self._looks = None
        for old in (*self.home.glob("looks-*.f32"), *self.home.glob("codes-*.u8"), *self.home.glob("nets/*")):
            if name not in old.name:
                shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)

    def _squares(self, contents: list[str]) -> Iterator[Squares]:
        """Pieces as the nets see them, from their thumbnails; one whose thumbnail is gone is read again."""
        for content in contents:
            try:
                pixels = read_preview(thumbnail_path(self.thumbnails, content), THUMBNAIL).pixels
            except PictureUnreadable:
                pixels = self._read_again(content)
            yield squared(pixels)

    def _read_again(self, content: str) -> Array:
        """A piece from one of its files, and its thumbnail made anew; white where it has no readable file any more."""
        path = self.index.path_of(content)
        try:
            if path is None:
                raise PictureUnreadable("no file holds it")
            pixels = read_preview(self.folder / os.fsdecode(path), THUMBNAIL).pixels
            write_thumbnail(thumbnail_path(self.thumbnails, content), pixels)
        except PictureUnreadable:
            return np.full((1, 1, 3), 255, np.uint8)
        return pixels

    def _vectors(self, net: str, *, create: bool = True) -> tuple[Vectors, Vectors]:
        """The files of looks and codes by that net."""
        looks = Vectors(self.home / f"looks-{net}.f32", net, np.float32, LOOK, create=create)
        return looks, Vectors(self.home / f"codes-{net}.u8", net, np.uint8, CODE, create=create)

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
        if used is None:
            raise IndexDamaged("the index names no net", "run 'pochade learn' again")
        if self._looks is None or self._looks.header["net"] != used.name:
            self._looks = self._vectors(used.name, create=False)[0]
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
            row.frames, row.bytes, row.colour, moment(row.mtime), tuple(json.loads(row.notes)),
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
        """The codes (n, 256) of all pieces, by `Piece.row`; only this collection's `redraw` draws them."""
        return self._vectors(self.nets.name, create=False)[1].rows(self.index.rows_used())

    def redraw(self, codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Pictures (n, 96, 96, 3) from codes (n, 256) of this collection.

        Raises:
            PictureDamaged: A code is damaged, or of other nets.
        """
        return self.nets.redraw(codes)

    def label(self, pieces: list[Piece], label: str) -> None:
        """Give pieces a label of the person's own."""
        self.index.label([piece.number for piece in pieces], label)


def moment(nanoseconds: int) -> datetime:
    """A file's time; the first or the last day there is for one that no calendar has."""
    try:
        return datetime.fromtimestamp(nanoseconds / 1e9)
    except (OverflowError, OSError, ValueError):
        return datetime.min if nanoseconds < 0 else datetime.max


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
