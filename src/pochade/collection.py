"""A folder of art: learnt where it lies, and asked for what looks like a picture."""

import json
import math
import os
import shutil
import sys
from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pochade.analysis.nearest_rows import closest
from pochade.create.creating import Creating
from pochade.errors import CollectionMissing, UsageError
from pochade.images.base.source import printable
from pochade.images.geometry.letterbox import Squares, squared
from pochade.images.io.input_arrays import on_paper
from pochade.images.io.read import read_preview
from pochade.index.active_models import ActiveModels, now
from pochade.index.database import Index
from pochade.index.descriptor_store import kept_in
from pochade.index.ingest_file import THUMBNAIL, remove_unfinished
from pochade.index.pictures import Filter, Info, Learnt, Match, PictureFile, ReadProblem, matching, moment
from pochade.learn.ingest import BatchWriter, Changes, Counts, changes, minutes_that_help, read_all, requests
from pochade.models import weights
from pochade.organise.group_tree import word
from pochade.system.atomic_files import file_lock, write_atomically
from pochade.system.folder_walk import walk_folder
from pochade.system.progress import Report

OWN = ".pochade"  # the folder of the index
FEWEST_TO_TRAIN = 20  # pieces
HELD_OUT = 10  # one piece in ten, by its content, is never trained on
LAID_OVER = 12  # nearest files that are laid over a picture that was asked for
MOST_TRAINED_ON = 20_000  # pieces: 2 GB while they are trained on


