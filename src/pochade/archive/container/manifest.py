"""What an archive says of itself, and the strict door through which a stranger's archive has to come."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pochade._version import __version__
from pochade.archive.container.entry_names import Text, check_paths, shown
from pochade.archive.container.zip_layout import FORMAT, Member
from pochade.errors import ArchiveDamaged
from pochade.images.codecs.container_split import RowLayout

JPEG, STORED, XZ = "jpeg", "stored", "xz"
STRETCH = 2**20  # bytes that are read at once

ABOUT = "A ZIP of pictures and packed files; docs/format.md of Pochade says how the originals are made of them again"
WRITTEN = (
    "name", "coder", "returns", "fidelity", "format", "shape", "bytes", "original_bytes", "crc32", "original_sha256",
    "pixels", "score", "net", "told",
)  # fmt: skip
MOST = 2**28  # bytes of a manifest: of some hundred thousand pieces
GROWTH = 20  # times: what a packed manifest may grow by, beyond its first bytes; three is usual
FIRST = 2**16
NUMBER = 2**63 - 1
BYTES, PIXELS, PICTURE = "bytes", "pixels", "picture"  # what comes back: the first two as they were
NET = "net"  # the coder of an entry that is no piece: pieces rest on it
LOSSLESS, PREVIEW = "lossless", "preview"
FIDELITIES = (PREVIEW, "medium", "high", LOSSLESS)  # from low to high
OF_ALL = {"format", "about", "pochade", "rests", "entries", "folders"}  # every field that is known
OF_AN_ENTRY = {*WRITTEN, "files", "rest", "raster"}
OF_A_FILE = {"path", "mtime"}
RASTER = {"at": 0, "stride": 0, "up": False, "bgr": False, "big": False}


Rest = bytes  # of a file, beside its pixels


@dataclass(frozen=True)
class Entry:
    """One content, and what was made of it."""

    name: str  # in the ZIP
    bytes: int
    crc32: int
    coder: str
    returns: str  # "bytes" or "pixels": what of the original comes back as it was; "picture": one that looks like it
    original_bytes: int
    original_sha256: str
    format: str = ""
    fidelity: str = LOSSLESS
    shape: tuple[int, int, int, int] | None = None  # height, width, channels, bits a channel
    pixels: str | None = None  # the first half of the SHA-256 of the values
    rest: Rest | None = None
    raster: RowLayout | None = None
    score: float | None = None  # SSIMULACRA2, where a picture comes back that looks like the original
    net: str | None = None  # the beginning of the SHA-256 of the net by which it comes back
    told: tuple[int, ...] | None = None  # to the net: how the entry was coded

    @property
    def rank(self) -> int:
        """How high its fidelity is among `FIDELITIES`: what loses nothing is the highest, whatever was asked for."""
        known = self.returns == PICTURE and self.fidelity in FIDELITIES
        return FIDELITIES.index(self.fidelity if known else LOSSLESS)

    @property
    def member(self) -> Member:
        """As the ZIP has it."""
        return Member(self.name, self.crc32, self.bytes, self.bytes)


@dataclass(frozen=True)
class ArchivedFile:
    """One file."""

    path: Text
    mtime: int  # nanoseconds since 1970
    entry: Entry

    @property
    def coder(self) -> str:
        """Who made its entry."""
        return self.entry.coder

    @property
    def bytes(self) -> int:
        """Of its entry."""
        return self.entry.bytes

    @property
    def original_bytes(self) -> int:
        """Of the file."""
        return self.entry.original_bytes

    @property
    def fidelity(self) -> str:
        """What was asked for."""
        return self.entry.fidelity

    @property
    def score(self) -> float | None:
        """SSIMULACRA2; None where nothing is lost."""
        return self.entry.score

    def as_data(self) -> dict[str, Any]:
        """As JSON can hold it, for people and their programs."""
        return {
            "path": shown(self.path),
            "coder": self.coder,
            "bytes": self.bytes,
            "original_bytes": self.original_bytes,
            "fidelity": self.fidelity,
            "score": self.score,
            "returns": self.entry.returns,
            "format": self.entry.format,
            "sha256": self.entry.original_sha256,
            "entry": self.entry.name,
        }


@dataclass(frozen=True)
class Manifest:
    """All that an archive holds."""

    entries: list[Entry]
    pieces: list[ArchivedFile]  # by path
    folders: list[Text]  # with nothing in them
    says_more: bool = False  # than this version knows of: a newer one wrote it

    def as_json(self) -> bytes:
        """As it lies in the archive."""
        numbers: dict[Rest, int] = {}
        for entry in self.entries:
            if entry.rest is not None:
                numbers.setdefault(entry.rest, len(numbers))
        files: dict[str, list[dict[str, Any]]] = {}
        for piece in self.pieces:
            files.setdefault(piece.entry.name, []).append({"path": piece.path, "mtime": piece.mtime})
        said = {
            "format": FORMAT,
            "about": ABOUT,
            "pochade": __version__,
            "rests": [base64.b64encode(rest).decode() for rest in numbers],
            "entries": [
                {"files": files.get(entry.name, [])} | entry_data(entry, numbers.get(entry.rest or b""))
                for entry in self.entries
            ],
            "folders": self.folders,
        }
        return json.dumps(said, separators=(",", ":")).encode()

    @classmethod
    def read(cls, content: bytes) -> "Manifest":
        """Out of an archive.

        Raises:
            ArchiveDamaged: It isn't JSON, of a newer version, or says what can't be.
        """
        try:
            said = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise ArchiveDamaged("its manifest is no JSON") from error
        if told(said, "format", str) != FORMAT:
            raise ArchiveDamaged(f"it is of the format {said['format']!a}", "a newer Pochade may read it")
        rests = [unpacked(rest) for rest in told(said, "rests", list)]
        entries = [entry_of(one, rests) for one in told(said, "entries", list)]
        if len({entry.name for entry in entries}) < len(entries):
            raise ArchiveDamaged("its manifest has an entry twice")
        pieces = [
            piece_of(one, entry)
            for entry, its in zip(entries, said["entries"], strict=True)
            for one in told(its, "files", list)
        ]
        folders = [checked(folder, str, "folders") for folder in told(said, "folders", list)]
        check_paths([piece.path for piece in pieces], folders)
        return cls(entries, sorted(pieces, key=lambda piece: piece.path), folders, says_more(said))


def most_unpacked(packed: int) -> int:
    """Bytes that a manifest of so many packed bytes may have: memory is many times what is unpacked."""
    return FIRST + GROWTH * packed


def says_more(said: Any) -> bool:
    """Whether a manifest has fields that would be lost if it were written again."""
    records = [(said, OF_ALL)]
    for entry in said["entries"]:
        records += [(entry, OF_AN_ENTRY), (entry.get("raster", {}), set(RASTER))]
        records += [(file, OF_A_FILE) for file in entry["files"]]
    return any(record.keys() - known for record, known in records)


def entry_data(entry: Entry, rest: int | None) -> dict[str, Any]:
    """An entry as JSON can hold it; what it doesn't have is left out. What is often the same stands together."""
    said = {name: vars(entry)[name] for name in WRITTEN if vars(entry)[name] is not None}
    if rest is not None:
        said["rest"] = rest
    if entry.raster is not None:
        said["raster"] = entry.raster._asdict()
    return said


