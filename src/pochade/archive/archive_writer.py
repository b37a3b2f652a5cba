"""`compress`: files in, one archive out; again, only what is new is coded.

found_in ─► summed ─► taken up, copied ─► CodeJobs ─► Part.add ─► manifest_of ─► Part.finish
found.py    wanted.py  part.py, opened.py  jobs.py     part.py     wanted.py       part.py
"""

import os
import secrets
import shutil
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from pochade.archive.archive_plan import ArchivePlan, Content, Tell, contents_of, holds, leave_out, manifest_of, summed
from pochade.archive.archive_reader import Archive
from pochade.archive.codecs.encode_job import EncodeProblem, EncodeResult, EncodeTask, reason_of, stretches_of
from pochade.archive.codecs.file_codecs import SUFFIXES
from pochade.archive.container.embedded_models import as_stored, entry_of, name_of
from pochade.archive.container.entry_names import Text, entry_name, shown
from pochade.archive.container.manifest import FIDELITIES, LOSSLESS, NET, Entry, Manifest
from pochade.archive.container.partial_archive import HINT, PartialArchive, unwritable
from pochade.archive.file_list import FileList, found_in
from pochade.archive.model_choice import net_for, settle
from pochade.errors import ArchiveDamaged, DataMissing, FileUnreachable, OutputUnwritable, UsageError
from pochade.images.base.source import printable
from pochade.system.atomic_files import file_lock
from pochade.system.worker_pool import WorkerPool

SECONDS = 7200.0  # that one file may take; then it is kept as it is


@dataclass
class CodecSavings:
    """What one coder did."""

    pieces: int = 0
    original_bytes: int = 0
    bytes: int = 0


@dataclass
class CompressReport:
    """What an archive holds after `compress`, and what was done."""

    archive: Path
    fidelity: str
    pieces: int = 0
    contents: int = 0  # different ones
    original_bytes: int = 0  # of all pieces
    bytes: int = 0  # of the archive
    coded: int = 0  # contents that this run coded
    coders: dict[str, CodecSavings] = field(default_factory=dict)
    set_aside: dict[str, str] = field(default_factory=dict)  # old contents: their path before and now
    left_out: dict[str, str] = field(default_factory=dict)  # files that are not in the archive, and why


def compress(
    folder_or_paths: Path | str | Iterable[Path | str],
    to: Path | str,
    fidelity: str = LOSSLESS,
    *,
    report: Tell = lambda _stage, _done, _total: None,
) -> CompressReport:
    """Put files into one checked archive, each by whichever coder makes it smallest; originals are only read.

    What is in the archive already stays in it. A file that can't be read is told in the report and stops nothing. A
    run that was killed is taken up by the next.

    Args:
        folder_or_paths: A folder, or files and folders.
        to: The archive; see docs/format.md.
        fidelity: `lossless`: what comes back has the same pixels and all that the file held beside them. `high`,
            `medium`: pictures that look like the originals, to 90 and 70 by SSIMULACRA2, come back as AVIF, JPEG XL or
            WebP, where that is smaller; all else as with `lossless`. `preview`: what shows most of a picture in a
            thousand bytes, small and on white. What is in the archive at a higher one stays so.
        report: Told which stage has come how far.

    Raises:
        UsageError: No such fidelity, nothing to compress, or another process writes this archive.
        DataMissing: Something named isn't there.
        ArchiveDamaged: The archive that is there is damaged, and the files that would mend it aren't here.
        OutputUnwritable: No permission, no space.
    """
    if fidelity not in FIDELITIES:
        raise UsageError(f"there is no fidelity '{fidelity}'", f"there is {', '.join(reversed(FIDELITIES))}")
    target = at_the_end(Path(to).absolute())
    if os.path.isdir(target):  # noqa: PTH112  raises nothing, whatever the system says of it
        raise OutputUnwritable(f"'{printable(target)}' is a folder", "name a file, such as art.pochade")
    own = [
        target,
        *(
            target.with_name(f".{target.name}.{ending}")
            for ending in ("lock", "part", "part.jsonl", "part.jsonl.new", "coded")
        ),
    ]
    found = found_in(folder_or_paths, [*own, Path(to).absolute()])
    with file_lock(own[1], f"writing '{printable(target)}'"):
        try:
            with spool(own[-1]) as folder:
                return written(found, target, folder, fidelity, report)
        finally:
            with suppress(OSError):
                own[1].unlink()  # the last that is done: from here on, another run may be in here


def at_the_end(path: Path) -> Path:
    """Where a link leads: the archive there grows, and the link stays one."""
    return Path(os.path.realpath(path)) if os.path.islink(path) else path  # noqa: PTH114  raises nothing


