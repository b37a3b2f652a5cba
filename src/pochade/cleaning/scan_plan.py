"""The plan of a cleaning run: which files are scans, and where their results go. No pixels are decoded.

    files, folders ──►┤walk├──►┤identify├──►┤choose names├──► ScanJobs

Results of earlier runs are not scans, and a file that can't be cleaned is listed with its problem.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pochade.cleaning.clean_record import hash_file, is_own_output
from pochade.cleaning.existing_output import ExistingOutput, find_existing_output
from pochade.cleaning.result_names import ScanFile, choose_result_names
from pochade.errors import FileUnreachable, PochadeError, UsageError
from pochade.images.base.picture import Header
from pochade.images.io.identify import identify
from pochade.images.io.reading_worker import read_in_worker
from pochade.images.io.write import choose_output_format
from pochade.system.folder_walk import walk_folder
from pochade.system.path_text import printable


@dataclass(frozen=True)
class ScanJob:
    """A scan to clean. `hash_scan` and `check_output` fill in the fields that are read just before it is cleaned."""

    scan: Path
    header: Header
    format: str  # of the result
    result: Path
    sha256: str = ""  # of the scan's content
    existing: ExistingOutput = ExistingOutput()  # noqa: RUF009  immutable

    def hash_scan(self) -> "ScanJob":
        """Return the job with the hash of the scan's content.

        Raises:
            FileUnreachable: The scan can't be read.
        """
        return replace(self, sha256=hash_file(self.scan))

    def check_output(self) -> "ScanJob":
        """Return the job with what an earlier run left at the result's path.

        Raises:
            OutputUnwritable: A file at the result's path must not be replaced.
        """
        return replace(self, existing=find_existing_output(self.scan, self.sha256, self.result))


@dataclass(frozen=True)
class CleanPlan:
    """The scans to clean, and the files that can't be cleaned, each with its problem."""

    jobs: list[ScanJob]
    problems: dict[Path, PochadeError]


def plan_scans(inputs: Sequence[Path], to: Path) -> CleanPlan:
    """Plan the cleaning of files, and of all files below folders.

    Args:
        inputs: Files and folders.
        to: The folder for the results.
    """
    problems: dict[Path, PochadeError] = {}
    headers: dict[ScanFile, Header] = {}
    for scan in _find_scans(inputs, problems):
        try:
            headers[scan] = _identify_scan(scan.path)
        except PochadeError as error:
            problems[scan.path] = error
    outputs = {scan: choose_output_format(header) for scan, header in headers.items()}
    names = choose_result_names(outputs)
    jobs = [ScanJob(scan.path, headers[scan], outputs[scan].format, to / names[scan]) for scan in names]
    return CleanPlan(jobs, problems)


def _identify_scan(path: Path) -> Header:
    """Read a scan's header.

    Raises:
        PictureUnreadable: The file holds no picture.
        UsageError: It holds several pages. Only the first would be in the result, so deleting the original would lose
            the others.
    """
    header = read_in_worker(identify, path)
    if header.format in {"TIFF", "PDF"} and header.frames > 1:
        why = f"'{printable(path)}' holds more than one page, and only the first would be kept"
        raise UsageError(why, "split it into files of one page, and clean those")
    return header


def _find_scans(inputs: Sequence[Path], problems: dict[Path, PochadeError]) -> Iterator[ScanFile]:
    """Find each scan once, but no results of earlier runs; folders that can't be listed are added to `problems`."""
    seen_paths = set()
    for path in inputs:
        is_folder = os.path.isdir(path)  # noqa: PTH112  pathlib raises for a name that is too long
        scans = _scans_below(path, problems) if is_folder else [ScanFile(path, Path(path.name))]
        for scan in scans:
            if (real_path := os.path.realpath(scan.path)) not in seen_paths:
                seen_paths.add(real_path)
                yield scan


def _scans_below(folder: Path, problems: dict[Path, PochadeError]) -> Iterator[ScanFile]:
    listing = walk_folder(folder, folder / ".pochade")
    for name, reason in listing.unreadable.items():
        path = folder / os.fsdecode(name)
        problems[path] = FileUnreachable.about(printable(path), reason)
    for name in sorted(listing.files):
        path = Path(os.fsdecode(name))
        if not is_own_output(folder / path):
            yield ScanFile(folder / path, path)
