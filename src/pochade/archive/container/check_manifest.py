"""Reads a manifest from JSON and checks everything that it says, because an archive may be damaged or hostile."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from pochade.archive.container.manifest_json import ENTRY_FIELDS
from pochade.archive.container.manifest_records import ArchivedFile, Entry, Manifest, Shape
from pochade.archive.container.parity_layout import ParityLayout
from pochade.archive.container.reserved_names import names_index
from pochade.archive.container.stored_paths import MAX_PATH_LENGTH, MAX_PATH_PARTS, check_paths
from pochade.archive.container.zip_layout import FORMAT_NAME
from pochade.errors import ArchiveDamaged
from pochade.images.codecs.container_split import RowLayout

REQUIRED_STRINGS = ("name", "coder", "returns", "original_sha256", "format", "fidelity")
REQUIRED_INTEGERS = ("bytes", "crc32", "original_bytes")
KNOWN_FIELDS = {"format", "about", "pochade", "rests", "entries", "folders"}
KNOWN_ENTRY_FIELDS = {*ENTRY_FIELDS, "files", "rest", "raster", "parity"}
KNOWN_PARITY_FIELDS = {field.name for field in fields(ParityLayout)}
KNOWN_FILE_FIELDS = {"path", "mtime"}
KNOWN_RASTER_FIELDS = {"at", "stride", "up", "bgr", "big"}
MAX_INTEGER = 2**63 - 1


def parse_manifest(content: bytes) -> Manifest:
    """Read a manifest from JSON and check it.

    Raises:
        ArchiveDamaged: The manifest isn't JSON, says something impossible, or was written by a newer Pochade.
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
        raise ArchiveDamaged("its manifest has the same entry twice")
    files = [
        _file_from_json(file, entry)
        for entry, entry_data in zip(entries, data["entries"], strict=True)
        for file in _field(entry_data, "files", list)
    ]
    if not all(file.entry.is_file for file in files):
        raise ArchiveDamaged("its manifest has a file whose content is none of a person's")
    folders = [_check_type(folder, str, "folders") for folder in _field(data, "folders", list)]
    check_paths([file.path for file in files], folders)
    return Manifest(entries, sorted(files, key=lambda file: file.path), folders, _has_unknown_fields(data))


def entry_from_json(data: Any, remainders: list[bytes]) -> Entry:
    """Read an entry from JSON data and check it.

    Args:
        data: The entry as JSON data.
        remainders: The remainders to which the entry may refer.

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
        content_sha256=_optional(data, "sha256", str, str),
        parity=_optional(data, "parity", dict, _parity_from_json),
        model=_optional(data, "net", str, str),
        lost=_optional(data, "lost", list, lambda names: tuple(_check_text(name, "lost") for name in names)),
        conditioning=_optional(data, "told", list, lambda values: tuple(_check_type(v, int, "told") for v in values)),
    )


def _has_unknown_fields(data: Any) -> bool:
    """Return whether a manifest has fields that this version would lose by writing it again."""
    records = [(data, KNOWN_FIELDS)]
    for entry in data["entries"]:
        records += [(entry, KNOWN_ENTRY_FIELDS), (entry.get("raster", {}), KNOWN_RASTER_FIELDS)]
        records.append((entry.get("parity", {}), KNOWN_PARITY_FIELDS))
        records += [(file, KNOWN_FILE_FIELDS) for file in entry["files"]]
    return any(record.keys() - known_fields for record, known_fields in records)


def _field(data: Any, name: str, kind: type) -> Any:
    if not isinstance(data, dict):
        raise ArchiveDamaged("its manifest has something else in the place of a record")
    return _check_type(data.get(name), kind, name)


def _optional(data: Any, name: str, kind: type, convert: Callable[[Any], Any]) -> Any:
    return convert(_field(data, name, kind)) if name in data else None


def _check_type(value: Any, kind: type[Any], name: str) -> Any:
    """Return a value; raise ArchiveDamaged if it has another type, is negative, or has more than 63 bits."""
    if type(value) is not kind or (isinstance(value, int) and not 0 <= value <= MAX_INTEGER):
        raise ArchiveDamaged(f"its manifest has the wrong '{name}'")
    return value


def _check_text(value: Any, name: str) -> str:
    """Return a text; raise ArchiveDamaged if it is none, or could send control sequences to a terminal."""
    text: str = _check_type(value, str, name)
    if not text.isprintable():
        raise ArchiveDamaged(f"its manifest has the wrong '{name}'")
    return text


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


def _row_layout_from_json(data: Any) -> RowLayout:
    return RowLayout(
        at=_field(data, "at", int),
        stride=_field(data, "stride", int),
        up=_field(data, "up", bool),
        bgr=_field(data, "bgr", bool),
        big=_field(data, "big", bool),
    )


def _parity_from_json(data: Any) -> ParityLayout:
    layout = ParityLayout(**{name: _field(data, name, int) for name in KNOWN_PARITY_FIELDS})
    layout.check()
    return layout


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
    """Return whether a ZIP may have an entry of this name, inside the folder of entries."""
    parts = name.split("/")
    is_short = len(name) <= MAX_PATH_LENGTH and len(parts) <= MAX_PATH_PARTS + 1  # the folder of entries comes first
    plain = is_short and name.isprintable() and "\\" not in name and ":" not in name
    is_inside = parts[0] == "pieces" and len(parts) > 1 and not {"", ".", ".."} & set(parts)
    return plain and is_inside and not names_index(name)
