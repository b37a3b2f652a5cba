"""Pictures as images: thumbnails, renderings, ranges, caching, and decoded sketches."""

import shutil
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image, ImageDraw

from pochade import Collection
from tests.support.drawings import drawing
from tests.support.web_client import keys_by_path, open_image, serve


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


@pytest.fixture(scope="module")
def transparent_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A learnt folder with a cut-out, an outline in black ink and an opaque drawing."""
    folder = tmp_path_factory.mktemp("cutouts")
    drawing(1, 300).save(folder / "opaque.png")
    for name, colour in (("cutout.png", (220, 60, 40)), ("ink.png", (0, 0, 0))):
        image = Image.new("RGBA", (600, 400))
        ImageDraw.Draw(image).rectangle((100, 100, 500, 300), outline=(*colour, 255), width=40)
        image.save(folder / name)
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
    return folder


def test_cutouts_keep_their_transparency_on_the_ground_they_are_asked_for(transparent_folder: Path) -> None:
    with serve(transparent_folder) as client:
        keys = keys_by_path(client)
        types = {
            (name, ground): client.get(f"/api/cutouts/{keys[name]}?side=512&on={ground}").headers["content-type"]
            for name in ("cutout.png", "ink.png", "opaque.png")
            for ground in ("light", "dark")
        }
        assert [address for address, kind in types.items() if kind == "image/webp"] == [
            ("cutout.png", "light"), ("cutout.png", "dark"), ("ink.png", "light"),
        ]  # fmt: skip
        response = client.get(f"/api/cutouts/{keys['cutout.png']}?side=512&on=dark")
        assert open_image(response.content).size == (512, 341)
        assert open_image(response.content).getpixel((5, 5)) == (0, 0, 0, 0)
        assert "immutable" in response.headers["cache-control"]
        headers = {"if-none-match": response.headers["etag"]}
        assert client.get(f"/api/cutouts/{keys['cutout.png']}?side=512&on=dark", headers=headers).status_code == 304
        assert client.get(f"/api/cutouts/{keys['cutout.png']}?side=512&on=light", headers=headers).status_code == 200


def test_opaque_pictures_need_no_rendering_at_the_size_of_thumbnails(transparent_folder: Path) -> None:
    with serve(transparent_folder) as client:
        key = keys_by_path(client)["opaque.png"]
        thumbnail = client.get(f"/api/thumbnails/{key}").content
        for ground in ("light", "dark"):
            assert client.get(f"/api/cutouts/{key}?side=256&on={ground}").content == thumbnail


def test_small_cutouts_are_kept_beside_the_thumbnails(transparent_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(transparent_folder, tmp_path / "art", copy_function=shutil.copy2))
    with serve(folder) as client:
        address = f"/api/cutouts/{keys_by_path(client)['cutout.png']}?side=256&on=dark"
        first = client.get(address).content
    assert [path.read_bytes() for path in (folder / ".pochade" / "thumbnails").rglob("*.dark")] == [first]
    (folder / "cutout.png").unlink()
    with serve(folder) as client:
        assert client.get(address).content == first


def test_the_thumbnail_stands_for_a_cutout_whose_file_is_gone(tmp_path: Path, transparent_folder: Path) -> None:
    folder = Path(shutil.copytree(transparent_folder, tmp_path / "art", copy_function=shutil.copy2))
    for kept in (folder / ".pochade" / "thumbnails").rglob("*.dark"):
        kept.unlink()
    with serve(folder) as client:
        key = keys_by_path(client)["cutout.png"]
        (folder / "cutout.png").unlink()
        response = client.get(f"/api/cutouts/{key}?side=256&on=dark")
        assert response.headers["content-type"] == "image/jpeg"
        assert "immutable" not in response.headers["cache-control"]  # the file may come back
        assert client.get(f"/api/cutouts/{key}?side=512&on=dark").status_code == 404
