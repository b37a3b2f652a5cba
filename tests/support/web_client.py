"""A server over a small collection, and helpers to ask it."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from PIL import Image

from pochade import Collection
from pochade.web.app import create_app
from pochade.web.app_state import AppState
from pochade.web.current_collection import CurrentCollection
from pochade.web.jobs.job_queue import ENDED_STATES, JobQueue, PageJob
from pochade.web.server_settings import ServerSettings
from tests.support.drawings import drawing, folder_of_art

BASE_URL = "http://127.0.0.1:8765"
PASSWORD = "a sketch of a harbour"
JOB_TIMEOUT_SECONDS = 300


def learnt_folder_of_art(folder: Path, count: int = 14) -> Path:
    """Make a learnt folder: drawings, an exact copy of one, a smaller copy of another, and a broken file."""
    folder_of_art(folder, count)
    (folder / "copy of 0.png").write_bytes((folder / "drawing 0.png").read_bytes())
    drawing(2).resize((100, 100)).save(folder / "small copy.jpg")
    (folder / "broken.png").write_bytes(b"no picture")
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
    return folder


@contextmanager
def serve(folder: Path | None, **settings: Any) -> Iterator[TestClient]:
    """Serve a folder to a client that asks as the server's own page would."""
    app = create_app(ServerSettings(folder, **settings))
    with TestClient(app, base_url=BASE_URL, client=("127.0.0.1", 50000)) as client:
        yield client


def state_of(client: TestClient) -> AppState:
    """Return the state of a client's server."""
    return current_of(client).state_for()


def current_of(client: TestClient) -> CurrentCollection:
    """Return what a client's server shows."""
    current: CurrentCollection = client.app.state.current  # type: ignore[attr-defined]  # an ASGI app, to the client
    return current


def keys_by_path(client: TestClient) -> dict[str, str]:
    """Return the key of every file's picture, by the file's path."""
    keys = client.get("/api/pieces").json()["keys"]
    return {file["path"]: key for key in keys for file in client.get(f"/api/pieces/{key}").json()["files"]}


def wait_for_job(jobs: JobQueue, job: PageJob, condition: Callable[[], bool] | None = None) -> PageJob:
    """Wait until a job has ended, or until another condition holds."""

    def has_ended() -> bool:
        return job.state in ENDED_STATES and job.ended is not None

    with jobs.changed:
        assert jobs.changed.wait_for(condition or has_ended, timeout=JOB_TIMEOUT_SECONDS), vars(job)
    return job


def run_job(client: TestClient, **body: Any) -> dict[str, Any]:
    """Begin a job over HTTP, wait until it has ended, and return what the server says of it."""
    job_id = client.post("/api/jobs", json=body).json()["id"]
    jobs = state_of(client).jobs
    wait_for_job(jobs, jobs.jobs[job_id])
    job: dict[str, Any] = client.get(f"/api/jobs/{job_id}").json()
    return job


def png_bytes(image: Image.Image) -> bytes:
    """Encode a picture as PNG."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def open_image(content: bytes) -> Image.Image:
    """Open a picture in memory."""
    return Image.open(io.BytesIO(content))
