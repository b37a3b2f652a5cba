"""Find pictures whose files differ although their pixels are exactly the same."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from pochade.analysis.arrays import Integers
from pochade.errors import OutputUnwritable, PictureUnreadable
from pochade.images.base.icc import is_srgb
from pochade.images.base.picture import Picture
from pochade.images.io.complete_file import DAMAGE_NOTES
from pochade.images.io.read import read_picture
from pochade.images.io.reading_worker import read_in_worker
from pochade.index.database import Index
from pochade.index.picture_records import PictureFile, file_time

logger = logging.getLogger(__name__)
FORMATS_READ_IN_PART = {"DNG", "EXR", "PDF", "XCF"}  # which may differ in light, depth or pages that are not read


class PixelDuplicates:
    """Finds pictures with the same pixels, and stores a hash of the pixels, so that each picture is decoded only once.

    Args:
        files: The files of each picture, by number.
        index: Where the hashes are stored.
    """

    def __init__(self, files: Mapping[int, Sequence[PictureFile]], index: Index) -> None:
        self.files, self.index = files, index
        self.first_equal: dict[int, int] = {}  # from a picture to the lowest number with the same pixels
        self._digests = index.pixel_hashes()
        self._is_storing = True

    def compare(self, pairs: list[list[int]]) -> None:
        """Compare the pixels of pairs of pictures (picture numbers); pairs of different sizes are skipped."""
        numbers = {number for pair in pairs if self._may_agree(*pair) for number in pair}
        first_with_digest = dict[str, int]()
        for number in sorted(numbers):
            if digest := self._digest(number):
                self.first_equal[number] = first_with_digest.setdefault(digest, number)

    def are_equal(self, number: int, other: int) -> bool:
        """Whether `compare` has shown that two pictures have the same pixels."""
        return number == other or self.first_equal.get(number, number) == self.first_equal.get(other, other)

    def _may_agree(self, number: int, other: int) -> bool:
        first, second = self.files[number][0], self.files[other][0]
        if not DAMAGE_NOTES.isdisjoint((*first.notes, *second.notes)):
            return False  # the same pixels may be all that is left of two pictures
        if not FORMATS_READ_IN_PART.isdisjoint((first.format, second.format)):
            return False
        has_one_page = first.frames == second.frames == 1 and "TIFF" not in {first.format, second.format}
        return has_one_page and (first.width, first.height) == (second.width, second.height)

    def _digest(self, number: int) -> str | None:
        """The hash of a picture's pixels; None if its file can't be decoded, or has changed since it was learnt."""
        if number not in self._digests:
            file = self.files[number][0]
            try:
                state = file.path.stat()
                if state.st_size != file.bytes or file_time(state.st_mtime_ns) != file.modified:
                    return None
                self._digests[number] = read_in_worker(digest_of_file, file.path)
            except (OSError, PictureUnreadable, MemoryError):
                return None
            self._store(number)
        return self._digests[number]

    def _store(self, number: int) -> None:
        """Store a hash. After the first failure no other is tried, because each may wait for another process."""
        if self._is_storing:
            try:
                self.index.record_pixel_hash(number, self._digests[number])
            except OutputUnwritable:
                logger.warning("the hashes of pixels are not stored", exc_info=True)
                self._is_storing = False


def digest_of_file(path: Path) -> str:
    """Compute the `pixel_digest` of the picture in a file.

    Raises:
        PictureUnreadable: The file can't be read as a picture.
    """
    return pixel_digest(read_picture(path))


def pixel_digest(picture: Picture) -> str:
    """Compute the SHA-256 of a picture's pixels, what they mean, and alpha; a fully opaque alpha counts as none."""
    colours = _to_16_bits(np.broadcast_to(picture.pixels, (*picture.pixels.shape[:2], 3)))
    digest = hashlib.sha256(f"{colours.shape} {_meaning(picture)!r}".encode())
    digest.update(np.ascontiguousarray(colours).tobytes())
    if picture.alpha is not None and picture.alpha.min() < np.iinfo(picture.alpha.dtype).max:
        digest.update(np.ascontiguousarray(_to_16_bits(picture.alpha)).tobytes())
    return digest.hexdigest()


def _meaning(picture: Picture) -> object:
    """What the pixels mean: code points, a profile, or None for sRGB, whether a profile says so or nothing does."""
    if picture.hdr is not None:
        return tuple(picture.hdr)
    mode = "L" if picture.pixels.shape[-1] == 1 else "RGB"
    return None if picture.icc is None or is_srgb(picture.icc, mode) else picture.icc


def _to_16_bits(values: Integers) -> Integers:
    return values.astype(np.uint16) * 257 if values.dtype == np.uint8 else values