def told(said: Any, name: str, kind: type, default: Any = None) -> Any:
    """A field; ArchiveDamaged when it isn't there or of another kind."""
    if not isinstance(said, dict):
        raise ArchiveDamaged("its manifest has something else where a record should be")
    return checked(said.get(name, default), kind, name)


def checked(value: Any, kind: type[Any], name: str) -> Any:
    """The value, when it is of the kind, and no number below zero or beyond 63 bits."""
    if type(value) is not kind or (isinstance(value, int) and not 0 <= value <= NUMBER):
        raise ArchiveDamaged(f"its manifest has the wrong '{name}'")
    return value


def unpacked(rest: Any) -> bytes:
    """A rest out of its base64."""
    try:
        return base64.b64decode(checked(rest, str, "rests"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ArchiveDamaged("its manifest has a broken 'rests'") from error


def entry_of(said: Any, rests: list[bytes]) -> Entry:
    """An entry out of JSON."""
    kinds: dict[str, type] = {
        "name": str,
        "bytes": int,
        "crc32": int,
        "coder": str,
        "returns": str,
        "original_bytes": int,
        "original_sha256": str,
        "format": str,
        "fidelity": str,
    }
    entry = Entry(**{name: told(said, name, kind) for name, kind in kinds.items()})
    if entry.crc32 >= 2**32 or not well_named(entry.name):
        raise ArchiveDamaged(f"its manifest has the entry {entry.name!a}, which no archive has")
    for name in ("coder", "returns", "original_sha256", "format", "fidelity"):
        if not getattr(entry, name).isprintable():  # a stranger's shall not steer a terminal
            raise ArchiveDamaged(f"its manifest has the wrong '{name}'")
    shape = optional(said, "shape", list, lambda sides: tuple(checked(side, int, "shape") for side in sides))
    if shape is not None and (len(shape) != len(("height", "width", "channels", "bits")) or 0 in shape):
        raise ArchiveDamaged("its manifest has the wrong 'shape'")
    return replace(
        entry,
        shape=shape,
        pixels=optional(said, "pixels", str, str),
        rest=optional(said, "rest", int, lambda number: at(rests, number)),
        raster=optional(said, "raster", dict, raster_of),
        score=optional(said, "score", float, float),
        net=optional(said, "net", str, str),
        told=optional(said, "told", list, lambda numbers: tuple(checked(one, int, "told") for one in numbers)),
    )


def optional(said: Any, name: str, kind: type, made: Callable[[Any], Any]) -> Any:
    """What is made of a field that may be missing."""
    return made(told(said, name, kind)) if name in said else None


def raster_of(said: Any) -> RowLayout:
    """How rows lie, out of JSON."""
    return RowLayout(**{name: told(said, name, type(usual)) for name, usual in RASTER.items()})


def piece_of(said: Any, entry: Entry) -> ArchivedFile:
    """A piece out of JSON."""
    mtime = said.get("mtime") if isinstance(said, dict) else None
    if type(mtime) is not int or abs(mtime) > NUMBER:
        raise ArchiveDamaged("its manifest has the wrong 'mtime'")
    return ArchivedFile(told(said, "path", str), mtime, entry)


def at(things: list[Any], number: int) -> Any:
    """The thing of that number; ArchiveDamaged when there are fewer."""
    if number >= len(things):
        raise ArchiveDamaged("its manifest names what isn't there")
    return things[number]


def well_named(name: str) -> bool:
    """Whether an entry's name is one that a ZIP can have, and leads nowhere else."""
    parts = name.split("/")
    plain = name.isprintable() and "\\" not in name and ":" not in name and len(name.encode(errors="replace")) < 2**16
    return plain and parts[0] == "pieces" and len(parts) > 1 and not {"", ".", ".."} & set(parts)
