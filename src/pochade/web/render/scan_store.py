"""Stores the scans to clean: files dropped on the page, and pictures of the collection."""

import secrets
import shutil
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import numpy as np

from pochade.errors import NotAllowed, NotKnown, PictureTooLarge
from pochade.images.base.picture import Array
from pochade.system.path_text import printable
from pochade.web.render.render_pool import RenderPool
from pochade.web.render.scan_decoding import DecodeMaskTask, DecodeScanTask
from pochade.web.render.scan_previews import DecodedScan, ScanArea, clean_crop, crop_scan
from pochade.web.state.snapshot import SnapshotCache

SCAN_PREFIX = "scan-"  # of the ids of dropped scans, which distinguishes them from keys of pictures
MAX_DROPPED_SCANS = 200
MAX_DROPPED_BYTES = 2**31  # of all dropped scans together
MAX_DECODED_SCANS = 3
MAX_NAME_LENGTH = 120
MAX_SUFFIX_LENGTH = 16  # a longer ending doesn't count as a suffix
UNSAFE_CHARACTERS = '<>:"|?*'  # not allowed in names on Windows and its disks


@dataclass(frozen=True)
class PageScan:
    """A file to clean."""

    id: str
    path: Path
    mask: Path | None = None  # a picture, white where nothing may change
    sha256: str | None = None  # for a picture of the collection: the SHA-256 that its content must have


