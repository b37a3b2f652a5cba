"""A client of a server over a few drawings and a photo, for cleaning and compression trials."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from pochade import Collection
from tests.support.drawings import drawing, folder_of_art
from tests.support.web_client import serve


@pytest.fixture(scope="session")
def photo_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of a server over four drawings and `photo.jpg`, 300 x 200 pixels."""
    folder = folder_of_art(tmp_path_factory.mktemp("photo") / "art", 4)
    drawing(9, side=300).resize((300, 200)).save(folder / "photo.jpg", quality=95)
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
    with serve(folder) as client:
        yield client
