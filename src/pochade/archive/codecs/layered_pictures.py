"""The pictures of a layered file: each is encoded by the codec that suits it, and decoded when it is needed.

A merged picture is stored as differences from its prediction, the layers laid over each other, where these are smaller.
"""

import lzma
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np

from pochade.archive.codecs.codec_guard import try_codec
from pochade.images.base.picture import Array
from pochade.images.base.source import MAX_SIDE_PIXELS
from pochade.images.codecs.lossless import (
    JPEG_XL_EFFORTS,
    decode_values,
    drop_redundancy,
    encode_jpeg_xl_at,
    encode_webp_at,
)
from pochade.images.layered.layer_stack import COLOURS, StackedLayer, lay_stack
from pochade.images.layered.layered_file import MAX_BUILT_BYTES, MAX_SAMPLE_BYTES, LayeredFile
from pochade.images.layered.parts_json import stack_from_json
from pochade.images.layered.run_length_rules import MAX_ROW_BYTES

MAX_PIXELS = JPEG_XL_EFFORTS[-1][0]  # more would take too much memory
EFFORTS = (3, 5)  # of JPEG XL; the second takes five times longer
BEST_EFFORT = 7
MIN_SAVING = 0.05  # of the quick effort's bytes, for which the longer one is worth its time; docs/log.md
ESTIMATE_EFFORT = 1  # to compare two ways to store a picture
WEBP_QUALITY, WEBP_METHOD = 0, 1  # of WebP; more takes long, and does not help where WebP wins
MAX_WEBP_SIDE = 16383
TRIAL_BANDS, TRIAL_SHARE = 4, 16  # a sixteenth of the rows, in four bands, decides how a picture is encoded
SMALL_PIXELS = 2**16  # a smaller picture is encoded at the best effort, because that takes no time
CODECS = {".jxl": "jpeg-xl", ".webp": "webp"}  # by the ending of a picture's file
XZ_BYTES = 2**18  # of samples; a smaller picture is packed by xz, too
QUICK_PRESET = 3  # of xz
MAX_CHANNELS = 4  # of a picture
RECENT_PICTURES = 2  # stay decoded, because most files store the channels of one picture after those of another
RECENT_BYTES = 2**28  # all pictures stay decoded if they have fewer
MAX_STACKED_LAYERS = 10_000  # of all stacks of a file, with masks


class EncodedPicture(NamedTuple):
    """A picture as a file."""

    suffix: str
    content: bytes


class PictureFields(NamedTuple):
    """What an archive says about a picture."""

    shape: tuple[int, int, int, int]  # height, width, channels, bits
    file: str | None  # None if its samples are in the rest
    stack: tuple[StackedLayer, ...]

    @property
    def nbytes(self) -> int:
        """Bytes of its samples."""
        height, width, channels, bits = self.shape
        return height * width * channels * bits // 8


def encode_layer(samples: Array, *, best: bool) -> EncodedPicture | None:
    """Encode a picture; None if it is huge, or if xz packs it better.

    Args:
        samples: (H, W, C) uint8 or uint16.
        best: Whether to take more time.
    """
    pixels = samples[..., 0].size
    if pixels > MAX_PIXELS:
        return None
    encoded = _encode(drop_redundancy(samples), (BEST_EFFORT,) if best or pixels <= SMALL_PIXELS else EFFORTS)
    if best or samples.nbytes <= XZ_BYTES:
        packed = len(lzma.compress(planes_of(samples), preset=QUICK_PRESET))
        return encoded if len(encoded.content) < packed else None
    return encoded


def differences_are_smaller(picture: Array, differences: Array) -> bool:
    """Return whether differences take fewer bytes than the picture, by an estimate."""
    first, second = (
        len(encode_jpeg_xl_at(drop_redundancy(samples), ESTIMATE_EFFORT)) for samples in (picture, differences)
    )
    return second < first


def differences_of(file: LayeredFile, number: int) -> Array:
    """A picture of a file without what its stack predicts; (H, W, C) uint8."""
    picture = file.pictures[number]
    differences = picture.copy()
    height, width = picture.shape[:2]
    differences[..., :COLOURS] -= lay_stack(height, width, file.stacks[number], lambda other: file.pictures[other])
    return differences


def planes_of(picture: Array) -> bytes:
    """The samples of a picture, channel by channel, big-endian."""
    return np.moveaxis(picture, -1, 0).astype(picture.dtype.newbyteorder(">")).tobytes()


