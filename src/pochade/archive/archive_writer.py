"""`compress`: files in, one archive out. A later run encodes only what is new.

file_list ─► archive_plan ─► copy_entries ─► encode_missing ─► model_choice ─► archive_plan ─► in_place_addition
list files   hash contents   if not in place new contents      model or not    manifest        or partial_archive
"""

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pochade.archive.archive_plan import ArchivePlan, ReportStage, is_fulfilled, make_manifest, plan_archive
from pochade.archive.archive_reader import Archive
from pochade.archive.compress_report import CompressReport, summarise_archive
from pochade.archive.container.embedded_models import model_entry, model_id
from pochade.archive.container.in_place_addition import add_in_place, can_be_written, undo_interrupted_addition
from pochade.archive.container.manifest_records import FIDELITIES, LOSSLESS, PARITY, Entry
from pochade.archive.container.partial_archive import PartialArchive
from pochade.archive.copy_entries import (
    can_stay_in_place,
    check_nothing_lost,
    copy_entries,
    copy_unimproved_entries,
    has_higher_fidelity,
    is_planned,
)
from pochade.archive.encode_missing import EncodeSettings, encode_missing
from pochade.archive.file_list import FileList, list_files
from pochade.archive.known_files import KnownFiles
from pochade.archive.model_choice import choose_model, drop_losing_variants
from pochade.archive.parity_addition import add_parity, check_percent, covered_bytes, percent_of
from pochade.errors import DataMissing, OutputUnwritable, UsageError
from pochade.images.codecs.encoder_choice import EFFORTS, NORMAL
from pochade.system.atomic_files import file_lock
from pochade.system.path_text import printable

# of the temporary files beside an archive
COMPANION_SUFFIXES = ("lock", "part", "part.jsonl", "part.jsonl.new", "coded")


@dataclass(frozen=True)
class CompressJob:
    """What a run writes, and how."""

    target: Path
    scratch: Path  # an empty folder for the workers' results
    fidelity: str
    effort: str
    index: Path | None  # the folder of the collection's index, if it is kept elsewhere
    parity: int | None  # percent

    def can_trust(self, archive: Archive, known: KnownFiles) -> bool:
        """Return whether an archive need not be verified: nobody changed it, and no parity data is made of it."""
        needs_all_bytes = self.parity is not None and percent_of(archive.manifest.entries) is None
        return known.is_archive_unchanged() and not needs_all_bytes

    def is_fulfilled(self, plan: ArchivePlan, archive: Archive) -> bool:
        """Return whether an archive already has everything that this run would give it."""
        entries = archive.manifest.entries
        has_parity = self.parity is None or covered_bytes(entries) == archive.container.tail.start
        return has_parity and is_fulfilled(plan, archive, FIDELITIES.index(self.fidelity))


def compress(
    folder_or_paths: Path | str | Iterable[Path | str],
    to: Path | str,
    fidelity: str = LOSSLESS,
    *,
    effort: str = NORMAL,
    index: Path | str | None = None,
    rehash: bool = False,
    parity: int | None = None,
    report: ReportStage = lambda _stage, _done, _total: None,
) -> CompressReport:
    """Put files into one checked archive, each encoded by the codec that makes it smallest.

    Originals are only read. What the archive already holds stays in it. A file that can't be read is listed in the
    report and stops nothing. A killed run is resumed by the next one.

    Args:
        folder_or_paths: A folder, or files and folders.
        to: The archive; see docs/format.md.
        fidelity: `lossless`: pixels and everything else in a file come back. `high`, `medium`: pictures come back as
            AVIF, JPEG XL or WebP that look like the originals (SSIMULACRA2 of at least 90 or 70) where that is smaller;
            everything else is lossless. `preview`: pictures come back small, on white, from a thousand bytes. An
            entry that already has a higher fidelity keeps it.
        effort: `normal`, or `best` for smaller files that take many times as long. Entries that are in the archive
            stay as they are.
        index: Where the index of the collection is kept, if elsewhere: a folder, or the URL of a database. Its
            fine-tuned model may be included in the archive.
        rehash: Whether to hash files, and to verify an existing archive, that have not changed since the last run.
        parity: Percent of parity data to add, 1 to 50, with which damage can be repaired without the files. By default,
            as much as the archive has already. What is covered already keeps what it has.
        report: Called with the name of the stage, the finished steps and all steps.

    Raises:
        UsageError: There is no such fidelity or effort, nothing to compress, or another process writes this archive.
        DataMissing: A path doesn't exist.
        ArchiveDamaged: The existing archive is damaged and no given file repairs it, or a newer Pochade wrote it.
        OutputUnwritable: No permission, or no space.
    """
    if fidelity not in FIDELITIES:
        raise UsageError(f"there is no fidelity '{fidelity}'", f"choose one of {', '.join(reversed(FIDELITIES))}")
    if effort not in EFFORTS:
        raise UsageError(f"there is no effort '{effort}'", f"choose one of {', '.join(EFFORTS)}")
    check_percent(parity)
    target = _follow_link(Path(to).absolute())
    if os.path.isdir(target):  # noqa: PTH112  never raises
        raise OutputUnwritable(f"'{printable(target)}' is a folder", "name a file, such as art.pochade")
    companions = [target.with_name(f".{target.name}.{suffix}") for suffix in COMPANION_SUFFIXES]
    lock, scratch = companions[0], companions[-1]
    files = list_files(folder_or_paths, [target, *companions, Path(to).absolute()])
    known = KnownFiles(target, trusted=not rehash)
    with file_lock(lock, f"writing '{printable(target)}'"):
        try:
            with scratch_folder(scratch) as folder:
                job = CompressJob(target, folder, fidelity, effort, _index_folder(index), parity)
                compress_report = _update_archive(files, job, known, report)
            known.save(is_sound=True)
            return compress_report
        finally:
            with suppress(OSError):
                lock.unlink()  # last, because from here on another run may begin


