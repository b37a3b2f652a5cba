"""Clean scans into another folder; originals are only read, and results keep their format and metadata.

    ScanJob ─►┤hash, check output├─►┤read├─►┤clean├─►┤straighten, crop├─►┤encode, verify├─►┤check output again├─┐
                                                                   record, preview, mask of specks, result ◄─┘

`scan_plan.py` makes the jobs, `existing_output.py` checks what is already at a result's path, `clean_picture.py`
cleans, and `clean_record.py` writes the record.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from pochade._version import __version__
from pochade.cleaning.clean_options import CleanOptions, MaskFile
from pochade.cleaning.clean_record import (
    CleanRecord,
    preview_path,
    record_path,
    specks_path,
    usual_scan_dpi,
    write_record,
)
from pochade.cleaning.cleaner import Cleaned
from pochade.cleaning.output_folder import only_cleaning, remove_leftover, temporary_path
from pochade.cleaning.page_geometry import find_geometry
from pochade.cleaning.scan_plan import ScanJob, plan_scans
from pochade.errors import OutputUnwritable, PochadeError, UsageError
from pochade.images.base.picture import Picture
from pochade.images.base.source import first_line
from pochade.images.codecs.screen_encode import encode_screen_png
from pochade.images.io.read import read_picture
from pochade.images.io.reading_worker import read_in_worker
from pochade.images.io.write import encode_verified
from pochade.images.render.before_after import draw_before_after
from pochade.system.atomic_files import is_disk_full, make_folder, unwritable_error, write_atomically
from pochade.system.path_text import printable

FIRST_FRAME_NOTE = "only its first frame was kept"

CleanFunction = Callable[..., Cleaned]  # called like pochade.cleaning.clean_picture.clean


class Drawings(NamedTuple):
    """What is drawn of a cleaned scan on request."""

    preview: bytes | None = None
    specks: bytes | None = None  # the mask of the specks that were removed


class ScanMasks(NamedTuple):
    """The mask files of one scan."""

    protect: Path | None
    specks: Path | None  # there may be no such file


@dataclass(frozen=True)
class CleanOutcome:
    """What happened to one scan."""

    scan: Path
    result: Path | None = None  # the clean picture; None if there was a problem
    problem: PochadeError | None = None  # why it was not cleaned
    record: CleanRecord | None = None
    done_before: bool = False  # an earlier run made the result


def clean_files(
    scans: Sequence[Path],
    to: Path,
    options: CleanOptions,
    clean: CleanFunction,
    *,
    preview: bool = False,
    protected: Mapping[Path, Path] = MappingProxyType({}),
    masks: Path | None = None,
    report: Callable[[int, int, Path], None] = lambda _done, _total, _scan: None,
) -> list[CleanOutcome]:
    """Clean files, and all files below folders, into another folder. Originals are only read.

    A file that can't be cleaned becomes an outcome with a problem, and the run goes on. Results of an earlier run with
    the same options stay as they are. Each result gets a record beside it, and on request a preview.

    Args:
        scans: Files and folders.
        to: The folder for the results, created if necessary.
        options: How to clean.
        clean: Cleans one array; see `pochade.cleaning.clean_picture.clean`.
        preview: Whether to draw a before-and-after picture of each scan, and a mask of the specks that were removed.
        protected: Mask files by scan, which replace the `protect` mask of the options.
        masks: A folder of masks of specks, named as an earlier run named them. They replace the `mask` of the options.
        report: Called before and after each scan with the number of finished scans, the number of all scans, and the
            scan.

    Raises:
        UsageError: There is no file to clean, or another process cleans into the same folder.
        OutputUnwritable: The folder for the results can't be created or written, or its disk is full. Finished results
            stay.
    """
    with only_cleaning(to):
        plan = plan_scans(scans, to)
        if not plan.jobs and not plan.problems:
            raise UsageError("there is no picture to clean", "name scans, or a folder with scans in it")
        outcomes = [CleanOutcome(path, problem=error) for path, error in plan.problems.items()]
        for number, job in enumerate(plan.jobs):
            report(number, len(plan.jobs), job.scan)
            chosen = ScanMasks(protected.get(job.scan), masks and specks_path(masks / job.result.relative_to(to)))
            outcomes.append(_try_scan(job, options, clean, chosen, preview=preview))
            report(number + 1, len(plan.jobs), job.scan)
    return outcomes


def _try_scan(
    job: ScanJob, options: CleanOptions, clean: CleanFunction, masks: ScanMasks, *, preview: bool
) -> CleanOutcome:
    """Clean one scan; any error becomes its outcome, except a full disk, which would stop every other scan, too."""
    try:
        if masks.protect:
            options = replace(options, protect=MaskFile.read(masks.protect))
        if masks.specks and masks.specks.exists():
            options = replace(options, mask=MaskFile.read(masks.specks))
        return _clean_scan(job, options, clean, preview=preview)
    except PochadeError as error:
        if is_disk_full(error):
            raise
        return CleanOutcome(job.scan, problem=error)
    except Exception as error:  # of a library: the next scan may succeed
        why = f"'{printable(job.scan)}' could not be cleaned: {first_line(error)}"
        return CleanOutcome(job.scan, problem=PochadeError(why))


def _clean_scan(job: ScanJob, options: CleanOptions, clean: CleanFunction, *, preview: bool) -> CleanOutcome:
    job = job.hash_scan()
    _prepare_folder(job, preview=preview)
    job = job.check_output()
    if _is_done(job, options, preview=preview):
        return CleanOutcome(job.scan, job.result, record=job.existing.record, done_before=True)
    picture = read_in_worker(read_picture, job.scan)
    _check_mask_sizes(options, picture, job)
    geometry = find_geometry(picture.pixels, options.geometry)
    cleaned, after = _clean_pixels(clean, picture, options)
    before, after = (geometry.move(part) if geometry else part for part in (picture, after))
    content, notes = _encode_result(job, before, after, is_moved=geometry is not None)
    drawings = Drawings(draw_before_after(before, after), _draw_specks(cleaned)) if preview else Drawings()
    record = CleanRecord(
        pochade=__version__,
        asked=options.record_data(),
        original=printable(job.scan.resolve()),
        original_sha256=job.sha256,
        result_sha256=hashlib.sha256(content).hexdigest(),
        replaced_sha256=job.existing.result_sha256,
        preview_sha256=_hash(drawings.preview),
        dpi=usual_scan_dpi(picture.dpi),
        notes=(*picture.notes, *notes, *cleaned.notes, *((geometry.note,) if geometry else ())),
        already_clean=bool(cleaned.already_clean) and geometry is None,
        changed=float(cleaned.changed),
        specks_sha256=_hash(drawings.specks),
        geometry=geometry.record_data() if geometry else None,
    )
    _publish(job, record, content, drawings)
    return CleanOutcome(job.scan, job.result, record=record)


def _prepare_folder(job: ScanJob, *, preview: bool) -> None:
    """Make the result's folder, remove what a killed run left there, and check that no name is too long for the disk.

    This comes before the long work.
    """
    make_folder(job.result.parent)
    remove_leftover(job.result)
    for path in (record_path(job.result), preview_path(job.result))[: 1 + preview]:  # longer names than the result's
        try:
            path.lstat()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise unwritable_error(path, error) from error


def _is_done(job: ScanJob, options: CleanOptions, *, preview: bool) -> bool:
    """Whether an earlier run cleaned the same scan with the same options."""
    existing, record = job.existing, job.existing.record
    if record is None or (record.asked, record.original_sha256) != (options.record_data(), job.sha256):
        return False
    return existing.result_sha256 == record.result_sha256 and (existing.preview_sha256 is not None or not preview)


def _check_mask_sizes(options: CleanOptions, picture: Picture, job: ScanJob) -> None:
    """Raise UsageError if a mask has another size than the scan."""
    size = picture.pixels.shape[:2]
    for mask in (options.protect, options.only, options.mask):
        if mask is not None and mask.pixels.shape != size:
            sizes = [f"{width} x {height} pixels" for height, width in (mask.pixels.shape, size)]
            why = f"the mask '{printable(mask.path)}' has {sizes[0]}, and '{printable(job.scan)}' has {sizes[1]}"
            raise UsageError(why, "draw the mask on a copy of the scan, in its size")


def _clean_pixels(clean: CleanFunction, picture: Picture, options: CleanOptions) -> tuple[Cleaned, Picture]:
    """Clean the colours of a picture; returns the outcome, and the picture with clean colours and unchanged alpha."""
    is_grey = picture.pixels.shape[-1] == 1
    cleaned = clean(
        picture.pixels[..., 0] if is_grey else picture.pixels,
        **vars(options.strengths),
        protect=options.protect and options.protect.pixels,
        only=options.only and options.only.pixels,
        mask=options.mask and options.mask.pixels,
        dpi=usual_scan_dpi(picture.dpi),
        largest_speck=options.largest_speck,
    )
    pixels = np.asarray(cleaned.picture).reshape(picture.pixels.shape)
    if pixels.dtype != picture.pixels.dtype:
        raise TypeError(f"cleaning made {pixels.dtype} of {picture.pixels.dtype}")
    return cleaned, replace(picture, pixels=pixels)


def _encode_result(job: ScanJob, before: Picture, after: Picture, *, is_moved: bool) -> tuple[bytes, tuple[str, ...]]:
    """Encode the result, or copy the original's bytes if neither pixels nor format change; returns also notes."""
    if not is_moved and job.format == job.header.format and np.array_equal(before.pixels, after.pixels):
        return job.scan.read_bytes(), ()
    notes = (FIRST_FRAME_NOTE,) if job.header.frames > 1 else ()
    return encode_verified(after, job.result, job.format), notes