@contextmanager
def spool(folder: Path) -> Iterator[Path]:
    """An empty folder for what the processes make, gone afterwards.

    It has another name in each run: a process that outlives a killed run still writes into that one's.
    """
    shutil.rmtree(folder, ignore_errors=True)
    own = folder / secrets.token_hex(4)
    try:
        folder.mkdir()
        own.mkdir()
    except OSError as error:
        raise OutputUnwritable(f"'{printable(folder.parent)}' can't be written: {error.strerror}") from error
    try:
        yield own
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def written(found: FileList, target: Path, folder: Path, fidelity: str, report: Tell) -> CompressReport:
    """The story of one run."""
    wanted = summed(found, report)
    old = Archive(target) if os.path.exists(target) else None  # noqa: PTH110  raises nothing
    try:
        if not wanted.pieces and not found.folders and old is None:
            why = "none of the files can be read" if found.left_out else "there is no file"
            raise DataMissing(f"{why}, so there is nothing to compress", "look at the folder's name")
        if old is not None and holds(old, wanted, found, FIDELITIES.index(fidelity)) and is_sound(old, report):
            PartialArchive.forget(target)
            return reported(target, fidelity, old.manifest, found, 0)
        if old is not None and old.manifest.says_more:
            why = f"a newer Pochade wrote '{printable(target)}', and this one would lose a part of it by adding"
            raise ArchiveDamaged(why, "add with the newer one, or make another archive")
        with PartialArchive(target) as part:
            before = old.manifest.entries if old else []
            known = {entry.original_sha256 for entry in before}
            net = net_for(fidelity, old, found, sum(files[0].size for files in wanted.contents.values()))
            nets = {name_of(entry_of(net))} if net is not None else set()
            nets |= old.usable.keys() if old is not None else set()
            part.take_up(lambda entry: is_wanted(entry, known, wanted, fidelity, nets))
            if old is not None:
                copied(old, part, wanted, fidelity, report)
            higher = {entry.original_sha256: FIDELITIES[entry.rank] for entry in before if is_higher(entry, fidelity)}
            coded = code_missing(part, wanted, found, folder, fidelity, report, net, higher)
            if old is not None:
                keep_low(old, part)
            settle(part, net)
            check_kept(before, part)
            manifest, moved = manifest_of(part.entries, old, wanted, found)
            report("checking", 0, 1)
            part.finish(manifest)
            report("checking", 1, 1)
    finally:
        if old is not None:
            old.close()
    return reported(target, fidelity, manifest, found, coded, moved)


def is_wanted(entry: Entry, known: set[str], wanted: ArchivePlan, fidelity: str, nets: Container[str]) -> bool:
    """Whether what an interrupted run coded, or copied from the archive before, is what this one would.

    What needs a net that will not be in the archive is never wanted.
    """
    if is_too_low(entry, wanted, fidelity) or (entry.net is not None and entry.net not in nets):
        return False
    here = entry.original_sha256 in wanted.contents and entry.fidelity == fidelity
    return here or entry.original_sha256 in known


def is_too_low(entry: Entry, wanted: ArchivePlan, fidelity: str) -> bool:
    """Whether an entry is to be coded again, from an original that is here."""
    return entry.rank < FIDELITIES.index(fidelity) and entry.original_sha256 in wanted.contents


def is_higher(entry: Entry, fidelity: str) -> bool:
    """Whether an entry is more than is asked for."""
    return entry.coder != NET and entry.rank > FIDELITIES.index(fidelity)


def is_sound(old: Archive, report: Tell) -> bool:
    """Whether nothing in an archive is damaged: its files are here, and could mend it."""
    return not old.verify(lambda done, total: report("checking", done, total))


def check_kept(before: list[Entry], part: PartialArchive) -> None:
    """Nothing, or ArchiveDamaged: a damaged entry's file was here, but could not be coded again."""
    there = contents_of(part.entries)
    for entry in before:
        if entry.coder != NET and entry.original_sha256 not in there:
            why = f"'{entry.name}' is damaged in '{printable(part.target)}', and its file could not be read whole"
            raise ArchiveDamaged(why, "give the same command again, or look for an undamaged copy")


def copied(old: Archive, part: PartialArchive, wanted: ArchivePlan, fidelity: str, report: Tell) -> None:
    """Take over the old archive's entries; a damaged one, or one too low, is coded anew where its file is here.

    Raises:
        ArchiveDamaged: A damaged one's file isn't here.
    """
    there, nets = contents_of(part.entries), {name_of(entry) for entry in part.entries if entry.coder == NET}
    for number, entry in enumerate(old.manifest.entries):
        report("copying", number, len(old.manifest.entries))
        if entry.coder == NET:  # written anew, so that it is whole; without it, what rests on it is coded again
            if name_of(entry) in old.usable.keys() - nets:
                part.add(entry, [as_stored(old.net(entry))])
            continue
        if entry.original_sha256 in there or is_too_low(entry, wanted, fidelity):
            continue
        if old.fault(entry):
            if entry.original_sha256 in wanted.contents:
                continue
            old.write(entry, lambda _content: None)  # raises, with its own words
        copy_over(entry, old, part)


