"""Hostile requests that pass the middleware: paths out of the folders, links, and pictures made to do harm."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from tests.support.web_client import keys_by_path, png_bytes, serve


def some_key(client: TestClient) -> str:
    return keys_by_path(client)["drawing 0.png"]


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.png", "/%2e%2e/secret.png", "/..%2f..%2fsecret.png", "/assets/../../app.py", "//etc/passwd",
        "/%2e%2e%2fapp.py", "/..\\app.py", "/%00", "/index.html%00.png",
        "/api/thumbnails/../../secret", "/api/thumbnails/..%2f..%2fsecret", "/api/pictures/%2e%2e%2fsecret.png",
        "/api/pieces/..", "/api/scans/..%2f..", "/api/jobs/..%2f",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_folders(private_client: TestClient, path: str) -> None:
    response = private_client.get(path)
    assert response.status_code in {200, 400, 404, 405, 421, 422}
    assert b"secret" not in response.content.replace(b"secret.png", b"")
    assert response.status_code != 200 or b"<title>Pochade</title>" in response.content


def test_a_link_out_of_the_collection_is_not_followed(private_client: TestClient) -> None:
    key = keys_by_path(private_client)["link.png"]
    response = private_client.get(f"/api/pictures/{key}")
    assert response.status_code == 403
    assert "leads out of the collection" in response.json()["error"]
    assert private_client.get(f"/api/scans/{key}").status_code == 403
    assert private_client.get(f"/api/pieces/{key}/sample/lossless").status_code == 403


@pytest.mark.parametrize(
    "name", ["", "..", ".", "../up", "a/b", "/etc/x", "a\\b", ".hidden", "C:x", "a\0b", "a\nb", " a", "a. "]
)
def test_the_name_of_a_result_must_be_plain(private_client: TestClient, name: str) -> None:
    jobs = private_client.get("/api/jobs").json()
    body = {"kind": "clean", "name": name, "scans": [some_key(private_client)]}
    assert private_client.post("/api/jobs", json=body).status_code == 403
    if name:
        body = {"kind": "compress", "name": f"{name}/x"}
        assert private_client.post("/api/jobs", json=body).status_code == 403
    assert private_client.get("/api/jobs").json() == jobs


def test_a_link_among_the_results_is_not_followed(private_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "out").symlink_to(private_folder)
    with serve(private_folder, results=tmp_path / "results") as client:
        body = {"kind": "clean", "name": "out", "scans": [some_key(client)]}
        assert client.post("/api/jobs", json=body).status_code == 403


def test_a_picture_that_claims_too_many_pixels_is_refused(private_client: TestClient) -> None:
    bomb = bytearray(png_bytes(Image.new("1", (8, 8))))
    bomb[16:24] = (60_000).to_bytes(4) * 2
    for path, field in (("/api/find", "picture"), ("/api/scans", "scan")):
        response = private_client.post(path, files={field: ("bomb.png", bytes(bomb))})
        assert response.status_code in {413, 422}
        assert "'" in response.json()["error"]
    assert private_client.get("/api/scans").json() == []
