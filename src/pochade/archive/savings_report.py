"""`compress --report`: a page and a JSON file about what each codec saved, and how the pictures look now."""

import base64
import dataclasses
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pochade.archive.archive_plan import ReportStage
from pochade.archive.archive_reader import Archive, open_archive
from pochade.archive.codecs.codec_guard import try_codec
from pochade.archive.codecs.original_file import sha256_of_path
from pochade.archive.compress_report import CompressReport
from pochade.archive.container.manifest_records import PREVIEW, ArchivedFile
from pochade.archive.container.stored_paths import StoredPath, printable_path
from pochade.archive.file_list import list_files
from pochade.errors import OutputUnwritable, UsageError
from pochade.images.base.picture import Array
from pochade.images.base.source import Source
from pochade.images.codecs.lossless import MAX_PICTURE_BYTES, encode_webp_at
from pochade.images.codecs.lossy import read_original
from pochade.images.codecs.preview_reference import PreviewReference
from pochade.images.codecs.quality_meter import render_on_backgrounds
from pochade.images.geometry.salient_crop import busiest_square
from pochade.images.io.read import picture_from_source
from pochade.system.atomic_files import write_atomically
from pochade.system.html_templates import render_html
from pochade.system.overwrite import check_overwrite
from pochade.system.path_text import printable

CROP_SIDE_PIXELS = 160
MAX_COMPARISONS = 40  # the pictures with the lowest scores
MAX_LISTED_FILES = 1000  # on the page: the lowest scores first, then the largest files; the JSON has all files
# the first bytes of the page and of the JSON
FILE_SIGNATURES = (b"<!doctype html>\n<!-- a report of Pochade -->", b'{"pochade_report"')


@dataclass(frozen=True)
class Comparison:
    """One crop of a picture before and after, each as a lossless WebP."""

    file: ArchivedFile
    before: bytes
    after: bytes


def check_report_path(path: Path) -> None:
    """Check before an archive is made that its report can be written.

    Raises:
        UsageError: The name doesn't end in .html or .htm.
        OutputUnwritable: The page, or the JSON beside it, would replace a file that is not a report.
    """
    if path.suffix.lower() not in {".html", ".htm"}:
        raise UsageError(f"a report is an HTML file, and '{printable(path)}' has another suffix", "name it report.html")
    for file, signature in zip(_report_files(path), FILE_SIGNATURES, strict=True):
        if not _is_absent_or_begins_with(file, signature):
            check_overwrite(file, "already exists and is not a report", "choose another name")


def write_savings_report(
    path: Path,
    report: CompressReport,
    folder_or_paths: Path | str | Iterable[Path | str],
    report_stage: ReportStage = lambda _stage, _done, _total: None,
) -> None:
    """Write a page about an archive, and a JSON file with the same facts.

    Args:
        path: The page; the JSON has the same name with the suffix .json.
        report: What `compress` returned.
        folder_or_paths: What `compress` was given. Pictures whose originals are unchanged are compared with them.
        report_stage: Called with the name of the stage, the finished steps and all steps.

    Raises:
        UsageError: See `check_report_path`.
        OutputUnwritable: See `check_report_path`.
    """
    check_report_path(path)
    with open_archive(report.archive) as archive:
        files = list(archive)
        comparisons = _compare_worst(archive, list_files(folder_or_paths, []).files, report_stage)
    page, json_path = _report_files(path)
    totals = dataclasses.asdict(report) | {"archive": printable(report.archive)}
    write_atomically(page, _render_page(report, totals, files, comparisons, json_path.name))
    data = {"pochade_report": 1, "total": totals, "pieces": [file.as_data() for file in files]}
    write_atomically(json_path, json.dumps(data).encode())


