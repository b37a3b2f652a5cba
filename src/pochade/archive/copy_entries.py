"""Chooses the entries that a new archive takes over from the old archive or an interrupted run, and copies them."""

from collections.abc import Container
from dataclasses import replace

from pochade.archive.archive_plan import ArchivePlan, ReportStage, content_hashes
from pochade.archive.archive_reader import Archive
from pochade.archive.container.embedded_models import model_id, with_repair_record
from pochade.archive.container.entry_names import choose_entry_name
from pochade.archive.container.manifest_records import FIDELITIES, MODEL, PARITY, Entry
from pochade.archive.container.partial_archive import PartialArchive
from pochade.errors import ArchiveDamaged
from pochade.system.path_text import printable


def is_planned(
    entry: Entry, old_contents: Container[str], plan: ArchivePlan, fidelity: str, models: Container[str]
) -> bool:
    """Return whether this run can use an entry that an interrupted run encoded or copied.

    Args:
        entry: The entry.
        old_contents: SHA-256 of the old archive's contents.
        plan: What this run adds.
        fidelity: Fidelity of this run.
        models: Ids of the models that may be in the new archive; an entry that depends on another one is of no use.
    """
    if _needs_reencoding(entry, plan, fidelity) or (entry.model is not None and entry.model not in models):
        return False
    is_in_plan = entry.original_sha256 in plan.contents and entry.fidelity == fidelity
    return is_in_plan or entry.original_sha256 in old_contents


def can_stay_in_place(old_entries: list[Entry], plan: ArchivePlan, fidelity: str) -> bool:
    """Return whether an archive keeps all its entries as they are, so that new ones can follow them."""
    return not any(_needs_reencoding(entry, plan, fidelity) for entry in old_entries)


def has_higher_fidelity(entry: Entry, fidelity: str) -> bool:
    """Return whether an entry has a higher fidelity than this run asks for."""
    return entry.is_file and entry.rank > FIDELITIES.index(fidelity)


def copy_entries(old: Archive, part: PartialArchive, plan: ArchivePlan, fidelity: str, report: ReportStage) -> None:
    """Copy the old archive's entries, except those that this run encodes again.

    An entry is encoded again if it is damaged or has a lower fidelity, and a file with its content is here.

    Raises:
        ArchiveDamaged: An entry is damaged, and its original isn't here.
    """
    contents = content_hashes(part.entries)
    model_ids = {model_id(entry) for entry in part.entries if entry.codec == MODEL}
    for number, entry in enumerate(old.manifest.entries):
        report("copying", number, len(old.manifest.entries))
        if entry.codec == MODEL:  # writing a model again repairs it; `fault` below finds what needs a lost one
            if model_id(entry) in old.container.usable_models.keys() - model_ids:
                part.add(entry, [with_repair_record(old.model(entry))])
            continue
        if entry.codec == PARITY:  # of an archive that will not be there any more
            continue
        if entry.original_sha256 in contents or _needs_reencoding(entry, plan, fidelity):
            continue
        if old.fault(entry):
            if entry.original_sha256 in plan.contents:
                continue
            old.write(entry, lambda _chunk: None)  # raises the error that describes the damage
        copy_entry(entry, old, part)


def copy_unimproved_entries(old: Archive, part: PartialArchive) -> None:
    """Copy the intact entries that could not be encoded again at a higher fidelity."""
    contents = content_hashes(part.entries)
    for entry in old.manifest.entries:
        if entry.is_file and entry.original_sha256 not in contents and not old.fault(entry):
            copy_entry(entry, old, part)


def check_nothing_lost(old_entries: list[Entry], part: PartialArchive) -> None:
    """Check that every content of the old archive is in the new one.

    Raises:
        ArchiveDamaged: An entry is damaged, and its original file could not be encoded again.
    """
    contents = content_hashes(part.all_entries)
    for entry in old_entries:
        if entry.is_file and entry.original_sha256 not in contents:
            why = f"'{entry.name}' is damaged in '{printable(part.target)}', and its file could not be read completely"
            raise ArchiveDamaged(why, "give the same command again, or look for an undamaged copy")


def _needs_reencoding(entry: Entry, plan: ArchivePlan, fidelity: str) -> bool:
    """Return whether an entry has a lower fidelity than this run asks for, and the run has a file with its content."""
    return entry.rank < FIDELITIES.index(fidelity) and entry.original_sha256 in plan.contents


def copy_entry(entry: Entry, old: Archive, part: PartialArchive) -> Entry:
    """Copy an entry unchanged, under another name if its own is taken; return it as it was written."""
    if not part.names.is_free(entry.name):  # an interrupted run took it, before this archive existed
        name = choose_entry_name(entry.name.removeprefix("pieces/"), "", part.names)
        return part.add(replace(entry, name=name), old.content_range(entry).chunks())
    return part.add(entry, old.content_range(entry).chunks())
