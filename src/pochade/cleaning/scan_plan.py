"""Which scans are meant, and where each one's result goes: never over an original, never two to one place."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pochade.cleaning.clean_record import Record, is_made_here, preview_path, record_of, record_path, sha256_if_there
from pochade.errors import FileUnreachable, OutputUnwritable, PochadeError, UsageError
from pochade.images.base.picture import Header
from pochade.images.base.source import printable
from pochade.images.io.identify import identify
from pochade.images.io.read import NAMES
from pochade.images.io.write import format_to_write
from pochade.system.folder_walk import walk_folder

OTHER_FOLDER = "choose another folder for the results"


@dataclass(frozen=True)
class ScanFile:
    """A file to clean."""

    path: Path
    below: Path  # its name, with the folders between it and the one that was given


@dataclass(frozen=True)
class ScanJob:
    """A scan, and what becomes of it."""

    scan: Path
    header: Header
    format: str
    result: Path


@dataclass(frozen=True)
class ExistingOutput:
    """What lies where a result goes; None each where nothing does."""

    record: Record | None = None
    result: str | None = None  # SHA-256
    preview: str | None = None  # SHA-256


@dataclass(frozen=True)
class CleanPlan:
    """What is to be done, and what can't be."""

    jobs: list[ScanJob]
    problems: dict[Path, PochadeError]


def planned(given: Sequence[Path], to: Path) -> CleanPlan:
    """Look at every file, or at every file below a folder, without decoding one."""
    problems: dict[Path, PochadeError] = {}
    headers: dict[ScanFile, Header] = {}
    for scan in scans_in(given, problems):
        try:
            headers[scan] = cleanable(scan.path)
        except PochadeError as error:
            problems[scan.path] = error
    jobs = []
    for scan, name in result_names(headers).items():
        jobs.append(ScanJob(scan.path, headers[scan], format_to_write(headers[scan]).format, to / name))
    return CleanPlan(jobs, problems)


def cleanable(path: Path) -> Header:
    """What a file says of its picture.

    Raises:
        PictureUnreadable: It is none.
        UsageError: It has pages that would be lost: a person may delete the original.
    """
    header = identify(path)
    if header.format == "TIFF" and header.frames > 1:
        why = f"'{printable(path)}' holds more than one page, and only the first would be kept"
        raise UsageError(why, "split it into files of one page, and clean those")
    return header


def scans_in(given: Sequence[Path], problems: dict[Path, PochadeError]) -> Iterator[ScanFile]:
    """Each file once; of folders those that are no results of earlier runs. What can't be listed joins the problems."""
    seen = set()
    for path in given:
        is_folder = os.path.isdir(path)  # noqa: PTH112  # its twin raises for a name that is too long
        below_it = below(path, problems) if is_folder else [ScanFile(path, Path(path.name))]
        for scan in below_it:
            if (place := os.path.realpath(scan.path)) not in seen:
                seen.add(place)
                yield scan


def below(folder: Path, problems: dict[Path, PochadeError]) -> Iterator[ScanFile]:
    """Every file below a folder that may be a scan."""
    found = walk_folder(folder, folder / ".pochade")
    for name, reason in found.unreadable.items():
        path = folder / os.fsdecode(name)
        problems[path] = FileUnreachable(f"'{printable(path)}' {reason}")
    for name in sorted(found.files):
        path = Path(os.fsdecode(name))
        if not is_made_here(folder / path):
            yield ScanFile(folder / path, path)


def result_names(headers: dict[ScanFile, Header]) -> dict[ScanFile, Path]:
    """Names of the results below their folder, no two the same.

    A scan keeps its name; where its ending doesn't fit what is written, the right one follows the whole. Where two
    would become one, both keep the folders in which they differ; if that doesn't help, all but one get a number.
    """
    names = {scan: renamed(scan.below, headers[scan]) for scan in headers}
    for group in crowded(names):
        common = os.path.commonpath([Path(os.path.normpath(scan.path.absolute())).parent for scan in group])
        for scan in group:
            longer = Path(os.path.relpath(scan.path, common))
            names[scan] = renamed(max(longer, scan.below, key=lambda name: len(name.parts)), headers[scan])
    return numbered(names)


def renamed(name: Path, header: Header) -> Path:
    """A scan's name with an ending that fits what is written; behind the whole, so that it depends on no other scan."""
    form, suffix = format_to_write(header)
    return name if form in NAMES.get(name.suffix.lower(), ()) else name.with_name(name.name + suffix)


def crowded(names: dict[ScanFile, Path]) -> list[list[ScanFile]]:
    """Scans whose results would share a name."""
    groups: dict[str, list[ScanFile]] = {}
    for scan, name in names.items():
        groups.setdefault(folded(name), []).append(scan)
    return [group for group in groups.values() if len(group) > 1]


def folded(name: Path) -> str:
    """On some disks capital letters make no other name."""
    return str(name).casefold()


def numbered(names: dict[ScanFile, Path]) -> dict[ScanFile, Path]:
    """The same names, but for a number where one is taken; a scan that keeps its own is served first."""
    own, taken = dict(names), set[str]()
    for scan in sorted(names, key=lambda scan: names[scan].name != scan.path.name):
        number = 1
        while folded(own[scan]) in taken:
            number += 1
            own[scan] = names[scan].with_stem(f"{names[scan].stem}-{number}")
        taken.add(folded(own[scan]))
    return own


def may_be_replaced(job: ScanJob, original_sha256: str) -> ExistingOutput:
    """What an earlier run left there, if there was one.

    Raises:
        OutputUnwritable: The original is in the way, or something else that this program didn't make of this scan.
    """
    result, name = job.result, printable(job.result)
    if result.parent.exists() and result.parent.samefile(job.scan.parent):
        raise OutputUnwritable(f"'{printable(job.scan)}' lies in the folder for the results", OTHER_FOLDER)
    record = record_of(result)
    if record is None:
        for path in (result, record_path(result), preview_path(result)):
            if os.path.lexists(path):
                raise OutputUnwritable(f"'{printable(path)}' is there already, and no result of cleaning", OTHER_FOLDER)
        return ExistingOutput()
    if record.original != printable(job.scan.resolve()) and record.original_sha256 != original_sha256:
        raise OutputUnwritable(f"'{name}' is there already, made of '{record.original}'", OTHER_FOLDER)
    there = ExistingOutput(record, sha256_if_there(result), sha256_if_there(preview_path(result)))
    if there.result not in {None, record.result_sha256, record.replaced_sha256}:
        raise OutputUnwritable(f"'{name}' was changed by somebody since it was cleaned", OTHER_FOLDER)
    if there.preview not in {None, record.preview_sha256}:
        why = f"'{printable(preview_path(result))}' was changed by somebody since it was drawn"
        raise OutputUnwritable(why, OTHER_FOLDER)
    return there
