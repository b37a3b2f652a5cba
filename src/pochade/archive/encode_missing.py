"""Encodes, in worker processes, every planned content that the archive doesn't have yet."""

from dataclasses import dataclass
from pathlib import Path

from pochade.archive.archive_plan import ArchivePlan, PlannedContent, ReportStage, content_hashes
from pochade.archive.codecs.codec_names import ENTRY_SUFFIXES
from pochade.archive.codecs.encode_job import EncodeProblem, EncodeResult, EncodeTask, reason_of
from pochade.archive.codecs.original_file import file_chunks
from pochade.archive.container.entry_names import choose_entry_name
from pochade.archive.container.partial_archive import RETRY_HINT, PartialArchive, write_error
from pochade.archive.container.stored_paths import printable_path
from pochade.errors import FileUnreachable, OutputUnwritable
from pochade.system.path_text import printable
from pochade.system.worker_pool import MAX_WORKERS, WorkerPool, available_cores

TASK_SECONDS = 7200.0  # after this time, the original file is stored


@dataclass(frozen=True)
class EncodeSettings:
    """How this run encodes."""

    fidelity: str
    effort: str
    model: bytes | None  # the packed model that the archive may include
    higher_fidelities: dict[str, str]  # of old contents whose fidelity is higher, by SHA-256


def encode_missing(
    part: PartialArchive, plan: ArchivePlan, scratch: Path, settings: EncodeSettings, report: ReportStage
) -> int:
    """Encode and add every planned content that isn't in the archive yet.

    A damaged content that the old archive had at a higher fidelity is encoded at that fidelity.

    Args:
        part: The growing archive.
        plan: The contents; those that can't be encoded are left out.
        scratch: An empty folder for the workers' results.
        settings: How to encode.
        report: Called after each content.

    Returns:
        How many contents were encoded.
    """
    encoded, done_hashes = 0, content_hashes(part.all_entries)
    model_path = write_model_file(scratch / "net", settings.model, part.target)
    while missing := {sha256: content for sha256, content in plan.contents.items() if sha256 not in done_hashes}:
        tasks = (_make_task(content, scratch, settings, model_path) for content in missing.values())
        report("coding", 0, len(missing))
        count = min(len(missing), MAX_WORKERS, available_cores())  # a worker takes longer to start than a small file
        with WorkerPool(count=count, seconds=TASK_SECONDS) as pool:
            for number, (task, result) in enumerate(pool.run(tasks)):
                if problem := _add_results(part, task, result, missing[task.sha256]):
                    plan.leave_out_first_file(task.sha256, problem)  # another file may have the same content
                else:
                    encoded += 1
                    done_hashes.add(task.sha256)
                task.output.unlink(missing_ok=True)
                task.output_for_model.unlink(missing_ok=True)
                report("coding", number + 1, len(missing))
    return encoded


def write_model_file(path: Path, model: bytes | None, target: Path) -> Path | None:
    """Write a packed model to a file for the workers; return its path, or None if there is no model.

    Raises:
        OutputUnwritable: The file can't be written; the error names the archive `target`.
    """
    if model is None:
        return None
    try:
        path.write_bytes(model)
    except OSError as error:
        raise write_error(target, error) from error
    return path


def _make_task(content: PlannedContent, scratch: Path, settings: EncodeSettings, model_path: Path | None) -> EncodeTask:
    higher = settings.higher_fidelities.get(content.sha256)
    return EncodeTask(
        content.files[0].path,
        content.sha256,
        scratch / content.sha256,
        higher or settings.fidelity,
        settings.effort,
        None if higher else model_path,
    )


def _add_results(
    part: PartialArchive,
    task: EncodeTask,
    results: tuple[EncodeResult, ...] | EncodeProblem,
    content: PlannedContent,
) -> str:
    """Add what a worker encoded; return why the file must be left out, or an empty string.

    Raises:
        OutputUnwritable: A worker's result, or the archive, can't be written.
    """
    if isinstance(results, EncodeProblem):
        if results.is_disk_error:
            raise OutputUnwritable(f"'{printable(part.target)}' could not be written: {results.reason}", RETRY_HINT)
        return results.reason
    for result in results:
        try:
            _add_result(part, task, result, content)
        except FileUnreachable as error:
            if result.is_original:
                return reason_of(error)
            why = f"'{printable(part.target)}' could not be written: {reason_of(error)}"
            raise OutputUnwritable(why, RETRY_HINT) from error
    return ""


def _add_result(part: PartialArchive, task: EncodeTask, result: EncodeResult, content: PlannedContent) -> None:
    size = content.size if result.is_original else result.bytes
    path = printable_path(content.files[0].stored_path)
    name = choose_entry_name(path, ENTRY_SUFFIXES[result.encoded.codec], part.names)
    entry = result.encoded.entry(name, size, result.crc32, task.fidelity, content.size, task.sha256)
    part.add(entry, file_chunks(result.path))
