"""What `compress` reports about an archive."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from pochade.archive.container.manifest_records import Manifest
from pochade.archive.container.stored_paths import StoredPath, printable_path
from pochade.archive.file_list import TEMPORARY_FILE_REASON


@dataclass
class CodecSavings:
    """What one codec saved."""

    pieces: int = 0  # files
    original_bytes: int = 0  # of these files
    bytes: int = 0  # of their entries


@dataclass
class CompressReport:
    """What an archive holds after `compress`, and what the run did. `--json` prints these fields."""

    archive: Path
    fidelity: str
    pieces: int = 0  # files
    contents: int = 0  # distinct ones
    original_bytes: int = 0  # of all files
    bytes: int = 0  # of the archive
    coded: int = 0  # contents that this run encoded
    coders: dict[str, CodecSavings] = field(default_factory=dict)  # by codec
    set_aside: dict[str, str] = field(default_factory=dict)  # the new path of each old content whose path was taken
    left_out: dict[str, str] = field(default_factory=dict)  # files that are not in the archive, and why
    lost: dict[str, int] = field(
        default_factory=dict
    )  # what else the originals of previews held: how many files had it

    @property
    def is_complete(self) -> bool:
        """Whether nothing of the person's own was left out; what a killed run of Pochade left does not count."""
        return all(reason == TEMPORARY_FILE_REASON for reason in self.left_out.values())


def summarise_archive(
    archive: Path,
    fidelity: str,
    manifest: Manifest,
    left_out: dict[str, str],
    encoded: int,
    moved: dict[StoredPath, StoredPath],
) -> CompressReport:
    """Add up what an archive holds.

    Args:
        archive: The archive's path.
        fidelity: Fidelity of this run.
        manifest: The archive's manifest.
        left_out: Files that are not in the archive, and why.
        encoded: How many contents this run encoded.
        moved: The new path of each old content whose path was taken.
    """
    file_counts = Counter(file.entry.name for file in manifest.files)
    contents = sum(entry.is_file for entry in manifest.entries)
    report = CompressReport(archive, fidelity, len(manifest.files), contents, coded=encoded)
    for entry in manifest.entries:
        savings = report.coders.setdefault(entry.codec, CodecSavings())
        savings.pieces += file_counts[entry.name]
        savings.original_bytes += file_counts[entry.name] * entry.original_bytes
        savings.bytes += entry.bytes
        for name in entry.lost or ():
            report.lost[name] = report.lost.get(name, 0) + file_counts[entry.name]
    report.original_bytes = sum(savings.original_bytes for savings in report.coders.values())
    report.bytes = archive.stat().st_size
    report.set_aside = {printable_path(before): printable_path(after) for before, after in moved.items()}
    report.left_out = dict(left_out)
    return report
