"""Whether a net travels in an archive: only where the archive is smaller with it, the net's own bytes counted.

While files are coded, both are kept: the smallest file that needs no net, and a smaller one that needs it. When all are
there, the sums decide, and what lost is taken out again. An archive that has a net already goes on with it. Previews
are worth hardly anything without theirs, so with them it always goes along.
"""

from pathlib import Path

from pochade import weights
from pochade.archive.found import INDEX, Found
from pochade.archive.manifest import LOSSLESS, PREVIEW, Entry
from pochade.archive.nets import as_stored, entry_of, net_in, planes_of
from pochade.archive.opened import Archive
from pochade.archive.part import Part
from pochade.errors import ArchiveDamaged

TUNED = Path(INDEX) / weights.AVIF  # in a folder that was learnt: its own net
LEAST = 10  # times a net's bytes: smaller collections can't save as much as it takes, and it isn't even tried
PLANES = {"high": 1, "medium": 1, PREVIEW: 2}  # what its net is told


def net_for(fidelity: str, old: Archive | None, found: Found, total: int) -> bytes | None:
    """The packed net that may travel: the old archive's, else the folder's own, else the shipped one.

    Args:
        fidelity: What is asked for; without loss there is none.
        old: The archive, if it is there already.
        found: What is to be compressed.
        total: Its bytes.
    """
    if fidelity == LOSSLESS:
        return None
    for entry in old.nets() if old is not None else ():
        try:
            net = net_in(entry, old.stretch(entry).content()) if old is not None else b""
        except ArchiveDamaged:
            continue
        if planes_of(net) == PLANES[fidelity]:
            return net
    from pochade.mending import mender_at, shipped  # noqa: PLC0415  torch

    if fidelity == PREVIEW:
        return shipped(weights.PREVIEW).content
    own = next((one / TUNED for one in (found.top, *found.top.parents) if (one / TUNED).is_file()), None)
    net = shipped().content if own is None else mender_at(own).content
    return net if total >= LEAST * len(net) else None


def settle(part: Part, net: bytes | None) -> None:
    """Keep of each content one entry, and the net where pieces rest on it."""
    if net is None:
        return
    entry = entry_of(net)
    plain = {one.original_sha256: one for one in part.entries if one.net is None}
    restored = {one.original_sha256: one for one in part.entries if one.net is not None}
    both = restored.keys() & plain.keys()
    saved = sum(cost(plain[content]) - cost(restored[content]) for content in both)
    is_needed = bool(restored.keys() - both) or entry.original_sha256 in plain
    is_taken = bool(restored) and (is_needed or saved > cost(entry))
    losers = plain if is_taken else restored
    if is_taken and entry.original_sha256 not in plain:
        part.add(entry, [as_stored(net)])
    part.drop([losers[content] for content in both])


def cost(entry: Entry) -> int:
    """Its bytes in an archive, about: what stands before it, and of it in the directory and the manifest, comes to."""
    told = len(entry.name) * 3 + 2 * 46 + (80 if entry.net else 0)
    return entry.bytes + told + len(entry.rest or b"")
