"""Scans to be cleaned: dropped on the page, or pieces of the collection; cleaned part by part as they are looked at."""

import secrets
import shutil
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from pochade.errors import NotAllowed, NotKnown
from pochade.images.base.picture import Array, eight_bit
from pochade.images.base.source import printable
from pochade.web.render.picture_rendering import Masked, Opened, Unpacked
from pochade.web.render.render_pool import RenderPool
from pochade.web.state.snapshot import SnapshotCache

PREFIX = "scan-"  # of the names of scans that were dropped; others are keys of pieces
MOST_SCANS = 200
MOST_BYTES = 2**31  # of all that was dropped
MOST_SEEN = 1_600_000  # pixels that are cleaned for one look: as many as a screen shows
UNPACKED = 3  # scans whose pixels are kept at hand
LONGEST = 120  # letters of a file's name
STEP = 16  # pixels: tiles begin at multiples of it
GREY, GAIN = 128, 4  # of 255, where nothing was removed; and how much more than it was is drawn of what was


@dataclass(frozen=True)
class Scan:
    """A file to be cleaned."""

    id: str
    path: Path
    mask: Path | None = None  # of what must not change
    content: str | None = None  # of a piece: the SHA-256 that it must have


@dataclass(frozen=True)
class Area:
    """A part of a picture, in its own pixels."""

    left: int
    top: int
    width: int
    height: int


@dataclass
class AtHand:
    """A scan with its pixels."""

    opened: Opened
    colour: Array  # (H, W, 3), read from disk in parts
    page: Any = None  # its light and paper, read when they are first needed


class Scans:
    """What is there to be cleaned.

    Args:
        folder: Of the server's own, for what is dropped.
        pool: Reads files.
        shelf: Has the pieces.
    """

    def __init__(self, folder: Path, pool: RenderPool, shelf: SnapshotCache) -> None:
        self.folder, self.pool, self.shelf = folder, pool, shelf
        self.dropped: dict[str, Scan] = {}
        self.masks: dict[str, Path] = {}
        self.at_hand: OrderedDict[str, AtHand] = OrderedDict()
        self.lock, self.cleaning = threading.RLock(), threading.Lock()

    def add(self, name: str, content: BinaryIO) -> Scan:
        """Keep a file that was dropped.

        Raises:
            NotAllowed: There are too many.
        """
        with self.lock:
            taken = sum(scan.path.stat().st_size for scan in self.dropped.values() if scan.path.exists())
            if len(self.dropped) >= MOST_SCANS or taken >= MOST_BYTES:
                raise NotAllowed(f"{len(self.dropped)} scans of {taken:,} bytes are here already", "take some away")
            own = PREFIX + secrets.token_hex(8)
            (self.folder / own).mkdir(parents=True)
            scan = Scan(own, self.folder / own / plain_name(name))
            with scan.path.open("xb") as file:
                shutil.copyfileobj(content, file)
            self.dropped[own] = scan
            return scan

    def get(self, own: str) -> Scan:
        """A scan that was dropped, or a piece.

        Raises:
            NotKnown: There is none.
        """
        if not own.startswith(PREFIX):
            piece = self.shelf.now().readable(own)
            return Scan(own, piece.path, self.masks.get(own), piece.hash)
        if own not in self.dropped:
            raise NotKnown(f"there is no scan '{own}'", "drop it again")
        return replace(self.dropped[own], mask=self.masks.get(own))

    def remove(self, own: str) -> None:
        """Forget a scan that was dropped, and any scan's mask."""
        with self.lock:
            self.remove_mask(own)
            self._put_away(own)
            if self.dropped.pop(own, None):
                shutil.rmtree(self.folder / own, ignore_errors=True)

    def put_mask(self, own: str, content: BinaryIO) -> None:
        """Keep a picture of what must not be cleaned: white isn't.

        Raises:
            UsageError: It has another size than the scan.
            PictureUnreadable: It is no picture.
        """
        height, width = self.unpacked(own).colour.shape[:2]
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{own}-{secrets.token_hex(4)}.mask"
        try:
            with path.open("xb") as file:
                shutil.copyfileobj(content, file)
            self.pool.do(Masked(path, (height, width), path.with_suffix(".npy")))
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        with self.lock:
            self.remove_mask(own)
            self.masks[own] = path

    def remove_mask(self, own: str) -> None:
        """Forget what must not be cleaned; its file stays for the jobs that name it, until the server ends."""
        with self.lock:
            if mask := self.masks.pop(own, None):
                mask.with_suffix(".npy").unlink(missing_ok=True)

    def shown_name(self, scan: Scan) -> str:
        """A scan's name, for a person."""
        return printable(scan.path.name)

    def unpacked(self, own: str) -> AtHand:
        """A scan with its pixels.

        Raises:
            PictureUnreadable: It gives none.
        """
        scan = self.get(own)
        with self.lock:
            if own in self.at_hand:
                self.at_hand.move_to_end(own)
                return self.at_hand[own]
            self.folder.mkdir(parents=True, exist_ok=True)
            into = self.folder / f"{own}.npy"
            opened = self.pool.do(Unpacked(scan.path, into, scan.content))
            self.at_hand[own] = AtHand(opened, np.load(into, mmap_mode="r"))
            while len(self.at_hand) > UNPACKED:
                self._put_away(next(iter(self.at_hand)))
            return self.at_hand[own]

    def _put_away(self, own: str) -> None:
        if self.at_hand.pop(own, None):
            (self.folder / f"{own}.npy").unlink(missing_ok=True)

    def before(self, own: str, area: Area) -> Array:
        """A part of a scan as it is (h, w, 3) uint8."""
        colour = self.unpacked(own).colour
        return eight_bit(colour[part_of(area, colour)])

    def cleaned(self, own: str, area: Area, amounts: dict[str, int], *, removed: bool) -> Array:
        """A part of a scan cleaned (h, w, 3) uint8; or what was removed, amplified about mid grey."""
        from pochade.cleaning.clean_picture import FULL, shipped  # noqa: PLC0415  torch
        from pochade.cleaning.cleaner import Strengths  # noqa: PLC0415
        from pochade.cleaning.page_light import read_page  # noqa: PLC0415

        scan, mask = self.unpacked(own), self.masks.get(own)
        strengths = Strengths(**{name: value / FULL for name, value in amounts.items()})
        kept = part_of(area, scan.colour)
        with self.cleaning:
            nets = shipped()
            if scan.page is None and (strengths.light or strengths.paper):
                scan.page = read_page(nets.page, scan.colour)
            page = scan.page if strengths.light or strengths.paper else None
            tile = tile_of(kept, scan.colour, nets)
            where = share_of(mask, tile.read, scan.colour)
            after = scan.colour[kept] if not strengths.most else nets.restored(
                scan.colour, tile, strengths, page, where
            )[0]  # fmt: skip
        return difference(eight_bit(scan.colour[kept]), eight_bit(after)) if removed else eight_bit(after)


