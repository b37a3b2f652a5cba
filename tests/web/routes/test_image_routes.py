"""Pictures as images: thumbnails, renderings, ranges, caching, and decoded sketches."""

import shutil
from pathlib import Path

from fastapi.testclient import TestClient

from tests.support.drawings import drawing
from tests.support.web_client import keys_by_path, open_image


def test_thumbnails_and_pictures_may_be_cached_for_ever(client: TestClient) -> None:
    key = keys_by_path(client)["drawing 4.png"]
    for url, side in ((f"/api/thumbnails/{key}", 200), (f"/api/pictures/{key}?side=512", 200)):
        response = client.get(url)
        assert response.headers["content-type"] == "image/jpeg"
        assert "immutable" in response.headers["cache-control"]
        assert open_image(response.content).size == (side, side)
        assert client.get(url, headers={"if-none-match": response.headers["etag"]}).status_code == 304


def test_a_range_of_a_picture_can_be_requested(client: TestClient) -> None:
    url = f"/api/pictures/{keys_by_path(client)['drawing 4.png']}"
    whole, part = client.get(url).content, client.get(url, headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole[100:200])
    assert client.get(url, headers={"range": "bytes=99999999-"}).status_code == 416


def test_a_missing_thumbnail_is_rendered_again(editable_client: TestClient, editable_folder: Path) -> None:
    key = keys_by_path(editable_client)["drawing 4.png"]
    shutil.rmtree(editable_folder / ".pochade" / "thumbnails")
    assert open_image(editable_client.get(f"/api/thumbnails/{key}").content).size == (200, 200)


def test_a_changed_file_is_not_shown_under_its_old_key(editable_client: TestClient, editable_folder: Path) -> None:
    key = keys_by_path(editable_client)["drawing 4.png"]
    drawing(99).save(editable_folder / "drawing 4.png")
    response = editable_client.get(f"/api/pictures/{key}")
    assert response.status_code == 404
    assert "changed since it was learnt" in response.json()["error"]
    assert str(editable_folder) not in response.json()["error"]


def test_the_sketch_of_a_picture_is_decoded(client: TestClient) -> None:
    response = client.get(f"/api/pictures/{keys_by_path(client)['drawing 4.png']}/redrawn")
    assert open_image(response.content).size == (96, 96)