def _hash(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()


def _draw_specks(cleaned: Cleaned) -> bytes:
    """The mask of the specks that were removed, white on black, in the scan's size."""
    return encode_screen_png((cleaned.defects > 0).astype(np.uint8) * 255)


def _publish(job: ScanJob, record: CleanRecord, content: bytes, drawings: Drawings) -> None:
    """Write the record, the preview, the mask of specks and the result, in this order.

    A mask that a person corrected stays.

    Raises:
        OutputUnwritable: A person or another run wrote to these files while the scan was cleaned.
    """
    if job.check_output().existing != job.existing:
        why = f"'{printable(job.result)}' was changed by another program while its scan was cleaned"
        raise OutputUnwritable(why, "run the same command again")
    temporary = temporary_path(job.result)
    if job.existing.preview_sha256:  # it shows the previous result
        preview_path(job.result).unlink(missing_ok=True)
    if job.existing.has_own_specks:
        specks_path(job.result).unlink(missing_ok=True)
    write_record(job.result, record, new=job.existing.record is None)  # first: it marks the other files as Pochade's
    if drawings.preview is not None:
        write_atomically(preview_path(job.result), drawings.preview, new=True, temporary=temporary)
    if drawings.specks is not None and (job.existing.specks_sha256 is None or job.existing.has_own_specks):
        write_atomically(specks_path(job.result), drawings.specks, new=True, temporary=temporary)
    write_atomically(job.result, content, new=job.existing.result_sha256 is None, temporary=temporary)