class ScanStore:
    """The scans that the page may clean.

    Args:
        folder: A temporary folder for dropped files, masks and decoded pixels.
        pool: The workers that decode scans and masks.
        snapshots: The pictures of the collection.
    """

    def __init__(self, folder: Path, pool: RenderPool, snapshots: SnapshotCache) -> None:
        self.folder, self.pool, self.snapshots = folder, pool, snapshots
        self.dropped: dict[str, PageScan] = {}
        self.masks: dict[str, Path] = {}  # by scan id
        self.decoded: OrderedDict[str, DecodedScan] = OrderedDict()  # the least recently used first
        self.problems: dict[str, PictureTooLarge] = {}  # by the id of a scan that takes too much to decode
        self.lock, self.clean_lock = threading.RLock(), threading.Lock()

    def add(self, name: str, content: BinaryIO) -> PageScan:
        """Store a dropped file.

        Raises:
            NotAllowed: Too many scans, or too many bytes, are stored already.
        """
        with self.lock:
            stored_bytes = sum(scan.path.stat().st_size for scan in self.dropped.values() if scan.path.exists())
            if len(self.dropped) >= MAX_DROPPED_SCANS or stored_bytes >= MAX_DROPPED_BYTES:
                why = f"{len(self.dropped)} scans with {stored_bytes:,} bytes are stored already"
                raise NotAllowed(why, "remove some of them")
            scan_id = SCAN_PREFIX + secrets.token_hex(8)
            (self.folder / scan_id).mkdir(parents=True)
            scan = PageScan(scan_id, self.folder / scan_id / safe_file_name(name))
            with scan.path.open("xb") as file:
                shutil.copyfileobj(content, file)
            self.dropped[scan_id] = scan
            return scan

    def get(self, scan_id: str) -> PageScan:
        """Return a dropped scan, or a picture of the collection as a scan.

        Raises:
            NotKnown: There is no such scan or picture.
        """
        if not scan_id.startswith(SCAN_PREFIX):
            file = self.snapshots.current().readable_file(scan_id)
            return PageScan(scan_id, file.path, self.masks.get(scan_id), file.hash)
        if scan_id not in self.dropped:
            raise NotKnown(f"there is no scan '{scan_id}'", "drop it again")
        return replace(self.dropped[scan_id], mask=self.masks.get(scan_id))

    def remove(self, scan_id: str) -> None:
        """Remove a dropped scan, and the mask of any scan."""
        with self.lock:
            self.remove_mask(scan_id)
            self._drop_pixels(scan_id)
            self.problems.pop(scan_id, None)
            if self.dropped.pop(scan_id, None):
                shutil.rmtree(self.folder / scan_id, ignore_errors=True)

    def put_mask(self, scan_id: str, content: BinaryIO) -> None:
        """Store a mask: a picture of the scan's size, white where nothing may change.

        Raises:
            UsageError: The mask has another size than the scan.
            PictureUnreadable: The mask, or the scan, can't be read as a picture.
        """
        height, width = self.decode(scan_id).colour.shape[:2]
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{scan_id}-{secrets.token_hex(4)}.mask"
        try:
            with path.open("xb") as file:
                shutil.copyfileobj(content, file)
            self.pool.submit(DecodeMaskTask(path, (height, width), _decoded_mask(path)))
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        with self.lock:
            self.remove_mask(scan_id)
            self.masks[scan_id] = path

    def remove_mask(self, scan_id: str) -> None:
        """Forget a mask. Its uploaded file stays until the server ends, because a job may still read it."""
        with self.lock:
            if mask := self.masks.pop(scan_id, None):
                _decoded_mask(mask).unlink(missing_ok=True)

    def decode(self, scan_id: str) -> DecodedScan:
        """Return a scan with its pixels, which are decoded when they are first needed.

        Raises:
            PictureUnreadable: The file can't be read as a picture.
        """
        scan = self.get(scan_id)
        with self.lock:
            if scan_id in self.decoded:
                self.decoded.move_to_end(scan_id)
                return self.decoded[scan_id]
            if problem := self.problems.get(scan_id):
                raise problem
            self.folder.mkdir(parents=True, exist_ok=True)
            target = self._pixels_path(scan_id)
            try:
                header = self.pool.submit(DecodeScanTask(scan.path, target, scan.sha256))
            except PictureTooLarge as error:  # remembered: it would keep a worker busy again
                target.unlink(missing_ok=True)
                self.problems[scan_id] = error
                raise
            self.decoded[scan_id] = DecodedScan(header, np.load(target, mmap_mode="r"))
            while len(self.decoded) > MAX_DECODED_SCANS:
                self._drop_pixels(next(iter(self.decoded)))
            return self.decoded[scan_id]

    def _drop_pixels(self, scan_id: str) -> None:
        if self.decoded.pop(scan_id, None):
            self._pixels_path(scan_id).unlink(missing_ok=True)

    def _pixels_path(self, scan_id: str) -> Path:
        return self.folder / f"{scan_id}.npy"

    def display_name(self, scan: PageScan) -> str:
        """Return the name of a scan's file in printable characters."""
        return printable(scan.path.name)

    def crop(self, scan_id: str, area: ScanArea) -> Array:
        """Return a part of a scan without cleaning, (h, w, 3) uint8."""
        return crop_scan(self.decode(scan_id), area)

    def clean_crop(self, scan_id: str, area: ScanArea, percents: dict[str, int], *, show_removed: bool) -> Array:
        """Return a cleaned part of a scan, or what cleaning removes (see `scan_previews.clean_crop`)."""
        scan, mask = self.decode(scan_id), self.masks.get(scan_id)
        with self.clean_lock:
            return clean_crop(scan, mask and _decoded_mask(mask), area, percents, show_removed=show_removed)


def _decoded_mask(mask: Path) -> Path:
    """Return the path of the array file that a mask is decoded to."""
    return mask.with_suffix(".npy")


def safe_file_name(name: str) -> str:
    """Return a file name that is not hidden, names no folder, and is allowed on every file system."""
    last_part = PurePosixPath(name.replace("\\", "/")).name
    plain = "".join(letter for letter in last_part if letter.isprintable() and letter not in UNSAFE_CHARACTERS)
    plain = plain.lstrip(". ")
    stem, dot, suffix = plain.rpartition(".")
    if dot and len(suffix) < MAX_SUFFIX_LENGTH:
        short = f"{stem[: MAX_NAME_LENGTH - len(suffix) - 1]}{dot}{suffix}"
    else:
        short = plain[:MAX_NAME_LENGTH]
    return short if len(short.encode()) <= 2 * MAX_NAME_LENGTH and short else "scan"
