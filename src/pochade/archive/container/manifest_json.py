"""Writes the manifest as JSON; `check_manifest.py` reads it again."""

import base64
import json
from dataclasses import asdict
from typing import Any

from pochade._version import __version__
from pochade.archive.container.manifest_records import Entry, Manifest
from pochade.archive.container.zip_layout import FORMAT_NAME
from pochade.images.codecs.container_split import RowLayout

ABOUT = "A ZIP of pictures and packed files; docs/format.md of Pochade says how the originals are made of them again"
ENTRY_FIELDS = {  # JSON field -> attribute of `Entry`, in the order of writing
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
    "sha256": "content_sha256",
    "pixels": "pixels",
    "score": "score",
    "net": "model",
    "told": "conditioning",
    "lost": "lost",
}  # `rest`, `raster` and `parity` are written separately
MAX_MANIFEST_BYTES = 2**28  # enough for some hundred thousand files
MAX_PACKED_BYTES = MAX_MANIFEST_BYTES + 2**20  # deflate adds a few bytes to each block of what it can't compress
MAX_EXPANSION = 20  # times the packed bytes; usually a manifest unpacks to three times as many
ALWAYS_ALLOWED_BYTES = 2**16  # that any manifest may unpack to, however few its packed bytes


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


def max_unpacked_bytes(packed: int) -> int:
    """Return how many bytes a manifest may unpack to, which bounds the memory for reading it.

    Args:
        packed: Bytes of the manifest in the archive.
    """
    return ALWAYS_ALLOWED_BYTES + MAX_EXPANSION * packed


def entry_to_json(entry: Entry, remainder_number: int | None) -> dict[str, Any]:
    """Return an entry as JSON data, without the fields that are None.

    Args:
        entry: The entry.
        remainder_number: Index of the entry's remainder in the manifest's `rests`; None if it has no remainder.
    """
    data = {field: getattr(entry, attribute) for field, attribute in ENTRY_FIELDS.items()}
    data = {field: value for field, value in data.items() if value is not None}
    if remainder_number is not None:
        data["rest"] = remainder_number
    if entry.row_layout is not None:
        data["raster"] = _row_layout_to_json(entry.row_layout)
    if entry.parity is not None:
        data["parity"] = asdict(entry.parity)
    return data


def _row_layout_to_json(layout: RowLayout) -> dict[str, Any]:
    return {"at": layout.at, "stride": layout.stride, "up": layout.up, "bgr": layout.bgr, "big": layout.big}
