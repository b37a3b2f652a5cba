"""A net that travels in an archive: an entry like any other, behind it what mends it, as many pieces rest on it.

The entry's content is the packed net (`models/packed_weights.py`) and, behind it, a repair as a manifest has one.
"""

import hashlib
import zlib

from pochade.archive.container.manifest import BYTES, NET, Entry
from pochade.archive.container.parity import mended, read_repair, repair_of
from pochade.archive.container.zip_layout import stored
from pochade.errors import ArchiveDamaged

NAME_LENGTH = 16  # digits of a net's SHA-256
LARGEST = 2**24  # bytes of an entry: no net of ours comes near it


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
    repair = None if is_right(net, entry) else read_repair(behind)
    if repair is not None and repair.member.packed == len(net):  # a stranger's may speak of another length
        net = mended(net, repair)
    if not is_right(net, entry):
        raise ArchiveDamaged(f"the net '{entry.name}' is damaged", "look for an undamaged copy")
    return net


def is_right(net: bytes, entry: Entry) -> bool:
    """Whether these are the bytes that were packed."""
    return hashlib.sha256(net).hexdigest() == entry.original_sha256
