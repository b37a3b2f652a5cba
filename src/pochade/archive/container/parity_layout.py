"""Where the parts of a parity entry are, and which bytes of the archive it covers; docs/format.md describes both."""

import struct
from dataclasses import dataclass, replace

from pochade.errors import ArchiveDamaged

DATA_COLUMNS = 100  # so that a percentage is a number of parity columns
MAX_PERCENT = 50
BLOCK_BYTES, SMALL_BLOCK_BYTES = 4096, 256  # with a CRC-32 each
CHECKSUM_BYTES = 4
ALWAYS_COPIED_BYTES = 4096  # of a manifest whose copy is never left out
MAX_COLUMNS = 255  # that Reed-Solomon over bytes allows
HEAD = struct.Struct("<4sQQ")  # signature, packed and unpacked bytes of the copy of the manifest
SIGNATURE = b"PRS1"
PARITY_NAME = "pieces/.parity-"  # of every parity entry, followed by a number


@dataclass(frozen=True)
class ParityLayout:
    """The numbers from which the layout follows, as the manifest states them."""

    start: int  # offset in the archive of the first byte that is covered
    end: int  # offset behind the last one
    columns: int
    parity_columns: int
    block: int  # bytes
    manifest: int  # bytes of the copy of the manifest

    @property
    def column_bytes(self) -> int:
        """Bytes of a column."""
        blocks = -(-(self.end - self.start) // (self.columns * self.block))
        return blocks * self.block

    @property
    def data_blocks(self) -> int:
        """Number of blocks of the covered bytes."""
        return -(-(self.end - self.start) // self.block)

    @property
    def parity_blocks(self) -> int:
        """Number of blocks of all parity columns."""
        return self.parity_columns * (self.column_bytes // self.block)

    @property
    def parity_start(self) -> int:
        """Offset of the parity columns in the entry's content."""
        return HEAD.size + self.manifest

    @property
    def checksums_start(self) -> int:
        """Offset of the checksums in the entry's content."""
        return self.parity_start + self.parity_columns * self.column_bytes

    @property
    def content_bytes(self) -> int:
        """Bytes of the entry's content."""
        return self.checksums_start + CHECKSUM_BYTES * (self.data_blocks + self.parity_blocks)

    def check(self) -> None:
        """Check that the numbers make sense together.

        Raises:
            ArchiveDamaged: They don't.
        """
        has_columns = self.columns > 0 < self.parity_columns and self.columns + self.parity_columns <= MAX_COLUMNS
        if self.start >= self.end or not has_columns or self.block not in {BLOCK_BYTES, SMALL_BLOCK_BYTES}:
            raise ArchiveDamaged("its manifest has the wrong 'parity'")


def choose_layout(start: int, end: int, percent: int, manifest: int) -> ParityLayout:
    """Return the layout of a new parity entry.

    Args:
        start: Offset of the first byte to cover.
        end: Offset behind the last one.
        percent: Bytes of parity for a hundred bytes, 1 to 50.
        manifest: Bytes of the copy of the manifest, which is left out if the parity columns are smaller.
    """
    block = BLOCK_BYTES if end - start >= DATA_COLUMNS * BLOCK_BYTES else SMALL_BLOCK_BYTES
    layout = ParityLayout(start, end, DATA_COLUMNS, percent, block, manifest)
    is_large = manifest > max(ALWAYS_COPIED_BYTES, percent * layout.column_bytes)
    return replace(layout, manifest=0) if is_large else layout