def difference(before: Array, after: Array) -> Array:
    """What was removed (h, w, 3), about mid grey: the same everywhere in a scan, so that parts can be compared."""
    return (GREY + GAIN * (before.astype(np.int16) - after)).clip(0, 255).astype(np.uint8)


def part_of(area: Area, colour: Array) -> tuple[slice, slice]:
    """Rows and columns of a part, as far as the picture goes.

    Raises:
        NotAllowed: It is empty, outside, or more than a screen shows.
    """
    height, width = colour.shape[:2]
    rows = slice(min(area.top, height), min(area.top + area.height, height))
    columns = slice(min(area.left, width), min(area.left + area.width, width))
    pixels = (rows.stop - rows.start) * (columns.stop - columns.start)
    if not 0 < pixels <= MOST_SEEN:
        raise NotAllowed(f"a part of {pixels:,} pixels can't be shown", f"ask for 1 to {MOST_SEEN:,}, in the picture")
    return rows, columns


def tile_of(kept: tuple[slice, slice], colour: Array, nets: Any) -> Any:
    """The part to be cleaned, with as much about it as the net sees."""
    from pochade.cleaning.cleaner import halo  # noqa: PLC0415  torch
    from pochade.images.geometry.tiles import Tile  # noqa: PLC0415

    margin = halo(nets.restorer)
    read = tuple(
        slice(max(0, (span.start - margin) // STEP * STEP), min(whole, span.stop + margin))
        for span, whole in zip(kept, colour.shape[:2], strict=True)
    )
    inner = tuple(slice(one.start - two.start, one.stop - two.start) for one, two in zip(kept, read, strict=True))
    return Tile((read[0], read[1]), kept, (inner[0], inner[1]))


def share_of(mask: Path | None, read: tuple[slice, slice], colour: Array) -> NDArray[np.float32] | None:
    """How much may change (H, W), filled in where it is read: the rest costs no memory."""
    if mask is None:
        return None
    share = np.zeros(colour.shape[:2], np.float32)
    share[read] = 1 - np.load(mask.with_suffix(".npy"), mmap_mode="r")[read].astype(np.float32) / 255
    return share


def plain_name(name: str) -> str:
    """A file's name without any folder, hidden nowhere, that every disk takes."""
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"|?*').lstrip(". ")
    stem, dot, ending = kept.rpartition(".")
    short = f"{stem[: LONGEST - len(ending) - 1]}{dot}{ending}" if dot and len(ending) < STEP else kept[:LONGEST]
    return short if len(short.encode()) <= 2 * LONGEST and short else "scan"
