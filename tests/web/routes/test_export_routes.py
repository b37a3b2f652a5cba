"""Pictures are exported over HTTP: one as a file, several as a ZIP."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from pochade import Collection
from tests.support.drawings import drawing
from tests.support.web_client import keys_by_path, open_image, serve, state_of


def select(client: TestClient, keys: Sequence[str]) -> str:
    """Store a selection, and return its name."""
    name: str = client.post("/api/selections", json={"pieces": list(keys)}).json()["id"]
    return name


def test_one_picture_is_exported_as_a_file_of_each_format(client: TestClient) -> None:
    selection = select(client, [keys_by_path(client)["drawing 0.png"]])
    for form, suffix, name in (("png", "png", "PNG"), ("jpeg", "jpg", "JPEG"), ("webp", "webp", "WEBP")):
        response = client.get("/api/export", params={"selection": selection, "format": form})
        assert response.headers["content-type"] == f"image/{form}"
        header = response.headers["content-disposition"]
        assert header in {f"attachment; filename*=UTF-8''{stem}.{suffix}" for stem in ("drawing%200", "copy%20of%200")}
        assert open_image(response.content).format == name
    assert not list(state_of(client).folder.glob("export-*"))  # it is removed when it is sent


def test_several_pictures_become_a_zip_at_the_size_that_was_chosen(client: TestClient) -> None:
    keys = keys_by_path(client)
    selection = select(client, [keys["drawing 0.png"], keys["drawing 2.png"], keys["small copy.jpg"]])
    response = client.get("/api/export", params={"selection": selection, "format": "webp", "side": 512})
    assert response.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 3
        assert {"drawing 2.webp", "small copy.webp"} <= set(archive.namelist())
        assert all(max(open_image(archive.read(name)).size) <= 512 for name in archive.namelist())


def test_transparency_survives_where_the_format_has_it(tmp_path: Path) -> None:
    image = Image.new("RGBA", (30, 20), (200, 30, 30, 255))
    image.putpixel((0, 0), (0, 0, 0, 0))
    (tmp_path / "art").mkdir()
    image.save(tmp_path / "art" / "cut.png")
    with Collection.open(tmp_path / "art") as collection:
        collection.learn(minutes=0)
    with serve(tmp_path / "art") as client:
        selection = select(client, list(keys_by_path(client).values()))
        exported = {form: open_image(client.get("/api/export", params={"selection": selection, "format": form}).content)
                    for form in ("png", "webp", "jpeg")}  # fmt: skip
    assert exported["png"].convert("RGBA").getpixel((0, 0))[3] == 0  # type: ignore[index]
    assert exported["png"].getpixel((5, 5)) == (200, 30, 30, 255)
    assert exported["webp"].mode == "RGBA"
    assert exported["jpeg"].mode == "RGB"


def test_a_picture_that_changed_is_named_in_the_zip(editable_client: TestClient, editable_folder: Path) -> None:
    keys = keys_by_path(editable_client)
    selection = select(editable_client, [keys["drawing 2.png"], keys["drawing 4.png"]])
    drawing(99).save(editable_folder / "drawing 4.png")
    response = editable_client.get("/api/export", params={"selection": selection})
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.namelist() == ["drawing 2.png", "not exported.txt"]
        assert archive.read("not exported.txt").startswith(b"drawing 4.png: 'drawing 4.png' changed since")


@pytest.mark.parametrize(
    "query", ["", "selection=x", "selection=0123456789ab&format=gif", "selection=0123456789ab&side=7"]
)
def test_an_impossible_export_is_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/api/export?{query}").status_code == 422


def test_a_selection_that_is_forgotten_is_refused(client: TestClient) -> None:
    assert client.get("/api/export", params={"selection": "0123456789ab"}).status_code == 404


def test_a_link_out_of_the_collection_is_not_exported(private_client: TestClient) -> None:
    selection = select(private_client, [keys_by_path(private_client)["link.png"]])
    assert private_client.get("/api/export", params={"selection": selection}).status_code == 403
