"""Assembles the server: security middleware, error handlers, the API, and the page from `static/built/`."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from pochade._version import __version__
from pochade.web.current_collection import CurrentCollection
from pochade.web.responses import ERROR_RESPONSES, add_error_handlers
from pochade.web.routes import (
    compress_routes,
    create_routes,
    desktop_routes,
    draw_routes,
    export_routes,
    family_routes,
    folder_routes,
    group_routes,
    image_routes,
    job_routes,
    label_edit_routes,
    label_import_routes,
    label_routes,
    picture_routes,
    removal_routes,
    scan_routes,
    search_routes,
    session_routes,
    story_routes,
    verdict_routes,
)
from pochade.web.security.security_middleware import SecurityMiddleware
from pochade.web.security.sessions import Sessions
from pochade.web.server_settings import ServerSettings

FALLBACK_PAGE = Path(__file__).parent / "static"  # a page that says how to build the real one
BUILT_PAGE = FALLBACK_PAGE / "built"
HASHED_FOLDER = "assets/"  # file names in it contain a hash of the content, so the files never change
MAX_PRELOAD_WAIT_SECONDS = 1.0  # for which the end of the server waits for the first snapshot
API_DESCRIPTION = """\
One collection of art, for one person. A picture's key is the first 16 digits of the SHA-256 of its content.
Every error response has a sentence in `error` and the next step in `hint`.
"""


class PageFiles(StaticFiles):
    """The files of the page. The address of every view returns `index.html`, which browsers must revalidate."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, or `index.html` for the address of a view."""
        if "\0" in path:
            raise HTTPException(404)
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or "." in path.rpartition("/")[2] or path.startswith("api"):  # noqa: PLR2004
                raise
            response = await super().get_response("index.html", scope)
        is_hashed = path.replace("\\", "/").startswith(HASHED_FOLDER)
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if is_hashed else "no-cache"
        return response


def page_folder() -> Path:
    """Return the folder of the built page, or of the fallback page if none was built."""
    return BUILT_PAGE if (BUILT_PAGE / "index.html").is_file() else FALLBACK_PAGE


def create_app(settings: ServerSettings) -> FastAPI:
    """Assemble the server of one collection at a time.

    Args:
        settings: The person's choices.

    Raises:
        CollectionMissing: There is no such folder.
    """
    current, sessions = CurrentCollection(settings), Sessions(settings.password)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        preloading = threading.Thread(target=current.preload, daemon=True)  # the server's end does not wait for it
        preloading.start()
        yield
        await asyncio.to_thread(current.close)
        preloading.join(MAX_PRELOAD_WAIT_SECONDS)

    app = FastAPI(
        title="Pochade", version=__version__, description=API_DESCRIPTION, docs_url=None, redoc_url=None,
        openapi_url="/api/openapi.json", lifespan=lifespan,
    )  # fmt: skip
    app.state.current, app.state.sessions = current, sessions
    app.include_router(_api_router())
    app.mount("/", PageFiles(directory=page_folder(), html=True))
    add_error_handlers(app)
    app.add_middleware(SecurityMiddleware, settings=settings, sessions=sessions)
    return app


def _api_router() -> APIRouter:
    api = APIRouter(prefix="/api", responses=ERROR_RESPONSES)
    for module in (
        session_routes,
        folder_routes,
        picture_routes,
        search_routes,
        draw_routes,
        image_routes,
        export_routes,
        desktop_routes,
        family_routes,
        removal_routes,
        verdict_routes,
        story_routes,
        group_routes,
        label_routes,
        label_edit_routes,
        label_import_routes,
        scan_routes,
        compress_routes,
        create_routes,
        job_routes,
    ):
        api.include_router(module.routes)
    return api
