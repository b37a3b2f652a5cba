"""The server put together: doors, errors, the API, and the page that was built into `static/built/`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from pochade._version import __version__
from pochade.web.app_state import AppState
from pochade.web.responses import REFUSALS, put_errors
from pochade.web.routes import (
    compress_routes,
    create_routes,
    family_routes,
    group_routes,
    image_routes,
    job_routes,
    label_routes,
    picture_routes,
    scan_routes,
    session_routes,
)
from pochade.web.security.security_middleware import SecurityMiddleware
from pochade.web.server_settings import ServerSettings

PLAIN = Path(__file__).parent / "static"  # one page of words, for a copy in which no page was built
BUILT = PLAIN / "built"
HASHED = "assets/"  # files whose names hold a hash of their content: they never change
WORDS = """\
One collection of art, for one person. A piece is known by its key, the first 16 digits of the SHA-256 of its content.
Whatever goes wrong is answered with a sentence in `error` and what to do next in `hint`.
"""


class Page(StaticFiles):
    """The built page: its own addresses all lead to `index.html`, which is always asked for anew."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, or the page itself for an address of its own."""
        if "\0" in path:
            raise HTTPException(404)
        try:
            answer = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or "." in path.rpartition("/")[2] or path.startswith("api"):  # noqa: PLR2004
                raise
            answer = await super().get_response("index.html", scope)
        is_hashed = path.replace("\\", "/").startswith(HASHED)
        answer.headers["cache-control"] = "public, max-age=31536000, immutable" if is_hashed else "no-cache"
        return answer


def page_folder() -> Path:
    """Where the page lies; the plain one, where none was built."""
    return BUILT if (BUILT / "index.html").is_file() else PLAIN


def application(settings: ServerSettings) -> FastAPI:
    """The server of one collection.

    Args:
        settings: What the person decided.

    Raises:
        CollectionMissing: There is no such folder.
    """
    desk = AppState(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        preparing = asyncio.create_task(asyncio.to_thread(desk.prepare))
        yield
        await preparing
        desk.close()

    app = FastAPI(
        title="Pochade", version=__version__, description=WORDS, docs_url=None, redoc_url=None,
        openapi_url="/api/openapi.json", lifespan=lifespan,
    )  # fmt: skip
    app.state.desk = desk
    api = APIRouter(prefix="/api", responses=REFUSALS)
    for part in (
        session_routes,
        picture_routes,
        image_routes,
        family_routes,
        group_routes,
        label_routes,
        scan_routes,
        compress_routes,
        create_routes,
        job_routes,
    ):
        api.include_router(part.routes)
    app.include_router(api)
    app.mount("/", Page(directory=page_folder(), html=True))
    put_errors(app)
    app.add_middleware(SecurityMiddleware, settings=settings, sessions=desk.sessions)
    return app
