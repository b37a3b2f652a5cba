"""Whether a net travels in an archive: only where the archive is smaller with it, the net's own bytes counted.

While files are coded, both are kept: the smallest file that needs no net, and a smaller one that needs it. When all are
there, the sums decide, and what lost is taken out again. An archive that has a net already goes on with it. Previews
are chosen by how they look, so where one rests on a net, it always goes along.
"""

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from pochade.archive.archive_reader import Archive
from pochade.archive.container.embedded_models import as_stored, entry_of, name_of
from pochade.archive.container.entry_names import entry_name
from pochade.archive.container.manifest import LOSSLESS, NET, PREVIEW, Entry
from pochade.archive.container.partial_archive import PartialArchive
from pochade.archive.file_list import INDEX, FileList
from pochade.errors import CheckpointDamaged
from pochade.models import weights

TUNED = Path(INDEX) / weights.AVIF  # in a folder that was learnt: its own net
LEAST = 10  # times a net's bytes: smaller collections can't save as much as it takes, and it isn't even tried
PLANES = {"high": 1, "medium": 1, PREVIEW: 2}  # what its net is told


def net_for(fidelity: str, old: Archive | None, found: FileList, total: int) -> bytes | None:
    """The packed net that may travel: the old archive's, else the folder's own, else the shipped one.

    Args:
        fidelity: What is asked for; without loss there is none.
        old: The archive, if it is there already.
        found: What is to be compressed.
        total: Its bytes.
    """
    if fidelity == LOSSLESS:
        return None
    from pochade.models.artifact_remover import ArtifactRemover, mender_at, shipped  # noqa: PLC0415  torch

    for content in () if old is None else [old.net(entry) for entry in old.usable.values()]:
        with suppress(CheckpointDamaged):  # a newer version's, or a stranger's: others take its place
            mender = ArtifactRemover(content)
            if mender.net.config.planes == PLANES[fidelity]:
                return mender.content

    if fidelity == PREVIEW:
        return shipped(weights.PREVIEW).content
    own = next((one / TUNED for one in (found.top, *found.top.parents) if os.path.isfile(one / TUNED)), None)  # noqa: PTH113
    net = shipped().content
    if own is not None:
        with suppress(CheckpointDamaged):  # then the shipped one serves
            net = mender_at(own).content
    return net if total >= LEAST * len(net) else None


def settle(part: PartialArchive, net: bytes | None) -> None:
    """Keep of each content one entry, and the nets on which some rest."""
    there = {name_of(one) for one in part.entries if one.coder == NET}
    plain = {one.original_sha256: one for one in part.entries if one.net is None and one.coder != NET}
    restored = {one.original_sha256: one for one in part.entries if one.net is not None}
    both = [(plain[content], restored[content]) for content in restored.keys() & plain.keys()]
    if net is not None and name_of(entry_of(net)) not in there and pays(entry_of(net), plain, restored):
        part.add(named(entry_of(net), part), [as_stored(net)])
        there.add(name_of(entry_of(net)))
    losers = [max(pair, key=cost) if pair[1].net in there else pair[1] for pair in both]
    names = {one.name for one in losers}
    resting = {one.net for one in part.entries if one.name not in names}
    part.drop([*losers, *(one for one in part.entries if one.coder == NET and name_of(one) not in resting)])


def pays(net: Entry, plain: dict[str, Entry], restored: dict[str, Entry]) -> bool:
    """Whether an archive is smaller with a net, or a content has no other entry; both are by content."""
    mine = {content: one for content, one in restored.items() if one.net == name_of(net)}
    saved = sum(max(0, cost(plain[content]) - cost(mine[content])) for content in mine.keys() & plain.keys())
    return bool(mine.keys() - plain.keys()) or saved > cost(net)


def named(net: Entry, part: PartialArchive) -> Entry:
    """A net's entry under a name that is free."""
    return net if part.names.is_free(net.name) else replace(net, name=entry_name(".restorer", "", part.names))


def cost(entry: Entry) -> int:
    """Its bytes in an archive, about: what stands before it, and of it in the directory and the manifest, comes to."""
    told = len(entry.name) * 3 + 2 * 46 + (80 if entry.net else 0)
    return entry.bytes + told + len(entry.rest or b"")