def _render_page(
    report: CompressReport,
    totals: dict[str, Any],
    files: list[ArchivedFile],
    comparisons: list[Comparison],
    json_name: str,
) -> bytes:
    by_loss = sorted(files, key=lambda file: (file.score is None, file.score or -file.original_bytes))
    return render_html(
        "pochade.archive",
        "report.html.jinja",
        {"bytes": format_bytes, "share": format_share, "printable": printable_path},
        report=totals,
        codecs=sorted(report.coders.items(), key=lambda item: -item[1].original_bytes),
        scores=sorted(file.score for file in files if file.score is not None),
        comparisons=comparisons,
        data_url=lambda webp: f"data:image/webp;base64,{base64.b64encode(webp).decode()}",
        listed=by_loss[:MAX_LISTED_FILES],
        unlisted=max(0, len(by_loss) - MAX_LISTED_FILES),
        json_name=json_name,
    )


def format_bytes(count: int) -> str:
    """Format a number of bytes for people, such as "1.2 MB"."""
    size, units = float(count), ["bytes", "kB", "MB", "GB", "TB"]
    while size >= 1000 and len(units) > 1:  # noqa: PLR2004
        size, units = size / 1000, units[1:]
    return f"{size:,.0f} {units[0]}" if size >= 100 or units[0] == "bytes" else f"{size:.1f} {units[0]}"  # noqa: PLR2004


def format_share(part: float, whole: float) -> str:
    """Format a part of a whole in percent."""
    return f"{100 * part / whole:.1f} %" if whole else "–"


def _report_files(path: Path) -> tuple[Path, Path]:
    """Return the page, and the JSON beside it."""
    return path, path.with_suffix(".json")


def _is_absent_or_begins_with(path: Path, signature: bytes) -> bool:
    """Return whether a path has no file, or a file that begins with the signature.

    Raises:
        OutputUnwritable: The file can't be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(len(signature)) == signature
    except FileNotFoundError:
        return True
    except OSError as error:
        raise OutputUnwritable(f"'{printable(path)}' can't be written: {error.strerror}") from error


def _compare_worst(archive: Archive, originals: dict[StoredPath, Path], report_stage: ReportStage) -> list[Comparison]:
    """Compare the pictures with the lowest scores with their originals, once for each content whose original exists."""
    by_entry = {file.entry.name: file for file in archive if file.score is not None and file.path in originals}
    worst = sorted(by_entry.values(), key=lambda file: file.score or 0.0)[:MAX_COMPARISONS]
    comparisons = []
    for number, file in enumerate(worst):
        report_stage("comparing", number, len(worst))
        comparison = try_codec(lambda archived: _compare(archive, archived, originals[archived.path]), file)
        comparisons += [comparison] if comparison is not None else []
    report_stage("comparing", len(worst), max(1, len(worst)))
    return comparisons


def _compare(archive: Archive, file: ArchivedFile, original: Path) -> Comparison | None:
    """Crop the busiest square of a picture before and after; return None if the original has changed."""
    if sha256_of_path(original)[0] != file.entry.original_sha256:
        return None
    content = original.read_bytes()  # safe to decode here: a worker has decoded the same bytes
    rendered = _render_both(content, archive.read(file), is_preview=file.fidelity == PREVIEW)
    if rendered is None:
        return None
    before, after = rendered
    crop = busiest_square(before, CROP_SIDE_PIXELS)
    return Comparison(file, encode_webp_at(before[crop], 80, 4), encode_webp_at(after[crop], 80, 4))


def _render_both(original: bytes, extracted: bytes, *, is_preview: bool) -> tuple[Array, Array] | None:
    """Render both files at the same size, (H, W, 3) uint8, on light grey if a picture has alpha.

    Returns:
        The pixels before and after; None if the original is no picture that may be encoded with loss.
    """
    if is_preview:
        reference = PreviewReference(original)
        return reference.pixels, reference.decode(extracted)
    picture = read_original(original)
    if picture is None:
        return None
    source = Source(io.BytesIO(extracted), "the entry", len(extracted), MAX_PICTURE_BYTES)
    return render_on_backgrounds(picture.picture)[-1], render_on_backgrounds(picture_from_source(source))[-1]
