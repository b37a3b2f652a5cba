"""Decides whether an archive includes a model: only if the archive becomes smaller, the model's own bytes counted.

While contents are encoded, both variants of each are stored: the smallest entry without a model, and a smaller entry
that depends on the model. Once all contents are encoded, the total sizes decide, and the losing variants are dropped.
An archive that already has a model keeps using it. Previews are chosen by how they look, so the model is always
included if one of them depends on it.
"""

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from pochade.archive.archive_plan import ArchivePlan
from pochade.archive.archive_reader import Archive
from pochade.archive.container.embedded_models import model_entry, model_id, with_repair_record
from pochade.archive.container.entry_names import choose_entry_name
from pochade.archive.container.manifest_records import LOSSLESS, MODEL, PREVIEW, Entry
from pochade.archive.container.partial_archive import PartialArchive
from pochade.archive.file_list import INDEX_FOLDER
from pochade.errors import CheckpointDamaged, UsageError
from pochade.models import weights

FINE_TUNED_MODELS = (weights.AVIF_FILE, f"server-*/{weights.AVIF_FILE}")  # below `.pochade`; the second of servers
MIN_COLLECTION_FACTOR = 10  # a collection smaller than so many models can't save as many bytes as one model takes
NAME_COPIES = 3  # of an entry's name: in both ZIP headers and in the manifest
HEADER_BYTES = 2 * 46  # of both ZIP headers
MODEL_FIELDS_BYTES = 80  # in the manifest, of an entry that depends on a model
CONDITIONING_PLANES = {"high": 1, "medium": 1, PREVIEW: 2}  # number of the model's conditioning values, by fidelity


def choose_model(fidelity: str, old: Archive | None, plan: ArchivePlan, index: Path | None = None) -> bytes | None:
    """Return the packed model that the archive may include: its old one, or the collection's own, or the shipped one.

    Args:
        fidelity: A lossless archive includes no model.
        old: The archive, if it exists already.
        plan: What is to be compressed.
        index: The folder of the collection's index, if it is kept elsewhere.
    """
    if fidelity == LOSSLESS:
        return None
    from pochade.models.artifact_remover import shipped_artifact_remover  # noqa: PLC0415  onnxruntime is slow to import

    if (model := _reusable_model(fidelity, old)) is not None:
        return model
    if fidelity == PREVIEW:
        return shipped_artifact_remover(weights.PREVIEW_FILE).content
    model = _fine_tuned_model(plan.top, index) or shipped_artifact_remover().content
    total = sum(content.size for content in plan.contents.values())
    return model if total >= MIN_COLLECTION_FACTOR * len(model) else None


def drop_losing_variants(part: PartialArchive, model: bytes | None) -> None:
    """Keep one entry for each content, and only the models on which some entry depends.

    Args:
        part: The archive, with both variants of some contents.
        model: The packed model on which the second variants depend; it is added if it saves more than it takes.
    """
    model_ids = {model_id(entry) for entry in part.all_entries if entry.codec == MODEL}
    plain = {e.original_sha256: e for e in part.entries if e.model is None and e.is_file}
    restored = {entry.original_sha256: entry for entry in part.entries if entry.model is not None}
    if model is not None:
        entry = model_entry(model)
        if model_id(entry) not in model_ids and _pays_off(entry, plain, restored):
            part.add(_rename_if_taken(entry, part), [with_repair_record(model)])
            model_ids.add(model_id(entry))
    pairs = [(plain[content], restored[content]) for content in restored.keys() & plain.keys()]
    losers = [max(pair, key=archive_cost) if pair[1].model in model_ids else pair[1] for pair in pairs]
    loser_names = {entry.name for entry in losers}
    needed = {entry.model for entry in part.all_entries if entry.name not in loser_names}
    unneeded = [entry for entry in part.entries if entry.codec == MODEL and model_id(entry) not in needed]
    part.drop([*losers, *unneeded])


def archive_cost(entry: Entry) -> int:
    """Estimate how many bytes an entry takes: content, ZIP headers and its record in the manifest."""
    overhead = len(entry.name) * NAME_COPIES + HEADER_BYTES + (MODEL_FIELDS_BYTES if entry.model else 0)
    return entry.bytes + overhead + len(entry.remainder or b"")


def _reusable_model(fidelity: str, old: Archive | None) -> bytes | None:
    """Return the first model of the old archive that can be read and has the right conditioning."""
    from pochade.models.artifact_remover import ArtifactRemover  # noqa: PLC0415  onnxruntime is slow to import

    if old is None:
        return None
    for entry in old.container.usable_models.values():
        model = old.model(entry)
        with suppress(CheckpointDamaged, UsageError):  # by another version or program: another model takes its place
            if ArtifactRemover(model).config.planes == CONDITIONING_PLANES[fidelity]:
                return model
    return None


def _fine_tuned_model(top: Path, index: Path | None) -> bytes | None:
    """Return the packed model of the collection that holds a folder, if it has a readable one."""
    from pochade.models.artifact_remover import read_artifact_remover  # noqa: PLC0415  onnxruntime is slow to import

    indexes = [index] if index else [folder / INDEX_FOLDER for folder in (top, *top.parents)]
    paths = (path for index in indexes for pattern in FINE_TUNED_MODELS for path in sorted(index.glob(pattern)))
    path = next((path for path in paths if os.path.isfile(path)), None)  # noqa: PTH113  never raises
    if path is not None:
        with suppress(CheckpointDamaged):
            return read_artifact_remover(path).content
    return None


def _pays_off(model: Entry, plain: dict[str, Entry], restored: dict[str, Entry]) -> bool:
    """Return whether the archive is smaller with a model, or a content has no other entry than one that needs it.

    Args:
        model: The model's entry.
        plain: Entries without a model, by content.
        restored: Entries with a model, by content.
    """
    dependent = {content: entry for content, entry in restored.items() if entry.model == model_id(model)}
    in_both = dependent.keys() & plain.keys()
    saved = sum(max(0, archive_cost(plain[content]) - archive_cost(dependent[content])) for content in in_both)
    return bool(dependent.keys() - plain.keys()) or saved > archive_cost(model)


def _rename_if_taken(model: Entry, part: PartialArchive) -> Entry:
    if part.names.is_free(model.name):
        return model
    return replace(model, name=choose_entry_name(".restorer", "", part.names))
