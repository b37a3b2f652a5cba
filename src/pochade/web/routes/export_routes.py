"""Export pictures for other programs: one as a file, several as a ZIP. Original files are never sent."""

import os
import secrets
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.background import BackgroundTask

from pochade.errors import NotKnown
from pochade.index.picture_records import PictureFile
from pochade.system.path_text import printable
from pochade.web.app_state import AppState, StateDependency
from pochade.web.render.export_rendering import SUFFIXES, ExportFormat, ExportItem, ExportTask, stream_zip
from pochade.web.state.snapshot import RELOAD_HINT, picture_key

routes = APIRouter(tags=["pictures"])
SelectionName = Annotated[str, Query(pattern="^[0-9a-f]{12}$", description="As `POST /api/selections` returned it.")]
Format = Annotated[ExportFormat, Query(description="PNG is without loss; JPEG is on white.")]
Side = Annotated[
    Literal["512", "1024", "2048", "4096", "8192"] | None,
    Query(description="Pixels of the longer side, at most; all of them by default."),
]
ZIP_NAME = "pictures.zip"
EXPORT_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {}, "image/jpeg": {}, "image/webp": {}, "application/zip": {}}},
    206: {"description": "a range of it"},
}


@routes.get("/export", response_class=Response, responses=EXPORT_RESPONSES)
def export_pictures(
    state: StateDependency, selection: SelectionName, format: Format = "png", side: Side = None  # noqa: A002
) -> Response:  # fmt: skip
    """Return the pictures of a selection to save: one as a file, several in a ZIP that is made while it is sent.

    They are upright, in sRGB and 8 bits per channel, without the metadata of their files, and never enlarged. A picture
    that can't be exported is named in `not exported.txt` in the ZIP.
    """
    snapshot, pixels = state.snapshot(), int(side) if side else None
    numbers = state.selections.get(selection)
    files = sorted((snapshot.by_number[number] for number in numbers & snapshot.by_number.keys()), key=_path)
    if not files:
        raise NotKnown("none of these pictures is there any more", RELOAD_HINT)
    if len(files) == 1:
        return _file_response(state, files[0], format, pixels)
    items = [ExportItem(_stem(file), partial(write_export, state, file, format, pixels)) for file in files]
    return StreamingResponse(
        _stream_in_folder(state.folder, items, SUFFIXES[format]),
        media_type="application/zip", headers={"content-disposition": attachment(ZIP_NAME)},
    )  # fmt: skip


def _file_response(state: AppState, file: PictureFile, form: ExportFormat, side: int | None) -> Response:
    """Return one picture; its file is removed when it is sent."""
    target = state.folder / f"export-{secrets.token_hex(8)}{SUFFIXES[form]}"
    write_export(state, file, form, side, target)
    return FileResponse(
        target,
        media_type=f"image/{form}",
        headers={"content-disposition": attachment(_stem(file) + SUFFIXES[form])},
        background=BackgroundTask(target.unlink, missing_ok=True),
    )


def write_export(state: AppState, file: PictureFile, form: ExportFormat, side: int | None, target: Path) -> None:
    """Render a picture for another program, in a worker.

    Raises:
        NotAllowed: Its only files are links that lead out of the collection.
        PictureUnreadable: Its file changed, or can't be read any more.
    """
    readable = state.snapshot().readable_file(picture_key(file))
    state.render_pool.submit(ExportTask(readable.path, side, form, target, file.hash))


def _stream_in_folder(parent: Path, items: list[ExportItem], suffix: str) -> Iterator[bytes]:
    with TemporaryDirectory(dir=parent) as folder:
        yield from stream_zip(items, suffix, Path(folder))


def attachment(name: str) -> str:
    """Return the header that makes browsers save a response under a name."""
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


def _path(file: PictureFile) -> str:
    return os.fspath(file.path)


def _stem(file: PictureFile) -> str:
    return printable(file.path.stem)
