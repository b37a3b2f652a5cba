"""Scans in, cleaned files out: in a folder of their own, in the originals' kind, with all that must survive.

planned ─► may_be_replaced ─► read_picture ─► the cleaning ─► as_file ─► may_be_replaced ─► record, preview, file
plan.py        plan.py        images/io/read.py   given to us   images/io/write.py  as before?        record.py
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from pochade._version import __version__
from pochade.cleaning.clean_record import Amounts, Record, keep_record, preview_path, record_path, sha256_of
from pochade.cleaning.cleaner import Cleaned
from pochade.cleaning.scan_plan import ExistingOutput, ScanJob, may_be_replaced, planned
from pochade.errors import OutputUnwritable, PochadeError, UsageError
from pochade.images.base.picture import Array, Picture
from pochade.images.base.source import first_line, printable
from pochade.images.io.read import read_picture
from pochade.images.io.write import as_file
from pochade.images.render.before_after import before_after
from pochade.system.atomic_files import make_folder, unwritable_error, write_atomically

BLACK = (0, 0, 0)
SCREEN = 96  # dots per inch at most that programs write which don't know; no scan has so few
FIRST_FRAME = "only its first frame was kept"


Clean = Callable[..., Cleaned]  # called as pochade.cleaning.clean_picture.clean


@dataclass(frozen=True)
class Mask:
    """A picture of where something may be cleaned, or must not be."""

    path: Path
    sha256: str
    pixels: Array  # (H, W) uint8, 255 where it says yes

    @classmethod
    def read(cls, path: Path) -> "Mask":
        """White says yes, black and transparent no.

        Raises:
            PictureUnreadable: It is no picture.
        """
        pixels = read_picture(path).on_paper(BLACK)  # (H, W, 3)
        return cls(path, sha256_of(path), pixels.mean(axis=-1).round().astype(np.uint8))

    def named(self) -> dict[str, str]:
        """As a record keeps it."""
        return {"path": printable(self.path.resolve()), "sha256": self.sha256}


@dataclass(frozen=True)
class CleanOptions:
    """How scans are to be cleaned."""

    strengths: Amounts
    protect: Mask | None = None
    only: Mask | None = None
    net: str = ""  # the name of the net that cleans

    def named(self) -> dict[str, Any]:
        """As a record keeps it."""
        masks = {name: mask and mask.named() for name, mask in (("protect", self.protect), ("only", self.only))}
        return {"strengths": vars(self.strengths)} | masks | {"net": self.net}


@dataclass(frozen=True)
class CleanOutcome:
    """What became of one scan."""

    scan: Path
    result: Path | None = None  # None when there is none
    problem: PochadeError | None = None
    record: Record | None = None
    done_before: bool = False


def clean_files(
    scans: Sequence[Path],
    to: Path,
    wish: CleanOptions,
    clean: Clean,
    *,
    preview: bool = False,
    protected: Mapping[Path, Path] = MappingProxyType({}),
    report: Callable[[int, int, Path], None] = lambda _done, _total, _scan: None,
) -> list[CleanOutcome]:
    """Clean files and all files below folders into another folder; originals are only read.

    A file that can't be cleaned is told in its outcome and stops nothing. What an earlier run has done with the same
    wish stays as it is. Beside each result lies its record, and a preview when one is wanted.

    Args:
        scans: Files and folders.
        to: Where results go; made if need be.
        wish: How.
        clean: What cleans an array; see `pochade.cleaning.clean_picture.clean`.
        preview: Whether to draw each scan before and after.
        protected: Pictures of what must stay of single scans, in place of the wish's.
        report: Told before and after each scan how many are done, of how many, and which one it is.

    Raises:
        UsageError: There is no file at all.
        OutputUnwritable: There can't be such a folder.
    """
    make_folder(to)
    plan = planned(scans, to)
    if not plan.jobs and not plan.problems:
        raise UsageError("there is no picture to clean", "name scans, or a folder with scans in it")
    outcomes = [CleanOutcome(path, problem=error) for path, error in plan.problems.items()]
    for number, job in enumerate(plan.jobs):
        report(number, len(plan.jobs), job.scan)
        outcomes.append(outcome_of(job, wish, clean, protected.get(job.scan), preview=preview))
        report(number + 1, len(plan.jobs), job.scan)
    return outcomes


def outcome_of(job: ScanJob, wish: CleanOptions, clean: Clean, mask: Path | None, *, preview: bool) -> CleanOutcome:
    """One scan, whatever happens with it."""
    try:
        wish = wish if mask is None else replace(wish, protect=Mask.read(mask))
        return cleaned(job, wish, clean, preview=preview)
    except PochadeError as error:
        return CleanOutcome(job.scan, problem=error)
    except Exception as error:  # of a library: the next scan may be better
        why = f"'{printable(job.scan)}' could not be cleaned: {first_line(error)}"
        return CleanOutcome(job.scan, problem=PochadeError(why))


def cleaned(job: ScanJob, wish: CleanOptions, clean: Clean, *, preview: bool) -> CleanOutcome:
    """One scan: read, cleaned, written with what is kept beside it."""
    original = sha256_of(job.scan)
    make_room(job, preview=preview)
    there = may_be_replaced(job, original)
    if is_done(there, wish, original, preview=preview):
        return CleanOutcome(job.scan, job.result, record=there.record, done_before=True)
    picture = read_picture(job.scan)
    check_masks(wish, picture, job)
    found, after = through(clean, picture, wish)
    content, notes = content_of(job, picture, after)
    drawing = before_after(picture, after) if preview else None
    record = Record(
        pochade=__version__,
        asked=wish.named(),
        original=printable(job.scan.resolve()),
        original_sha256=original,
        result_sha256=hashlib.sha256(content).hexdigest(),
        replaced_sha256=there.result,
        preview_sha256=hashlib.sha256(drawing).hexdigest() if drawing else None,
        dpi=told_dpi(picture),
        notes=(*picture.notes, *notes, *found.notes),
        already_clean=bool(found.already_clean),
        changed=float(found.changed),
    )
    publish(job, there, record, content, drawing)
    return CleanOutcome(job.scan, job.result, record=record)


def make_room(job: ScanJob, *, preview: bool) -> None:
    """The folder for a result; OutputUnwritable, before the long work, where a file of such a name can't be."""
    make_folder(job.result.parent)
    for path in (record_path(job.result), preview_path(job.result))[: 1 + preview]:  # longer names than the result's
        try:
            path.lstat()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise unwritable_error(path, error) from error


