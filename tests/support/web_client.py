"""A server over a small collection, as the tests ask it."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from PIL import Image

from pochade import Collection
from pochade.web.app import application
from pochade.web.server_settings import ServerSettings
from tests.support.drawings import drawing, folder_of_art

HERE = "http://127.0.0.1:8765"


def learnt_art(folder: Path, count: int = 14) -> Path:
    """Drawings, a copy of one byte for byte, a smaller one of another, and a file that is no picture; learnt."""
    folder_of_art(folder, count)
    (folder / "copy of 0.png").write_bytes((folder / "drawing 0.png").read_bytes())
    drawing(2).resize((100, 100)).save(folder / "small copy.jpg")
    (folder / "broken.png").write_bytes(b"no picture")
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
    return folder


@contextmanager
def served(folder: Path, **decided: Any) -> Iterator[TestClient]:
    """A server, asked as its own page would ask."""
    with TestClient(
        application(ServerSettings(folder, **decided)), base_url=HERE, client=("127.0.0.1", 50000)
    ) as client:
        yield client


def keys_by_path(client: TestClient, **query: Any) -> dict[str, str]:
    """The key of every file that passes a filter, by its path."""
    columns = client.get("/api/pieces", params=query).json()
    return dict(zip(columns["paths"], columns["keys"], strict=True))


def png(image: Image.Image) -> bytes:
    """A picture as a file's content."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def opened(content: bytes) -> Image.Image:
    """The other way."""
    return Image.open(io.BytesIO(content))
