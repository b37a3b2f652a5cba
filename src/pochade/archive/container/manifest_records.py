"""The records of an archive's manifest: its entries, its files and its empty folders.

`manifest_json.py` writes them as JSON; `check_manifest.py` reads and checks that JSON.
"""

from dataclasses import dataclass
from typing import Any

from pochade.archive.container.parity_layout import ParityLayout
from pochade.archive.container.stored_paths import StoredPath, printable_path
from pochade.archive.container.zip_layout import ZipMember
from pochade.images.codecs.container_split import RowLayout

JPEG, JPEG_TAIL, STORED, XZ = "jpeg", "jpeg-tail", "stored", "xz"  # codecs that return a file byte for byte
LAYERED = "layered"  # returns a file byte for byte, too
MODEL = "net"  # the codec of an entry that holds not a person's file, but a model on which pictures depend
PARITY = "parity"  # the codec of an entry that holds parity data of what precedes it
BYTES, PIXELS, PICTURE = "bytes", "pixels", "picture"  # what comes back from an entry; the first two lose nothing
LOSSLESS, PREVIEW = "lossless", "preview"
FIDELITIES = (PREVIEW, "medium", "high", LOSSLESS)  # from low to high
CHUNK_BYTES = 2**20  # read at once

Remainder = bytes  # a file without its pixels
Shape = tuple[int, int, int, int]  # height, width, channels, bits a channel


@dataclass(frozen=True)
class Entry:
    """One distinct content in an archive: where its bytes are, and how the original is decoded from them.

    The archive's JSON has other names for some attributes; `manifest_json.ENTRY_FIELDS` lists them.
    """

    name: str  # in the ZIP
    bytes: int
    crc32: int
    codec: str
    returns: str  # "bytes" or "pixels" if these come back exactly; "picture" if one comes back that looks similar
    original_bytes: int
    original_sha256: str
    format: str = ""
    fidelity: str = LOSSLESS
    shape: Shape | None = None
    pixels: str | None = None  # first half of the SHA-256 of the pixel values
    remainder: Remainder | None = None
    row_layout: RowLayout | None = None
    score: float | None = None  # SSIMULACRA2, for an entry that returns a picture
    model: str | None = None  # id of the model that restores the picture
    conditioning: tuple[int, ...] | None = None  # what the model is conditioned on: how the entry was encoded
    lost: tuple[str, ...] | None = None  # names of what else the original's file held, for a preview
    content_sha256: str | None = None  # of the entry's bytes, in hexadecimal digits
    parity: ParityLayout | None = None  # of an entry that holds parity data

    @property
    def rank(self) -> int:
        """Index in `FIDELITIES`; an entry that lost nothing counts as lossless, whatever fidelity was asked for."""
        is_lossy = self.returns == PICTURE and self.fidelity in FIDELITIES
        return FIDELITIES.index(self.fidelity if is_lossy else LOSSLESS)

    @property
    def is_file(self) -> bool:
        """Whether it holds a person's file, not something of Pochade's own."""
        return self.codec not in {MODEL, PARITY}

    @property
    def member(self) -> ZipMember:
        """The entry as the ZIP stores it."""
        return ZipMember(self.name, self.crc32, self.bytes, self.bytes)

    @property
    def coder(self) -> str:
        """Alias of `codec`, kept for scripts."""
        return self.codec

    @property
    def rest(self) -> Remainder | None:
        """Alias of `remainder`, kept for scripts."""
        return self.remainder

    @property
    def raster(self) -> RowLayout | None:
        """Alias of `row_layout`, kept for scripts."""
        return self.row_layout

    @property
    def net(self) -> str | None:
        """Alias of `model`, kept for scripts."""
        return self.model

    @property
    def told(self) -> tuple[int, ...] | None:
        """Alias of `conditioning`, kept for scripts."""
        return self.conditioning


@dataclass(frozen=True)
class ArchivedFile:
    """A person's file in an archive; files with the same content share an entry."""

    path: StoredPath
    mtime: int  # nanoseconds since 1970
    entry: Entry

    @property
    def codec(self) -> str:
        """Codec of its entry."""
        return self.entry.codec

    @property
    def coder(self) -> str:
        """Alias of `codec`, kept for scripts."""
        return self.entry.codec

    @property
    def bytes(self) -> int:
        """Bytes of its entry."""
        return self.entry.bytes

    @property
    def original_bytes(self) -> int:
        """Bytes of the original file."""
        return self.entry.original_bytes

    @property
    def fidelity(self) -> str:
        """Fidelity that was asked for when it was encoded."""
        return self.entry.fidelity

    @property
    def score(self) -> float | None:
        """SSIMULACRA2 against the original; None if nothing is lost."""
        return self.entry.score

    def as_data(self) -> dict[str, Any]:
        """Return what `pochade list --json` and reports say about the file."""
        return {
            "path": printable_path(self.path),
            "coder": self.codec,
            "bytes": self.bytes,
            "original_bytes": self.original_bytes,
            "fidelity": self.fidelity,
            "score": self.score,
            "returns": self.entry.returns,
            "format": self.entry.format,
            "sha256": self.entry.original_sha256,
            "entry": self.entry.name,
            "lost": list(self.entry.lost or ()),
        }


@dataclass(frozen=True)
class Manifest:
    """Everything an archive holds."""

    entries: list[Entry]  # in the order of the archive
    files: list[ArchivedFile]  # by path
    folders: list[StoredPath]  # empty ones
    has_unknown_fields: bool = False  # a newer Pochade wrote it

    @property
    def pieces(self) -> list[ArchivedFile]:
        """Alias of `files`, kept for scripts."""
        return self.files
