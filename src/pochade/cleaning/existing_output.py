"""The files of an earlier run at a result's path, and whether they may be replaced."""

from dataclasses import dataclass
from pathlib import Path

from pochade.cleaning.clean_record import (
    CleanRecord,
    hash_if_exists,
    preview_path,
    read_record,
    record_path,
    specks_path,
)
from pochade.errors import OutputUnwritable
from pochade.system.overwrite import check_overwrite
from pochade.system.path_text import printable

OTHER_FOLDER_HINT = "choose another folder for the results"


@dataclass(frozen=True)
class ExistingOutput:
    """The files of an earlier run at a result's path; None for a file that doesn't exist."""

    record: CleanRecord | None = None
    result_sha256: str | None = None
    preview_sha256: str | None = None
    specks_sha256: str | None = None  # of the mask of removed specks, which a person may have corrected

    @property
    def has_own_specks(self) -> bool:
        """Whether the mask of removed specks has the bytes that Pochade wrote."""
        return self.record is not None and self.specks_sha256 == self.record.specks_sha256 is not None


def find_existing_output(scan: Path, scan_sha256: str, result: Path) -> ExistingOutput:
    """Find what an earlier run made of a scan.

    Args:
        scan: The original.
        scan_sha256: The hash of its content.
        result: The path of its result.

    Raises:
        OutputUnwritable: A file at these paths must not be replaced: the original, the result of another scan, or a
            file that Pochade did not write.
    """
    if result.parent.exists() and result.parent.samefile(scan.parent):
        raise OutputUnwritable(f"'{printable(scan)}' is in the folder for the results", OTHER_FOLDER_HINT)
    record = read_record(result)
    if record is None:
        for path in (result, record_path(result), preview_path(result), specks_path(result)):
            check_overwrite(path, "already exists and is not a result of cleaning", OTHER_FOLDER_HINT)
        return ExistingOutput()
    if record.original != printable(scan.resolve()) and record.original_sha256 != scan_sha256:
        why = f"'{printable(result)}' already exists, made from '{record.original}'"
        raise OutputUnwritable(why, OTHER_FOLDER_HINT)
    paths = (result, preview_path(result), specks_path(result))
    existing = ExistingOutput(record, *(hash_if_exists(path) for path in paths))
    _check_unchanged(existing, record, result)
    return existing


def _check_unchanged(existing: ExistingOutput, record: CleanRecord, result: Path) -> None:
    """Raise OutputUnwritable if a file no longer has the bytes that Pochade wrote according to the record."""
    if existing.result_sha256 not in {None, record.result_sha256, record.replaced_sha256}:
        why = f"'{printable(result)}' was changed after it was cleaned"
        raise OutputUnwritable(why, OTHER_FOLDER_HINT)
    if existing.preview_sha256 not in {None, record.preview_sha256}:
        why = f"'{printable(preview_path(result))}' was changed after it was drawn"
        raise OutputUnwritable(why, OTHER_FOLDER_HINT)
