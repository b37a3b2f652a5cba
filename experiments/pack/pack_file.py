"""The file of a data pack. `docs/format.md` describes it and says what `Pack.extra` holds for each purpose.

entries: WebP files, names, held out, groups ──►──┤write_pack├──►── PURPOSE.pack ──►──┤read_pack├──►── Pack
"""

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from pochade.errors import DataDamaged, DataMissing
from pochade.system.atomic_files import write_atomically

PACK_FORMAT = "pochade-pack-1"
PACKS = Path(__file__).parents[1] / "packs"
MAX_PACK_BYTES = 60_000_000
PICTURES_AHEAD = 256  # that are decoded before the caller asks for them
PICTURE_TENSORS = ("blobs", "ends", "held_out", "groups")


class PackEntry(NamedTuple):
    """One picture on its way into a pack."""

    name: str  # of its source, for people
    content: bytes  # of a WebP file
    held_out: bool
    group: int  # equal for pictures that show the same


@dataclass(frozen=True)
class Pack:
    """The pictures of one purpose, as encoded files in memory."""

    purpose: str
    names: list[str]  # of the sources, for people
    blobs: Tensor  # uint8: the WebP files behind each other
    ends: Tensor  # (N,) int64: where each of them ends
    held_out: Tensor  # (N,) bool: never to be trained on
    groups: Tensor  # (N,) int64: equal for pictures that show the same
    extra: dict[str, Tensor]  # by name, what only this purpose needs

    def __len__(self) -> int:
        return len(self.names)

    def picture(self, row: int) -> np.ndarray:
        """Decode a picture: (h, w, 3) uint8."""
        return _decode(slice_blob(self.blobs, self.ends, row))

    def pictures(self, rows: Iterable[int]) -> Iterator[np.ndarray]:
        """Decode pictures (h, w, 3) uint8 on all cores, in the given order, few of them ahead of the caller."""
        numbers = list(rows)
        with ThreadPoolExecutor() as pool:
            for start in range(0, len(numbers), PICTURES_AHEAD):
                yield from pool.map(self.picture, numbers[start : start + PICTURES_AHEAD])

    def encoded_picture(self, kind: str, number: int) -> np.ndarray:
        """Decode an encoding of a square at the size at which it was encoded: (h, w, 3) uint8.

        Args:
            kind: `avif` or `preview`.
            number: Which of the encodings, 0 to E - 1.
        """
        return _decode(slice_blob(self.extra[f"{kind}_blobs"], self.extra[f"{kind}_ends"], number))


def pack_path(purpose: str) -> Path:
    """Where the pack of a purpose is."""
    return PACKS / f"{purpose}.pack"


def join_blobs(contents: Sequence[bytes]) -> tuple[Tensor, Tensor]:
    """Put files behind each other.

    Returns:
        The bytes (B,) uint8, and where each file ends (E,) int64.
    """
    blobs = torch.frombuffer(bytearray(b"".join(contents)), dtype=torch.uint8)
    return blobs, torch.tensor([len(content) for content in contents]).cumsum(0)


def slice_blob(blobs: Tensor, ends: Tensor, number: int) -> bytes:
    """The bytes of one of the files that `join_blobs` put behind each other."""
    number = range(len(ends))[number]
    begin = int(ends[number - 1]) if number else 0
    return blobs[begin : int(ends[number])].numpy().tobytes()


def write_pack(path: Path, purpose: str, entries: Sequence[PackEntry], extra: dict[str, Tensor] | None = None) -> None:
    """Write a pack. The same entries make the same bytes.

    Args:
        path: The file.
        purpose: What the pictures are for.
        entries: The pictures, at least one.
        extra: By name, what only this purpose needs.

    Raises:
        ValueError: The pack would be larger than 60 MB.
        OutputUnwritable: The file can't be written.
    """
    blobs, ends = join_blobs([entry.content for entry in entries])
    tensors = {
        "blobs": blobs,
        "ends": ends,
        "held_out": torch.tensor([entry.held_out for entry in entries]),
        "groups": torch.tensor([entry.group for entry in entries]),
    }
    description = {"format": PACK_FORMAT, "purpose": purpose, "names": [entry.name for entry in entries]}
    metadata = {"pack": json.dumps(description)}  # one key: safetensors writes several in any order
    content = save(tensors | (extra or {}), metadata)
    if len(content) > MAX_PACK_BYTES:
        raise ValueError(f"the pack '{purpose}' would have {len(content):,} bytes, and {MAX_PACK_BYTES:,} are allowed")
    write_atomically(path, content)


def read_pack(path: Path) -> Pack:
    """Read a pack into memory. No picture is decoded.

    Raises:
        DataMissing: There is no such pack.
        DataDamaged: The file is cut short or no pack.
    """
    if not path.is_file():
        raise DataMissing(f"there is no data pack '{path}'", "make it with 'make packs'")
    try:
        with safe_open(path, framework="pt") as file:
            description = json.loads((file.metadata() or {})["pack"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if description["format"] != PACK_FORMAT:
            raise ValueError(description["format"])
        blobs, ends, held_out, groups = (tensors.pop(name) for name in PICTURE_TENSORS)
        return Pack(description["purpose"], description["names"], blobs, ends, held_out, groups, tensors)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise DataDamaged(f"'{path}' can't be read as a data pack", "make it again with 'make packs'") from error


def _decode(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