@contextmanager
def scratch_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder for the workers' results, and remove it afterwards.

    Its name is new in each run, because a worker that outlives a killed run still writes into that run's folder.
    """
    shutil.rmtree(folder, ignore_errors=True)
    run_folder = folder / secrets.token_hex(4)
    try:
        folder.mkdir()
        run_folder.mkdir()
    except OSError as error:
        why = f"'{printable(folder.parent)}' can't be written: {error.strerror}"
        raise OutputUnwritable(why, "choose another folder") from error
    try:
        yield run_folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _follow_link(path: Path) -> Path:
    """Return where a link leads, so that the archive there is written and the link stays a link."""
    return Path(os.path.realpath(path)) if os.path.islink(path) else path  # noqa: PTH114  never raises


def _index_folder(index: Path | str | None) -> Path | None:
    """The folder of an index that is kept elsewhere; the files of a database on a server are beside the art."""
    return None if index is None or "://" in str(index) else Path(index)


def _update_archive(files: FileList, job: CompressJob, known: KnownFiles, report: ReportStage) -> CompressReport:
    target = job.target
    exists = os.path.exists(target)  # noqa: PTH110  never raises
    if exists and can_be_written(target):
        undo_interrupted_addition(target)
    plan = plan_archive(files, known, report)
    old = Archive(target) if exists else None
    try:
        if not plan.contents and not plan.folders and old is None:
            why = "none of the files can be read" if plan.left_out else "there is no file"
            raise DataMissing(f"{why}, so there is nothing to compress", "check the folder's name")
        is_sound = old is not None and (job.can_trust(old, known) or _is_intact(old, report))
        known.save(is_sound=is_sound)  # if this run is killed, the next one need not hash the files again
        if old is not None and is_sound and job.is_fulfilled(plan, old):
            PartialArchive.remove_leftovers(target)
            return summarise_archive(target, job.fidelity, old.manifest, plan.left_out, encoded=0, moved={})
        if old is not None:
            old.check_changeable()
        return _write_archive(plan, old, job, report, is_sound=is_sound)
    finally:
        if old is not None:
            old.close()


def _is_intact(archive: Archive, report: ReportStage) -> bool:
    return not archive.verify(lambda done, total: report("checking", done, total))


def _write_archive(
    plan: ArchivePlan, old: Archive | None, job: CompressJob, report: ReportStage, *, is_sound: bool
) -> CompressReport:
    """Write a new archive, or add to the old one in place if that is sound and none of its entries changes."""
    old_entries = old.manifest.entries if old else []
    in_place = is_sound and can_be_written(job.target) and can_stay_in_place(old_entries, plan, job.fidelity)
    with PartialArchive(job.target, old_entries if in_place else ()) as part:
        model = choose_model(job.fidelity, old, plan, job.index)
        _resume(part, plan, old, job.fidelity, model)
        if old is not None and not in_place:
            copy_entries(old, part, plan, job.fidelity, report)
        settings = EncodeSettings(job.fidelity, job.effort, model, _higher_fidelities(old_entries, job.fidelity))
        encoded = encode_missing(part, plan, job.scratch, settings, report)
        if old is not None and not in_place:
            copy_unimproved_entries(old, part)
        drop_losing_variants(part, model)
        check_nothing_lost(old_entries, part)
        manifest, moved = make_manifest(part.all_entries, old, plan)
        if percent := job.parity or percent_of(old_entries):
            base = old.container if old is not None and in_place else None
            add_parity(part, base, manifest, percent, job.scratch, partial(report, "adding parity data"))
            manifest = replace(manifest, entries=part.all_entries)
        report("checking", 0, 1)
        if old is not None and in_place:
            add_in_place(old.container, part, manifest)
        else:
            part.finish(manifest)
        report("checking", 1, 1)
    PartialArchive.remove_leftovers(job.target)
    return summarise_archive(job.target, job.fidelity, manifest, plan.left_out, encoded, moved)


def _resume(part: PartialArchive, plan: ArchivePlan, old: Archive | None, fidelity: str, model: bytes | None) -> None:
    """Keep what an interrupted run wrote, as far as this run needs it."""
    model_ids = {model_id(model_entry(model))} if model is not None else set()
    model_ids |= old.container.usable_models.keys() if old is not None else set()
    old_contents = {entry.original_sha256 for entry in (old.manifest.entries if old else [])}

    def is_needed(entry: Entry) -> bool:
        if entry.codec == PARITY:  # entries in front of it may be removed
            return False
        if part.base and (entry.original_sha256 in old_contents or not part.names.is_free(entry.name)):
            return False
        return is_planned(entry, old_contents, plan, fidelity, model_ids)

    part.resume(is_needed)


def _higher_fidelities(old_entries: list[Entry], fidelity: str) -> dict[str, str]:
    """Return the fidelity of each old content that has a higher one than this run asks for, by SHA-256."""
    higher = (entry for entry in old_entries if has_higher_fidelity(entry, fidelity))
    return {entry.original_sha256: FIDELITIES[entry.rank] for entry in higher}