def keep_low(old: Archive, part: PartialArchive) -> None:
    """Take over what was to be coded again at a higher fidelity, where that failed."""
    there = contents_of(part.entries)
    for entry in old.manifest.entries:
        if entry.coder != NET and entry.original_sha256 not in there and not old.fault(entry):
            copy_over(entry, old, part)


def copy_over(entry: Entry, old: Archive, part: PartialArchive) -> None:
    """An entry of the old archive as it is, under another name if its own is taken."""
    if not part.names.is_free(entry.name):  # by one coded before somebody put this archive here
        name = entry_name(entry.name.removeprefix("pieces/"), "", part.names)
        part.add(replace(entry, name=name), old.stretch(entry).stretches())
    else:
        part.add(entry, old.stretch(entry).stretches())


def code_missing(
    part: PartialArchive,
    wanted: ArchivePlan,
    found: FileList,
    folder: Path,
    fidelity: str,
    report: Tell,
    net: bytes | None,
    higher: dict[str, str],
) -> int:
    """Code every content that isn't in the archive yet; how many.

    What was in it at a higher fidelity than is asked for, and is damaged, is coded at that one.
    """
    coded, there = 0, contents_of(part.entries)
    packed_net = left_there(folder / "net", net, part.target)
    while missing := {content: files[0] for content, files in wanted.contents.items() if content not in there}:
        jobs = (
            EncodeTask(
                one.path,
                content,
                folder / content,
                higher.get(content, fidelity),
                None if content in higher else packed_net,
            )
            for content, one in missing.items()
        )
        report("coding", 0, len(missing))
        with WorkerPool(seconds=SECONDS) as readers:
            for number, answer in enumerate(readers.read(jobs)):
                job = answer.request
                if problem := added(part, job, answer.reading, missing[job.sha256]):
                    leave_out(job.sha256, problem, wanted, found)  # another file may have the same content
                else:
                    coded += 1
                    there.add(job.sha256)
                job.into.unlink(missing_ok=True)
                job.beside.unlink(missing_ok=True)
                report("coding", number + 1, len(missing))
    return coded


def added(part: PartialArchive, job: EncodeTask, made: EncodeResult | EncodeProblem, content: Content) -> str:
    """Write what a process made; why not, or nothing."""
    if isinstance(made, EncodeProblem):
        if made.of_the_disk:
            raise OutputUnwritable(f"'{printable(part.target)}' could not be written: {made.reason}", HINT)
        return made.reason
    try:
        put(part, job, made, content, job.path if made.is_file else job.into)
        if made.restored is not None:
            put(part, job, made.restored, content, job.beside)
    except FileUnreachable as error:
        if not made.is_file:  # it is what was made of the file that is gone
            why = f"'{printable(part.target)}' could not be written: {reason_of(error)}"
            raise OutputUnwritable(why, HINT) from error
        return reason_of(error)
    return ""


def put(part: PartialArchive, job: EncodeTask, made: EncodeResult, content: Content, source: Path) -> None:
    """Add an entry to the growing archive."""
    names = ("coder", "returns", "format", "shape", "pixels", "rest", "raster", "score", "net", "told")
    beside = {name: getattr(made.coded, name) for name in names} | {"fidelity": job.fidelity}
    size = content.size if made.is_file else made.bytes
    name = entry_name(shown(content.text), SUFFIXES[made.coded.coder], part.names)
    entry = Entry(name, size, made.crc32, original_bytes=content.size, original_sha256=job.sha256, **beside)
    part.add(entry, stretches_of(source))


def left_there(path: Path, net: bytes | None, target: Path) -> Path | None:
    """A packed net in a file, for the processes that code."""
    if net is None:
        return None
    try:
        path.write_bytes(net)
    except OSError as error:
        raise unwritable(target, error) from error
    return path


def reported(
    target: Path, fidelity: str, manifest: Manifest, found: FileList, coded: int, moved: dict[Text, Text] | None = None
) -> CompressReport:
    """In numbers."""
    uses = Counter(piece.entry.name for piece in manifest.pieces)
    contents = sum(entry.coder != NET for entry in manifest.entries)
    report = CompressReport(target, fidelity, len(manifest.pieces), contents, coded=coded)
    for entry in manifest.entries:
        saved = report.coders.setdefault(entry.coder, CodecSavings())
        saved.pieces += uses[entry.name]
        saved.original_bytes += uses[entry.name] * entry.original_bytes
        saved.bytes += entry.bytes
    report.original_bytes = sum(saved.original_bytes for saved in report.coders.values())
    report.bytes = target.stat().st_size
    report.set_aside = {shown(was): shown(now) for was, now in (moved or {}).items()}
    report.left_out = dict(found.left_out)
    return report
