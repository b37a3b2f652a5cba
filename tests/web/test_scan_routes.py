"""Scans on the page, cleaned as they are looked at; and pieces coded for a look before a whole collection is."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from pochade import Collection, clean
from pochade.images.base.picture import Array
from pochade.web.render.scan_previews import MOST_SEEN
from tests.support.drawings import drawing, folder_of_art
from tests.support.web_client import keys_by_path, opened, png, served


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server over a few drawings."""
    art = folder_of_art(tmp_path_factory.mktemp("clean") / "art", 4)
    drawing(9, side=300).resize((300, 200)).save(art / "photo.jpg", quality=95)
    with Collection.open(art) as collection:
        collection.learn(minutes=0)
    with served(art) as client:
        yield client


def bad_scan() -> Image.Image:
    """A drawing on yellowish paper, lit from one side."""
    pixels = np.asarray(drawing(3, side=320), np.float32) * np.array([0.9, 0.87, 0.75], np.float32)
    light = np.linspace(0.7, 1.0, 320, dtype=np.float32)[None, :, None]
    return Image.fromarray((pixels * light).astype(np.uint8))


@pytest.fixture(scope="module")
def scan(client: TestClient) -> str:
    """One that was dropped on the page."""
    told = client.post("/api/scans", files={"scan": ("../my scan.png", png(bad_scan()))})
    assert told.status_code == 201
    assert (told.json()["name"], told.json()["width"], told.json()["has_mask"]) == ("my scan.png", 320, False)
    return str(told.json()["id"])


def look(client: TestClient, scan: str, **wish: object) -> Array:
    """A part of a scan (h, w, 3)."""
    answer = client.post(f"/api/scans/{scan}/look", json={"width": 160, "height": 96} | wish)
    assert answer.status_code == 200, answer.text
    return np.asarray(opened(answer.content))


def test_a_part_before_is_the_scan_itself(client: TestClient, scan: str) -> None:
    whole = np.asarray(bad_scan())
    assert (look(client, scan, left=100, top=50, show="before") == whole[50:146, 100:260]).all()
    assert look(client, scan, left=300, top=300, show="before").shape == (20, 20, 3)  # as far as it goes


def test_the_whole_scan_is_shown_small(client: TestClient, scan: str) -> None:
    small = client.get(f"/api/scans/{scan}/whole", params={"side": "256"})
    assert (small.headers["content-type"], opened(small.content).size) == ("image/jpeg", (256, 256))
    piece = next(iter(keys_by_path(client).values()))
    assert client.get(f"/api/scans/{piece}/whole").content == client.get(f"/api/pictures/{piece}?side=1024").content


def test_a_part_after_is_what_cleaning_the_whole_gives(client: TestClient, scan: str) -> None:
    whole = clean(np.asarray(bad_scan())).after
    part = look(client, scan, left=100, top=50)
    assert np.abs(part.astype(int) - whole[50:146, 100:260]).max() <= 2


def test_at_no_strength_nothing_changes_and_nothing_is_removed(client: TestClient, scan: str) -> None:
    none = dict.fromkeys(("light", "paper", "grain", "specks", "smudges"), 0)
    assert (look(client, scan, strengths=none) == look(client, scan, show="before")).all()
    assert (look(client, scan, strengths=none, show="removed") == 128).all()


def test_what_is_protected_stays(client: TestClient, scan: str) -> None:
    mask = Image.new("L", (320, 320), 0)
    mask.paste(255, (0, 0, 80, 320))
    assert client.put(f"/api/scans/{scan}/mask", files={"mask": ("mask.png", png(mask))}).status_code == 204
    assert client.get(f"/api/scans/{scan}").json()["has_mask"]
    before, after = look(client, scan, show="before"), look(client, scan)
    assert (after[:, :80] == before[:, :80]).all()
    assert (after[:, 90:] != before[:, 90:]).any()
    client.delete(f"/api/scans/{scan}/mask")
    assert (look(client, scan)[:, :80] != before[:, :80]).any()


def test_a_mask_of_another_size_is_refused(client: TestClient, scan: str) -> None:
    answer = client.put(f"/api/scans/{scan}/mask", files={"mask": ("mask.png", png(Image.new("L", (10, 10))))})
    assert answer.status_code == 400
    assert "10 x 10" in answer.json()["error"]


def test_a_piece_is_a_scan_too(client: TestClient) -> None:
    key = keys_by_path(client)["drawing 0.png"]
    assert client.get(f"/api/scans/{key}").json()["name"] == "drawing 0.png"
    assert (look(client, key, show="before") == np.asarray(drawing(0))[:96, :160]).all()


@pytest.mark.parametrize("part", [{"width": 0, "height": 9}, {"left": 320, "width": 9, "height": 9}])
def test_an_empty_part_cannot_be_shown(client: TestClient, scan: str, part: dict[str, int]) -> None:
    answer = client.post(f"/api/scans/{scan}/look", json=part)
    assert answer.status_code == 403
    assert f"{MOST_SEEN:,}" in answer.json()["hint"]


def test_a_scan_that_is_taken_away_is_gone(client: TestClient) -> None:
    own = client.post("/api/scans", files={"scan": ("a.png", png(drawing(1)))}).json()["id"]
    kept: Path = client.app.state.desk.scans.folder  # type: ignore[attr-defined]  # of the application
    assert client.delete(f"/api/scans/{own}").status_code == 204
    assert client.get(f"/api/scans/{own}").status_code == 404
    assert not [path for path in kept.iterdir() if path.name.startswith(own)]


# Samples -------------------------------------------------------------------------------------------------------------


def test_a_sample_that_loses_nothing_looks_the_same(client: TestClient) -> None:
    key = keys_by_path(client)["drawing 0.png"]
    told = client.get(f"/api/pieces/{key}/sample/lossless").json()
    assert told["bytes"] < told["original_bytes"]
    assert (told["score"], told["changed"]) == (None, False)
    assert client.get(told["before"]).content == client.get(told["after"]).content


def test_a_sample_at_a_lower_fidelity_is_smaller_and_tells_its_score(client: TestClient) -> None:
    key = keys_by_path(client)["photo.jpg"]
    told = client.get(f"/api/pieces/{key}/sample/medium").json()
    assert told["score"] >= 70
    assert told["changed"]
    assert told["bytes"] < told["original_bytes"]
    before, after = (np.asarray(opened(client.get(told[side]).content), int) for side in ("before", "after"))
    assert before.shape == after.shape == (200, 300, 3)
    assert 0 < np.abs(before - after).mean() < 10


def test_a_sample_that_nobody_asked_for_is_not_there(client: TestClient) -> None:
    key = keys_by_path(client)["drawing 2.png"]
    assert client.get(f"/api/pieces/{key}/sample/high/after").status_code == 404
