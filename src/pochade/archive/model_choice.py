"""Whether a model travels in an archive: only where the archive is smaller with it, its own bytes included.

While contents are encoded, both variants are kept: the smallest entry without a model, and a smaller one that depends
on it. When all are there, the sums decide, and the losing variants are dropped. An archive that has a model already
keeps using it. Previews are chosen by how they look, so where one depends on a model, the model always travels.
"""

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from pochade.archive.archive_plan import ArchivePlan
from pochade.archive.archive_reader import Archive
from pochade.archive.container.embedded_models import model_entry, model_id, with_repair_record
from pochade.archive.container.entry_names import choose_entry_name
from pochade.archive.container.manifest import LOSSLESS, MODEL, PREVIEW, Entry
from pochade.archive.container.partial_archive import PartialArchive
from pochade.archive.file_list import INDEX_FOLDER
from pochade.errors import CheckpointDamaged
from pochade.models import weights

FINE_TUNED_MODEL = Path(INDEX_FOLDER) / weights.AVIF_FILE  # in the folder of a collection
MIN_COLLECTION_FACTOR = 10  # a collection of fewer times the model's bytes can't save as much as the model takes
CONDITIONING_PLANES = {"high": 1, "medium": 1, PREVIEW: 2}  # of the model, by fidelity


def choose_model(fidelity: str, old: Archive | None, plan: ArchivePlan) -> bytes | None:
    """Return the packed model that may travel: the old archive's, or the collection's own, or the shipped one.

    Args:
        fidelity: With `lossless`, there is none.
        old: The archive, if it exists already.
        plan: What is to be compressed.
    """
    if fidelity == LOSSLESS:
        return None
    from pochade.models.artifact_remover import shipped_artifact_remover  # noqa: PLC0415  torch is slow to import

    if (model := _reusable_model(fidelity, old)) is not None:
        return model
    if fidelity == PREVIEW:
        return shipped_artifact_remover(weights.PREVIEW_FILE).content
    model = _fine_tuned_model(plan.top) or shipped_artifact_remover().content
    total = sum(content.size for content in plan.contents.values())
    return model if total >= MIN_COLLECTION_FACTOR * len(model) else None


def drop_losing_variants(part: PartialArchive, model: bytes | None) -> None:
    """Keep one entry for each content, and only the models on which some entry depends.

    Args:
        part: The archive, with both variants of some contents.
        model: The packed model of the second variants; it is added where it pays off.
    """
    models = {model_id(entry) for entry in part.entries if entry.codec == MODEL}
    plain = {e.original_sha256: e for e in part.entries if e.model is None and e.codec != MODEL}
    restored = {entry.original_sha256: entry for entry in part.entries if entry.model is not None}
    if model is not None:
        entry = model_entry(model)
        if model_id(entry) not in models and _pays_off(entry, plain, restored):
            part.add(_with_free_name(entry, part), [with_repair_record(model)])
            models.add(model_id(entry))
    pairs = [(plain[content], restored[content]) for content in restored.keys() & plain.keys()]
    losers = [max(pair, key=archive_cost) if pair[1].model in models else pair[1] for pair in pairs]
    loser_names = {entry.name for entry in losers}
    needed = {entry.model for entry in part.entries if entry.name not in loser_names}
    unneeded = [entry for entry in part.entries if entry.codec == MODEL and model_id(entry) not in needed]
    part.drop([*losers, *unneeded])


def archive_cost(entry: Entry) -> int:
    """Return about how many bytes an entry takes: content, ZIP headers and its record in the manifest."""
    overhead = len(entry.name) * 3 + 2 * 46 + (80 if entry.model else 0)
    return entry.bytes + overhead + len(entry.remainder or b"")


def _reusable_model(fidelity: str, old: Archive | None) -> bytes | None:
    """Return the first model of the old archive that can be read and has the right conditioning."""
    from pochade.models.artifact_remover import ArtifactRemover  # noqa: PLC0415  torch is slow to import

    if old is None:
        return None
    for entry in old.container.usable_models.values():
        model = old.model(entry)
        with suppress(CheckpointDamaged):  # a newer Pochade or somebody else made it: another model takes its place
            if ArtifactRemover(model).model.config.planes == CONDITIONING_PLANES[fidelity]:
                return model
    return None


def _fine_tuned_model(top: Path) -> bytes | None:
    """Return the packed model of the collection that holds a folder, if it has a readable one."""
    from pochade.models.artifact_remover import read_artifact_remover  # noqa: PLC0415  torch is slow to import

    paths = (folder / FINE_TUNED_MODEL for folder in (top, *top.parents))
    path = next((path for path in paths if os.path.isfile(path)), None)  # noqa: PTH113  never raises
    if path is not None:
        with suppress(CheckpointDamaged):
            return read_artifact_remover(path).content
    return None


def _pays_off(model: Entry, plain: dict[str, Entry], restored: dict[str, Entry]) -> bool:
    """Return whether an archive is smaller with a model, or a content has no entry without it.

    Args:
        model: The model's entry.
        plain: Entries without a model, by content.
        restored: Entries with a model, by content.
    """
    dependent = {content: entry for content, entry in restored.items() if entry.model == model_id(model)}
    in_both = dependent.keys() & plain.keys()
    saved = sum(max(0, archive_cost(plain[content]) - archive_cost(dependent[content])) for content in in_both)
    return bool(dependent.keys() - plain.keys()) or saved > archive_cost(model)


def _with_free_name(model: Entry, part: PartialArchive) -> Entry:
    if part.names.is_free(model.name):
        return model
    return replace(model, name=choose_entry_name(".restorer", "", part.names))