class Collection(Creating):
    """A folder of art and its index. `Collection.open` makes one.

    Args:
        folder: The art; only read.
        home: Where the index's files are.
        place: The index's database: a file of SQLite, or an address.
    """

    def __init__(self, folder: Path, home: Path, place: Path | str) -> None:
        self.folder, self.home, self.place = folder, home, place
        self._index: Index | None = None
        self._in_use: ActiveModels | None = None

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
        if not os.path.isdir(folder):  # noqa: PTH112  raises nothing, whatever the system says of it
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
            if isinstance(self.place, Path):
                check_there(self.place, self.folder)
            self._index = Index(self.place)
        return self._index

    @property
    def thumbnails(self) -> Path:
        """Where thumbnails lie."""
        return self.home / "thumbnails"

    @property
    def in_use(self) -> ActiveModels:
        """The nets of this collection, and the fingerprints that they made."""
        if self._in_use is None or self._in_use.index is not self.index:
            self._in_use = ActiveModels(self.folder, self.home, self.index)
        return self._in_use

    # Learning --------------------------------------------------------------------------------------------------------

    def learn(self, minutes: float | None = None, report: Report = lambda _: None) -> Learnt:
        """Read what is new or changed, fingerprint it, and train the nets on it where that helps.

        Interrupted or killed at any time, the next run goes on.

        Args:
            minutes: Of training; 0 trains nothing, None decides by the number of new pieces, at most 5.
            report: Called with the progress.

        Raises:
            UsageError: Another process is learning this folder, or the minutes are no number.
            OutputUnwritable: The index can't be written.
        """
        if minutes is not None and not math.isfinite(minutes):
            raise UsageError(f"{minutes} minutes can't be trained", "give a number, or 0 for none")
        with self._alone():
            self._index = self._index or Index(self.place)
            found = walk_folder(self.folder, self.home)
            changed = changes(found, self.index.files())
            self.index.forget_files(changed.gone)
            self.in_use.renew(report)
            counts = self._read(found, changed, report) if changed.unread else Counts()
            training = self._train(minutes, report)
        lines = {path: os.fsdecode(path) for path in found.unreadable}
        unlisted = tuple(ReadProblem(self.folder / lines[path], reason) for path, reason in found.unreadable.items())
        return Learnt(
            counts.new, counts.again, len(changed.gone), changed.unchanged, tuple(self.problems()), unlisted, training
        )

    def _read(self, found: Any, changed: Changes, report: Report) -> Counts:
        """Read the files that changed, in batches that are kept as they come."""
        remove_unfinished(self.thumbnails)  # here, as a run that was cut off left files unread
        root = os.fsencode(self.folder)
        nets = self.in_use.nets
        looks, codes = self.in_use.vectors(nets.name)
        measured = kept_in(self.in_use)
        keeper = BatchWriter(self.index, looks, codes, measured, nets.fingerprint, len(root.rstrip(b"/")) + 1)
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
        from pochade.create.picture_latents import PAINTER  # noqa: PLC0415
        from pochade.learn.finetune_artifact_remover import SHARE, tuned_restorer  # noqa: PLC0415
        from pochade.learn.finetune_embedding import tuned  # noqa: PLC0415
        from pochade.learn.finetune_generator import tuned_painter  # noqa: PLC0415
        from pochade.models.checkpoints import save_model  # noqa: PLC0415
        from pochade.models.packed_weights import packed  # noqa: PLC0415  torch

        contents = self.index.contents()
        chosen = [contents[row] for row in np.random.default_rng(0).permutation(count)[:MOST_TRAINED_ON]]
        held = {content for content in chosen if int(content[:8], 16) % HELD_OUT == 0}
        learnt = list(self.in_use.squares([content for content in chosen if content not in held]))
        if not learnt:
            return None
        judges = list(self.in_use.squares(sorted(held)))
        files = {piece.hash: piece.path for piece in self.pieces()}
        some, others = ([files[one] for one in sorted(part) if one in files] for part in (set(chosen) - held, held))
        restorer, restoring = tuned_restorer(self.home, some, others, minutes * SHARE, report)
        painter, drawing = tuned_painter(self.in_use, sorted(set(chosen) - held), sorted(held), minutes, report)
        name, figures = tuned(self.in_use.nets, learnt, judges, minutes, self.home, report)
        if painter:
            save_model(self.home / PAINTER, painter.half())
        if restorer:
            write_atomically(self.home / weights.AVIF, packed(restorer))
        shutil.rmtree(self.home / "training", ignore_errors=True)
        figures["painter"], figures["restorer"] = drawing, restoring
        figures["pieces"] = count
        if name is None:
            self.index.note_training(figures)
        else:
            self.index.prepare_net(name, now(), figures)
            self.in_use.change(name, report)
        return figures

    def _alone(self) -> AbstractContextManager[None]:
        """Only one process learns a folder at a time; others may read."""
        hint = "keep the index elsewhere with --index DIR"
        return file_lock(self.home / "learning.lock", f"learning '{printable(str(self.folder))}'", hint)

    # Asking ----------------------------------------------------------------------------------------------------------

    def find(self, image: Any, k: int = 10, *, among: Filter | None = None) -> list[Match]:
        """The files whose pieces look most like a picture; a piece's copies all come.

        Looks propose; the few nearest pieces are then laid over the picture, and those that are of the same work come
        first, the others by distance.

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
        if not self.index.rows_used():
            return []
        pixels = read_preview(image, THUMBNAIL).pixels if isinstance(image, str | Path) else on_paper(image)
        asked = squared(pixels)
        look = self.in_use.nets.looks_of([asked])[0]
        return self.laid_over(asked, look, self.nearest(look, max(k, LAID_OVER), among=among), LAID_OVER)[:k]

    def laid_over(self, asked: Squares, look: NDArray[np.float32], matches: list[Match], count: int) -> list[Match]:
        """The matches that are of the same work first, the likeliest and nearest of them before the others.

        Args:
            asked: The picture.
            look: Its look (64,).
            matches: What its look found, nearest first.
            count: How many of them are laid over it.
        """
        from pochade.organise.pair_scoring import same_work  # noqa: PLC0415  torch

        near = {match.piece.row: match.piece.hash for match in matches[:count]}
        looks = np.concatenate([look[None], self.in_use.looks(self.index.rows_used())[list(near)]])
        same = dict(zip(near, same_work(asked, list(self.in_use.squares(list(near.values()))), looks), strict=True))
        judged = [replace(match, likelihood=same.get(match.piece.row, 0.0)) for match in matches]
        return sorted(judged, key=lambda match: (match.distance - match.is_same_work * match.likelihood, match.path))

    def nearest(self, look: NDArray[np.float32], k: int, *, among: Filter | None = None) -> list[Match]:
        """The files whose looks are nearest to a look (64,), by distance alone."""
        count = self.index.rows_used()
        allowed = self._allowed(among, count) if among else None
        wanted, matches = k, list[Match]()
        while True:
            found = closest(look, self.in_use.looks(count), wanted, allowed)
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

    def _allowed(self, among: Filter, count: int) -> NDArray[np.bool_]:
        """Which rows pass a filter."""
        allowed = np.zeros(count, np.bool_)
        chosen = self.index.labelled(word(among.label)) if among.label else None
        for piece in self.pieces():
            if matching(piece, among, self.folder) and (chosen is None or piece.number in chosen) and piece.row < count:
                allowed[piece.row] = True
        return allowed

    def pieces(self) -> list[PictureFile]:
        """Every file that holds a piece, by path."""
        return [self._piece(row) for row in self.index.known()]

    def _piece(self, row: Any) -> PictureFile:
        return PictureFile(
            self.folder / os.fsdecode(row.path), row.hash, sys.intern(row.format), row.width, row.height, row.depth,
            row.has_alpha, row.frames, row.bytes, sys.intern(row.colour), moment(row.mtime),
            tuple(json.loads(row.notes)), row.id, row.row,
        )  # fmt: skip

    def problems(self) -> list[ReadProblem]:
        """Every file that gave no picture, with the reason."""
        return [ReadProblem(self.folder / os.fsdecode(row.path), row.problem or "") for row in self.index.problems()]

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
        return self.in_use.codes(self.index.rows_used())

    def redraw(self, codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Pictures (n, 96, 96, 3) from codes (n, 256) of this collection.

        Raises:
            PictureDamaged: A code is damaged, or of other nets.
        """
        return self.in_use.nets.redraw(codes)


def check_there(index: Path, folder: Path) -> None:
    """Nothing, or CollectionMissing: there is no index, or it may not be looked at."""
    try:
        index.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        why = f"nothing has been learnt of '{printable(str(folder))}' yet"
        raise CollectionMissing(why, "run 'pochade learn' with that folder") from error
    except OSError as error:
        why = f"what was learnt of '{printable(str(folder))}' can't be read: {error.strerror}"
        raise CollectionMissing(why, "keep the index elsewhere with --index DIR") from error
