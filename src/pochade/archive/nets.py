"""A net that travels in an archive: an entry like any other, behind it what mends it, as many pieces rest on it.

The entry's content is the packed net (`coding/weights.py`) and, behind it, a repair as a manifest has one.
"""

import hashlib
import json
import zlib
from typing import Any

from pochade.archive.layout import stored
from pochade.archive.manifest import BYTES, NET, Entry
from pochade.archive.repair import mended, read_repair, repair_of
from pochade.errors import ArchiveDamaged

NAME_LENGTH = 16  # digits of a net's SHA-256


def name_of(entry: Entry) -> str:
    """By which pieces' entries name a net's."""
    return entry.original_sha256[:NAME_LENGTH]


def as_stored(net: bytes) -> bytes:
    """A packed net and its repair."""
    return net + repair_of(stored("", net), net)


def entry_of(net: bytes) -> Entry:
    """What a manifest says of a net."""
    content, digest = as_stored(net), hashlib.sha256(net).hexdigest()
    name = f"pieces/.restorer-{digest[:NAME_LENGTH]}"
    return Entry(name, len(content), zlib.crc32(content), NET, BYTES, len(net), digest)


def net_in(entry: Entry, content: bytes) -> bytes:
    """The packed net of an entry, mended where it is damaged.

    Raises:
        ArchiveDamaged: It can't be mended.
    """
    net, behind = content[: entry.original_bytes], content[entry.original_bytes :]
    if not is_right(net, entry) and (repair := read_repair(behind)) is not None:
        net = mended(net, repair)
    if not is_right(net, entry):
        raise ArchiveDamaged(f"the net '{entry.name}' is damaged", "look for an undamaged copy")
    return net


def is_right(net: bytes, entry: Entry) -> bool:
    """Whether these are the bytes that were packed."""
    return hashlib.sha256(net).hexdigest() == entry.original_sha256


def planes_of(net: bytes) -> int:
    """How many things a packed net is told; without torch."""
    said: Any = json.loads(net.partition(b"\n")[0])
    return int(said["config"]["planes"])
