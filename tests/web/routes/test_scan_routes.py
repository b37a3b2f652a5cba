"""Scans on the page: dropped, shown part by part before and after cleaning, masked and removed."""

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from pochade import clean
from pochade.images.base.picture import Array
from pochade.web.render.scan_previews import MAX_PREVIEW_PIXELS
from tests.support.drawings import drawing
from tests.support.web_client import keys_by_path, open_image, png_bytes, state_of


def yellowed_scan() -> Image.Image:
    """Make a drawing on yellowish paper, lit from one side."""
    pixels = np.asarray(drawing(3, side=320), np.float32) * np.array([0.9, 0.87, 0.75], np.float32)
    light = np.linspace(0.7, 1.0, 320, dtype=np.float32)[None, :, None]
    return Image.fromarray((pixels * light).astype(np.uint8))


@pytest.fixture(scope="module")
def scan_id(photo_client: TestClient) -> str:
    """A scan that was dropped on the page."""
    response = photo_client.post("/api/scans", files={"scan": ("../my scan.png", png_bytes(yellowed_scan()))})
    assert response.status_code == 201
    scan = response.json()
    assert (scan["name"], scan["width"], scan["has_mask"]) == ("my scan.png", 320, False)
    return str(scan["id"])


def view(client: TestClient, scan_id: str, **body: object) -> Array:
    """Return a part of a scan (h, w, 3)."""
    response = client.post(f"/api/scans/{scan_id}/look", json={"width": 160, "height": 96} | body)
    assert response.status_code == 200, response.text
    return np.asarray(open_image(response.content))


def test_a_part_before_cleaning_is_the_scan_itself(photo_client: TestClient, scan_id: str) -> None:
    whole = np.asarray(yellowed_scan())
    assert (view(photo_client, scan_id, left=100, top=50, show="before") == whole[50:146, 100:260]).all()
    assert view(photo_client, scan_id, left=300, top=300, show="before").shape == (20, 20, 3)  # cut off at the edges


def test_the_whole_scan_is_shown_reduced(photo_client: TestClient, scan_id: str) -> None:
    small = photo_client.get(f"/api/scans/{scan_id}/whole", params={"side": "256"})
    assert (small.headers["content-type"], open_image(small.content).size) == ("image/jpeg", (256, 256))
    key = next(iter(keys_by_path(photo_client).values()))
    as_scan = photo_client.get(f"/api/scans/{key}/whole").content
    assert as_scan == photo_client.get(f"/api/pictures/{key}?side=1024").content


def test_a_cleaned_part_equals_that_part_of_the_whole_cleaned(photo_client: TestClient, scan_id: str) -> None:
    whole = clean(np.asarray(yellowed_scan())).after
    part = view(photo_client, scan_id, left=100, top=50)
    assert np.abs(part.astype(int) - whole[50:146, 100:260]).max() <= 2


def test_at_zero_strength_nothing_changes_and_nothing_is_removed(photo_client: TestClient, scan_id: str) -> None:
    zero = dict.fromkeys(("light", "paper", "grain", "specks", "smudges"), 0)
    before = view(photo_client, scan_id, show="before")
    assert (view(photo_client, scan_id, strengths=zero) == before).all()
    assert (view(photo_client, scan_id, strengths=zero, show="removed") == 128).all()


def test_masked_pixels_do_not_change(photo_client: TestClient, scan_id: str) -> None:
    client, mask = photo_client, Image.new("L", (320, 320), 0)
    mask.paste(255, (0, 0, 80, 320))
    assert client.put(f"/api/scans/{scan_id}/mask", files={"mask": ("mask.png", png_bytes(mask))}).status_code == 204
    assert client.get(f"/api/scans/{scan_id}").json()["has_mask"]
    before, after = view(client, scan_id, show="before"), view(client, scan_id)
    assert (after[:, :80] == before[:, :80]).all()
    assert (after[:, 90:] != before[:, 90:]).any()
    client.delete(f"/api/scans/{scan_id}/mask")
    assert (view(client, scan_id)[:, :80] != before[:, :80]).any()


def test_a_mask_of_another_size_is_refused(photo_client: TestClient, scan_id: str) -> None:
    files = {"mask": ("mask.png", png_bytes(Image.new("L", (10, 10))))}
    response = photo_client.put(f"/api/scans/{scan_id}/mask", files=files)
    assert response.status_code == 400
    assert "10 x 10" in response.json()["error"]


def test_a_picture_of_the_collection_is_a_scan_too(photo_client: TestClient) -> None:
    key = keys_by_path(photo_client)["drawing 0.png"]
    assert photo_client.get(f"/api/scans/{key}").json()["name"] == "drawing 0.png"
    assert (view(photo_client, key, show="before") == np.asarray(drawing(0))[:96, :160]).all()


@pytest.mark.parametrize("area", [{"width": 0, "height": 9}, {"left": 320, "width": 9, "height": 9}])
def test_an_empty_part_cannot_be_shown(photo_client: TestClient, scan_id: str, area: dict[str, int]) -> None:
    response = photo_client.post(f"/api/scans/{scan_id}/look", json=area)
    assert response.status_code == 403
    assert f"{MAX_PREVIEW_PIXELS:,}" in response.json()["hint"]


def test_a_removed_scan_leaves_no_file(photo_client: TestClient) -> None:
    removed = photo_client.post("/api/scans", files={"scan": ("a.png", png_bytes(drawing(1)))}).json()["id"]
    folder = state_of(photo_client).scans.folder
    assert photo_client.delete(f"/api/scans/{removed}").status_code == 204
    assert photo_client.get(f"/api/scans/{removed}").status_code == 404
    assert not [path for path in folder.iterdir() if path.name.startswith(removed)]
