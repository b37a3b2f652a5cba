"""The manifest as JSON. Reading is strict: whatever a hostile archive says is checked here."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pochade._version import __version__
from pochade.archive.container.manifest import ArchivedFile, Entry, Manifest, Shape
from pochade.archive.container.stored_paths import check_paths
from pochade.archive.container.zip_layout import FORMAT_NAME
from pochade.errors import ArchiveDamaged
from pochade.images.codecs.container_split import RowLayout

ABOUT = "A ZIP of pictures and packed files; docs/format.md of Pochade says how the originals are made of them again"
ENTRY_FIELDS = {  # field in the JSON -> attribute of `Entry`, in the order in which they are written
    "name": "name",
    "coder": "codec",
    "returns": "returns",
    "fidelity": "fidelity",
    "format": "format",
    "shape": "shape",
    "bytes": "bytes",
    "original_bytes": "original_bytes",
    "crc32": "crc32",
    "original_sha256": "original_sha256",
    "pixels": "pixels",
    "score": "score",
    "net": "model",
    "told": "conditioning",
}  # and `rest` and `raster`, which are objects of their own
REQUIRED_STRINGS = ("name", "coder", "returns", "original_sha256", "format", "fidelity")
REQUIRED_INTEGERS = ("bytes", "crc32", "original_bytes")
KNOWN_FIELDS = {"format", "about", "pochade", "rests", "entries", "folders"}
KNOWN_ENTRY_FIELDS = {*ENTRY_FIELDS, "files", "rest", "raster"}
KNOWN_FILE_FIELDS = {"path", "mtime"}
KNOWN_RASTER_FIELDS = {"at", "stride", "up", "bgr", "big"}
MAX_MANIFEST_BYTES = 2**28  # enough for some hundred thousand files
MAX_EXPANSION = 20  # a manifest usually unpacks to three times its packed bytes
FREE_BYTES = 2**16  # that any manifest may unpack to
MAX_INTEGER = 2**63 - 1


def write_manifest(manifest: Manifest) -> bytes:
    """Return the JSON that is stored in the archive."""
    remainder_numbers: dict[bytes, int] = {}
    for entry in manifest.entries:
        if entry.remainder is not None:
            remainder_numbers.setdefault(entry.remainder, len(remainder_numbers))
    files: dict[str, list[dict[str, Any]]] = {}
    for file in manifest.files:
        files.setdefault(file.entry.name, []).append({"path": file.path, "mtime": file.mtime})
    data = {
        "format": FORMAT_NAME,
        "about": ABOUT,
        "pochade": __version__,
        "rests": [base64.b64encode(remainder).decode() for remainder in remainder_numbers],
        "entries": [
            {"files": files.get(entry.name, [])} | entry_to_json(entry, remainder_numbers.get(entry.remainder or b""))
            for entry in manifest.entries
        ],
        "folders": manifest.folders,
    }
    return json.dumps(data, separators=(",", ":")).encode()


def read_manifest(content: bytes) -> Manifest:
    """Read and check a manifest.

    Raises:
        ArchiveDamaged: It isn't JSON, a newer version wrote it, or it says something impossible.
    """
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ArchiveDamaged("its manifest isn't JSON") from error
    if _field(data, "format", str) != FORMAT_NAME:
        raise ArchiveDamaged(f"it is of the format {data['format']!a}", "a newer Pochade may read it")
    remainders = [_decode_remainder(remainder) for remainder in _field(data, "rests", list)]
    entries = [entry_from_json(entry, remainders) for entry in _field(data, "entries", list)]
    if len({entry.name for entry in entries}) < len(entries):
        raise ArchiveDamaged("its manifest has an entry twice")
    files = [
        _file_from_json(file, entry)
        for entry, entry_data in zip(entries, data["entries"], strict=True)
        for file in _field(entry_data, "files", list)
    ]
    folders = [_check_type(folder, str, "folders") for folder in _field(data, "folders", list)]
    check_paths([file.path for file in files], folders)
    return Manifest(entries, sorted(files, key=lambda file: file.path), folders, _has_unknown_fields(data))


def max_unpacked_bytes(packed: int) -> int:
    """Return how many bytes a manifest of so many packed bytes may have, which bounds the memory for reading it."""
    return FREE_BYTES + MAX_EXPANSION * packed


def entry_to_json(entry: Entry, remainder_number: int | None) -> dict[str, Any]:
    """Return an entry as JSON data, without the fields that it doesn't have.

    Args:
        entry: The entry.
        remainder_number: Index of its remainder in the manifest's `rests`.
    """
    data = {field: getattr(entry, attribute) for field, attribute in ENTRY_FIELDS.items()}
    data = {field: value for field, value in data.items() if value is not None}
    if remainder_number is not None:
        data["rest"] = remainder_number
    if entry.row_layout is not None:
        data["raster"] = _row_layout_to_json(entry.row_layout)
    return data


def entry_from_json(data: Any, remainders: list[bytes]) -> Entry:
    """Read and check an entry.

    Args:
        data: The entry as JSON data.
        remainders: The remainders to which it may refer.

    Raises:
        ArchiveDamaged: A field is missing, of the wrong type, or impossible.
    """
    required = {name: _field(data, name, str) for name in REQUIRED_STRINGS}
    required |= {name: _field(data, name, int) for name in REQUIRED_INTEGERS}
    entry = Entry(**{ENTRY_FIELDS[name]: value for name, value in required.items()})
    if entry.crc32 >= 2**32 or not _is_entry_name(entry.name):
        raise ArchiveDamaged(f"its manifest has the entry {entry.name!a}, which Pochade never writes")
    for name in REQUIRED_STRINGS:
        if not required[name].isprintable():  # it could send control sequences to a terminal
            raise ArchiveDamaged(f"its manifest has the wrong '{name}'")
    return replace(
        entry,
        shape=_optional(data, "shape", list, _check_shape),
        pixels=_optional(data, "pixels", str, str),
        remainder=_optional(data, "rest", int, lambda number: _item(remainders, number)),
        row_layout=_optional(data, "raster", dict, _row_layout_from_json),
        score=_optional(data, "score", float, float),
        model=_optional(data, "net", str, str),
        conditioning=_optional(data, "told", list, lambda values: tuple(_check_type(v, int, "told") for v in values)),
    )


def _has_unknown_fields(data: Any) -> bool:
    """Return whether a manifest has fields that would be lost if this version wrote it again."""
    records = [(data, KNOWN_FIELDS)]
    for entry in data["entries"]:
        records += [(entry, KNOWN_ENTRY_FIELDS), (entry.get("raster", {}), KNOWN_RASTER_FIELDS)]
        records += [(file, KNOWN_FILE_FIELDS) for file in entry["files"]]
    return any(record.keys() - known for record, known in records)


def _field(data: Any, name: str, kind: type) -> Any:
    if not isinstance(data, dict):
        raise ArchiveDamaged("its manifest has something else where a record should be")
    return _check_type(data.get(name), kind, name)


def _optional(data: Any, name: str, kind: type, convert: Callable[[Any], Any]) -> Any:
    return convert(_field(data, name, kind)) if name in data else None


def _check_type(value: Any, kind: type[Any], name: str) -> Any:
    """Return the value; raise ArchiveDamaged where it is of another type, negative, or beyond 63 bits."""
    if type(value) is not kind or (isinstance(value, int) and not 0 <= value <= MAX_INTEGER):
        raise ArchiveDamaged(f"its manifest has the wrong '{name}'")
    return value


def _check_shape(sides: list[Any]) -> Shape:
    shape = tuple(_check_type(side, int, "shape") for side in sides)
    if len(shape) != len(("height", "width", "channels", "bits")) or 0 in shape:
        raise ArchiveDamaged("its manifest has the wrong 'shape'")
    return shape


def _decode_remainder(text: Any) -> bytes:
    try:
        return base64.b64decode(_check_type(text, str, "rests"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ArchiveDamaged("its manifest has a broken 'rests'") from error


def _row_layout_to_json(layout: RowLayout) -> dict[str, Any]:
    return {"at": layout.at, "stride": layout.stride, "up": layout.up, "bgr": layout.bgr, "big": layout.big}


def _row_layout_from_json(data: Any) -> RowLayout:
    return RowLayout(
        at=_field(data, "at", int),
        stride=_field(data, "stride", int),
        up=_field(data, "up", bool),
        bgr=_field(data, "bgr", bool),
        big=_field(data, "big", bool),
    )


def _file_from_json(data: Any, entry: Entry) -> ArchivedFile:
    mtime = data.get("mtime") if isinstance(data, dict) else None
    if type(mtime) is not int or abs(mtime) > MAX_INTEGER:
        raise ArchiveDamaged("its manifest has the wrong 'mtime'")
    return ArchivedFile(_field(data, "path", str), mtime, entry)


def _item(items: list[bytes], number: int) -> bytes:
    if number >= len(items):
        raise ArchiveDamaged("its manifest refers to something that isn't there")
    return items[number]


def _is_entry_name(name: str) -> bool:
    """Return whether a ZIP may have an entry of this name, and the name stays in the folder of entries."""
    parts = name.split("/")
    plain = name.isprintable() and "\\" not in name and ":" not in name and len(name.encode(errors="replace")) < 2**16
    return plain and parts[0] == "pieces" and len(parts) > 1 and not {"", ".", ".."} & set(parts)