def is_done(there: ExistingOutput, wish: CleanOptions, original: str, *, preview: bool) -> bool:
    """Whether an earlier run has done just this."""
    record = there.record
    if record is None or (record.asked, record.original_sha256) != (wish.named(), original):
        return False
    return there.result == record.result_sha256 and (there.preview is not None or not preview)


def publish(job: ScanJob, there: ExistingOutput, record: Record, content: bytes, drawing: bytes | None) -> None:
    """Record, preview and result, where nothing changed since it was looked at what is there.

    Raises:
        OutputUnwritable: Somebody, or another run, wrote there while the scan was cleaned.
    """
    if may_be_replaced(job, record.original_sha256) != there:
        why = f"'{printable(job.result)}' was changed by somebody while its scan was cleaned"
        raise OutputUnwritable(why, "give the same command again")
    if there.preview:  # it shows another result
        preview_path(job.result).unlink(missing_ok=True)
    keep_record(job.result, record, new=there.record is None)  # first: what lies beside one is known to be ours
    if drawing is not None:
        write_atomically(preview_path(job.result), drawing, new=True)
    write_atomically(job.result, content, new=there.result is None)


def check_masks(wish: CleanOptions, picture: Picture, job: ScanJob) -> None:
    """Nothing, or UsageError: masks are laid on pixel by pixel."""
    size = picture.pixels.shape[:2]
    for mask in (wish.protect, wish.only):
        if mask is not None and mask.pixels.shape != size:
            sizes = [f"{width} x {height} pixels" for height, width in (mask.pixels.shape, size)]
            why = f"the mask '{printable(mask.path)}' has {sizes[0]}, and '{printable(job.scan)}' has {sizes[1]}"
            raise UsageError(why, "draw the mask on a copy of the scan, in its size")


def told_dpi(picture: Picture) -> float | None:
    """Dots per inch as the file tells them; None when it tells a screen's."""
    dpi = sum(picture.dpi) / 2 if picture.dpi else 0.0
    return round(dpi, 2) if dpi > SCREEN else None


def through(clean: Clean, picture: Picture, wish: CleanOptions) -> tuple[Cleaned, Picture]:
    """What cleaning gives for the picture's colours, and the picture with them; alpha stays."""
    grey = picture.pixels.shape[-1] == 1
    found = clean(
        picture.pixels[..., 0] if grey else picture.pixels,
        **vars(wish.strengths),
        protect=wish.protect and wish.protect.pixels,
        only=wish.only and wish.only.pixels,
    )
    pixels = np.asarray(found.picture).reshape(picture.pixels.shape)
    if pixels.dtype != picture.pixels.dtype:
        raise TypeError(f"cleaning made {pixels.dtype} of {picture.pixels.dtype}")
    return found, replace(picture, pixels=pixels)


def content_of(job: ScanJob, before: Picture, after: Picture) -> tuple[bytes, tuple[str, ...]]:
    """The result's bytes and notes: those of the original where no pixel changed and it is of the right kind."""
    if job.format == job.header.format and np.array_equal(before.pixels, after.pixels):
        return job.scan.read_bytes(), ()
    notes = (FIRST_FRAME,) if job.header.frames > 1 else ()
    return as_file(after, job.result, job.format), notes