class LayeredPictures:
    """The pictures of a layered file, each decoded when it is needed."""

    def __init__(self, fields: Any, archive: dict[str, bytes], rest: bytes) -> None:
        self.fields = [_read_fields(picture) for picture in fields]
        self.archive, self.rest = archive, rest
        total_bytes = sum(picture.nbytes for picture in self.fields)
        if total_bytes > MAX_SAMPLE_BYTES:
            raise ValueError("its pictures are too large")
        _check_stacks(self.fields)
        in_rest = [picture.nbytes if picture.file is None else 0 for picture in self.fields]
        self.ends = np.cumsum([0, *in_rest]).tolist()
        self._recent = lru_cache(None if total_bytes <= RECENT_BYTES else RECENT_PICTURES)(self._decode)
        self._stacked = cache(self._add_stack)

    @property
    def rest_bytes(self) -> int:
        """Bytes at the start of the rest that belong to pictures."""
        return int(self.ends[-1])

    def picture(self, number: int) -> Array:
        """Return a picture; (H, W, C) uint8 or uint16."""
        return self._stacked(number) if self.fields[number].stack else self._recent(number)

    def _add_stack(self, number: int) -> Array:
        """Decode differences, and add what they differ from."""
        height, width, _, _ = self.fields[number].shape
        picture = self._decode(number).copy()
        picture[..., :COLOURS] += lay_stack(height, width, self.fields[number].stack, self._recent)
        return picture

    def _decode(self, number: int) -> Array:
        """Return the samples of a picture."""
        height, width, channels, bits = shape = self.fields[number].shape
        if (name := self.fields[number].file) is not None:
            return decode_values(self.archive[name], CODECS[name[name.rindex(".") :]], shape)
        samples = np.frombuffer(self.rest[self.ends[number] : self.ends[number + 1]], f">u{bits // 8}")
        return np.moveaxis(samples.reshape(channels, height, width), 0, -1).astype(f"u{bits // 8}")


def _encode(samples: Array, efforts: Sequence[int]) -> EncodedPicture:
    """Encode by WebP or JPEG XL, as some of the rows suggest."""
    trial = _some_rows(samples)
    webp: bytes | None = try_codec(_encode_webp, trial)
    sizes = [len(encode_jpeg_xl_at(trial, effort)) for effort in efforts]
    if webp is not None and len(webp) < min(sizes):
        return EncodedPicture(".webp", _encode_webp(samples))
    is_worth_it = sizes[-1] < (1 - MIN_SAVING) * sizes[0]
    return EncodedPicture(".jxl", encode_jpeg_xl_at(samples, efforts[-1 if is_worth_it else 0]))


def _encode_webp(samples: Array) -> bytes:
    if max(samples.shape) > MAX_WEBP_SIDE:
        raise ValueError("it is too large for WebP")
    return encode_webp_at(samples, WEBP_QUALITY, WEBP_METHOD)


def _some_rows(samples: Array) -> Array:
    """Some of the rows of a picture; all of a small one."""
    height = len(samples)
    if samples[..., 0].size <= SMALL_PIXELS or height < TRIAL_BANDS * TRIAL_SHARE:
        return samples
    band = height // (TRIAL_BANDS * TRIAL_SHARE)
    starts = np.arange(TRIAL_BANDS) * height // TRIAL_BANDS + (height // TRIAL_BANDS - band) // 2
    return np.concatenate([samples[start : start + band] for start in starts])


def _read_fields(fields: Any) -> PictureFields:
    height, width, channels, bits = fields["shape"]
    numbers = (height, width, channels, bits)
    is_possible = all(type(number) is int and 0 < number <= MAX_SIDE_PIXELS for number in numbers)
    if not is_possible or channels > MAX_CHANNELS or bits not in {8, 16} or width * bits > 8 * MAX_ROW_BYTES:
        raise ValueError("a picture has an impossible shape")
    return PictureFields(numbers, fields.get("file"), stack_from_json(fields.get("stack", [])))


def _check_stacks(pictures: list[PictureFields]) -> None:
    """Refuse stacks that need more than any of ours, or pictures that can't be laid over each other.

    Raises:
        ValueError: Such a stack.
        IndexError: A picture is missing.
    """
    count, built_bytes = 0, 0
    for picture in pictures:
        for layer in picture.stack:
            colours = pictures[layer.picture]
            masks = [(pictures[mask.picture], mask.channel) for mask in layer.masks]
            if not (_can_be_laid(picture, COLOURS) and _can_be_laid(colours, COLOURS)) or colours.stack:
                raise ValueError("a stack has pictures of another kind")
            if any(not _can_be_laid(mask, channel + 1) or mask.stack for mask, channel in masks):
                raise ValueError("a stack has masks of another kind")
            count += 1 + len(masks)
            built_bytes += colours.nbytes + sum(mask.nbytes for mask, _ in masks)
    if count > MAX_STACKED_LAYERS or built_bytes > MAX_BUILT_BYTES:
        raise ValueError("its stacks have too many layers")


def _can_be_laid(picture: PictureFields, channels: int) -> bool:
    return picture.shape[2] >= channels and picture.shape[3] == 8  # noqa: PLR2004  # bits
