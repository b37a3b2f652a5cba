"""A server on this machine that answers as the hub of models does, for one model in a folder."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from huggingface_hub import constants

REPOSITORY, COMMIT = "tiny/eye", "0123456789abcdef0123456789abcdef01234567"


@dataclass
class SmallHub:
    """What the server has, and what was asked of it."""

    folder: Path  # of the model
    address: str = ""
    requests: list[tuple[str, str]] = field(default_factory=list)  # method and path
    cut_after: int | None = None  # bytes of a file, after which the connection breaks
    is_gated: bool = False

    def fetched(self) -> list[str]:
        """The names of the files that were sent, in order."""
        return [path.rpartition("/")[2] for method, path in self.requests if method == "GET" and "/resolve/" in path]


class HubServer(ThreadingHTTPServer):
    """The server of one hub."""

    def __init__(self, hub: SmallHub) -> None:
        super().__init__(("127.0.0.1", 0), HubHandler)
        self.hub = hub


class HubHandler(BaseHTTPRequestHandler):
    """Answers one request."""

    protocol_version = "HTTP/1.1"
    server: HubServer

    def log_message(self, format: str, *_: Any) -> None:  # noqa: A002
        """Stay silent."""

    def do_HEAD(self) -> None:
        """Answer without the content."""
        self.answer()

    def do_GET(self) -> None:
        """Answer with the content."""
        self.answer()

    def answer(self) -> None:
        """Send what the hub would send."""
        hub, path = self.server.hub, unquote(urlsplit(self.path).path)
        hub.requests.append((self.command, path))
        file = hub.folder / path.rpartition("/")[2]
        if hub.is_gated:
            self.send(403, b"", {"X-Error-Code": "GatedRepo"})
        elif path.startswith(f"/api/models/{REPOSITORY}/revision/"):
            self.send(200, json.dumps(_describe(hub)).encode(), {"content-type": "application/json"})
        elif path.startswith(f"/{REPOSITORY}/resolve/") and file.is_file():
            self.send_file(file.read_bytes())
        else:
            self.send(404, b"", {"X-Error-Code": "RepoNotFound"})

    def send_file(self, content: bytes) -> None:
        """Send a file, or the rest of it if a part is there already."""
        headers = {"ETag": f'"{hashlib.sha256(content).hexdigest()}"', "X-Repo-Commit": COMMIT}
        begin = int((self.headers.get("range") or "bytes=0-").removeprefix("bytes=").partition("-")[0])
        if begin:
            headers["content-range"] = f"bytes {begin}-{len(content) - 1}/{len(content)}"
        self.send(206 if begin else 200, content[begin:], headers)

    def send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        """Send an answer; break the connection where the hub does so."""
        self.send_response(status)
        for name, value in ({"content-length": str(len(content))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        cut_after = self.server.hub.cut_after
        if self.command == "GET":
            self.wfile.write(content[:cut_after])
        self.close_connection = cut_after is not None and len(content) > cut_after


def _describe(hub: SmallHub) -> dict[str, Any]:
    """What the hub says of the model."""
    files = [{"rfilename": path.name, "size": path.stat().st_size} for path in sorted(hub.folder.iterdir())]
    config = {"model_type": json.loads((hub.folder / "config.json").read_text())["model_type"]}
    return {"id": REPOSITORY, "sha": COMMIT, "siblings": files, "cardData": {"license": "mit"}, "config": config}


@contextmanager
def open_hub(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallHub]:
    """Serve a model, and let the library of the hub ask this server, with a cache of its own.

    Args:
        folder: The model.
        cache: The folder for what is fetched.
        monkeypatch: Changes the library's constants.
    """
    hub = SmallHub(folder)
    server = HubServer(hub)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setattr(constants, "ENDPOINT", hub.address)
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.address + "/{repo_id}/resolve/{revision}/{filename}"
    )
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda _: None)  # between two tries
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
