"""`compress --report`: what was saved, by whom, how near it is to the originals, and parts of it to look at."""

import base64
import dataclasses
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pochade.archive.archive_reader import Archive, open_archive
from pochade.archive.archive_writer import CompressReport
from pochade.archive.codecs.encode_job import sha256_of
from pochade.archive.codecs.guarded import try_codec
from pochade.archive.container.entry_names import shown
from pochade.archive.container.manifest import PREVIEW, ArchivedFile
from pochade.archive.file_list import found_in
from pochade.errors import OutputUnwritable, UsageError
from pochade.images.base.picture import Array
from pochade.images.base.source import Source, printable
from pochade.images.codecs.lossless import MOST_BYTES, webp_with
from pochade.images.codecs.lossy import original_in, views_of
from pochade.images.codecs.thumbnail_codec import Miniature
from pochade.images.geometry.salient_crop import busiest
from pochade.images.io.read import picture_in
from pochade.system.atomic_files import write_atomically
from pochade.system.html_templates import render_html

SIDE = 160  # pixels of a part
SHOWN = 40  # pieces that are looked at: those that lost most
LISTED = 1000  # pieces on the page, those that lost most and the largest; the JSON has all
MARKS = (b"<!doctype html>\n<!-- a report of Pochade -->", b'{"pochade_report"')  # by which we know our own again


@dataclass(frozen=True)
class Parts:
    """The busiest part of a picture before and after, each a lossless WebP."""

    piece: ArchivedFile
    before: bytes
    after: bytes


def check_report(path: Path) -> None:
    """Nothing, or why a report can't go there: said before an archive is made.

    Raises:
        UsageError: The name isn't one of HTML.
        OutputUnwritable: Something else than a report is there.
    """
    if path.suffix.lower() not in {".html", ".htm"}:
        raise UsageError(f"a report is HTML, and '{printable(path)}' is not called so", "name it report.html")
    for one, mark in zip(files_of(path), MARKS, strict=True):
        try:
            with one.open("rb") as file:
                is_ours = file.read(len(mark)) == mark
        except FileNotFoundError:
            continue
        except OSError as error:
            raise OutputUnwritable(f"'{printable(one)}' can't be written: {error.strerror}") from error
        if not is_ours:
            raise OutputUnwritable(f"'{printable(one)}' is there, and is no report", "choose another name")


def files_of(path: Path) -> tuple[Path, Path]:
    """The page, and the JSON beside it."""
    return path, path.with_suffix(".json")


def write_report(
    path: Path,
    report: CompressReport,
    folder_or_paths: Path | str | Iterable[Path | str],
    tell: Callable[[str, int, int], None] = lambda _stage, _done, _total: None,
) -> None:
    """Write what is known of an archive as a page and as JSON.

    Args:
        path: The page; the JSON stands beside it.
        report: What `compress` said.
        folder_or_paths: What it was given: before and after are shown of what is still there as it was.
        tell: Told which stage has come how far.

    Raises:
        UsageError, OutputUnwritable: See `check_report`.
    """
    check_report(path)
    with open_archive(report.archive) as archive:
        pieces = list(archive)
        parts = parts_of(archive, found_in(folder_or_paths, []).files, tell)
    page, beside = files_of(path)
    ordered = sorted(pieces, key=lambda one: (one.score is None, one.score or -one.original_bytes))
    said = dataclasses.asdict(report) | {"archive": printable(report.archive)}
    content = render_html(
        "pochade.archive",
        "report.html.jinja",
        {"bytes": bytes_text, "share": share_text, "shown": shown},
        report=said,
        coders=sorted(report.coders.items(), key=lambda item: -item[1].original_bytes),
        scores=sorted(one.score for one in pieces if one.score is not None),
        parts=parts,
        picture=lambda one: f"data:image/webp;base64,{base64.b64encode(one).decode()}",
        listed=ordered[:LISTED],
        unlisted=max(0, len(ordered) - LISTED),
        json_name=beside.name,
    )
    write_atomically(page, content)
    data = {"pochade_report": 1, "total": said, "pieces": [piece.as_data() for piece in pieces]}
    write_atomically(beside, json.dumps(data).encode())


def parts_of(archive: Archive, files: dict[str, Path], tell: Callable[[str, int, int], None]) -> list[Parts]:
    """Of the pieces that lost most, one for each content, what can be compared with the original here."""
    by_name = {piece.entry.name: piece for piece in archive if piece.score is not None and piece.path in files}
    least = sorted(by_name.values(), key=lambda piece: piece.score or 0.0)[:SHOWN]
    found = []
    for number, piece in enumerate(least):
        tell("comparing", number, len(least))
        parts = try_codec(lambda one: compared(archive, one, files[one.path]), piece)
        found += [parts] if parts is not None else []
    tell("comparing", len(least), max(1, len(least)))
    return found


def compared(archive: Archive, piece: ArchivedFile, path: Path) -> Parts | None:
    """One piece beside its original, on light grey where there is alpha; None where the file is another by now."""
    if sha256_of(path)[0] != piece.entry.original_sha256:
        return None
    before = path.read_bytes()  # it was read so when it was coded, in a process that could be spared
    seen = views(before, archive.read(piece), as_preview=piece.fidelity == PREVIEW)
    if seen is None:
        return None
    was, now = seen
    place = busiest(was, SIDE)
    return Parts(piece, webp_with(was[place], 80, 4), webp_with(now[place], 80, 4))


def views(before: bytes, after: bytes, *, as_preview: bool) -> tuple[Array, Array] | None:
    """What is seen of both files, (H, W, 3) of one size; None where the first is none that may be coded."""
    if as_preview:
        picture = Miniature(before)
        return picture.pixels, picture.shown_again(after)
    original = original_in(before)
    if original is None:
        return None
    again = picture_in(Source(io.BytesIO(after), "the entry", len(after), MOST_BYTES))
    return views_of(original.picture)[-1], views_of(again)[-1]


def bytes_text(count: int) -> str:
    """Bytes as people read them."""
    size, units = float(count), ["bytes", "kB", "MB", "GB", "TB"]
    while size >= 1000 and len(units) > 1:  # noqa: PLR2004
        size, units = size / 1000, units[1:]
    return f"{size:,.0f} {units[0]}" if size >= 100 or units[0] == "bytes" else f"{size:.1f} {units[0]}"  # noqa: PLR2004


def share_text(part: float, whole: float) -> str:
    """A part of a whole in percent."""
    return f"{100 * part / whole:.1f} %" if whole else "–"
