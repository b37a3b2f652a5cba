"""Compression trials over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from pochade import Collection
from tests.support.drawings import folder_of_art
from tests.support.layered_files import make_layered_psd, painted_layers
from tests.support.paintings import painting
from tests.support.web_client import keys_by_path, open_image, serve

pytestmark = pytest.mark.slow


def test_a_lossless_trial_looks_the_same(photo_client: TestClient) -> None:
    key = keys_by_path(photo_client)["drawing 0.png"]
    trial = photo_client.get(f"/api/pieces/{key}/sample/lossless").json()
    assert trial["bytes"] < trial["original_bytes"]
    assert (trial["score"], trial["changed"]) == (None, False)
    assert photo_client.get(trial["before"]).content == photo_client.get(trial["after"]).content


def test_a_trial_at_a_lower_fidelity_is_smaller_and_has_a_score(photo_client: TestClient) -> None:
    key = keys_by_path(photo_client)["photo.jpg"]
    trial = photo_client.get(f"/api/pieces/{key}/sample/medium").json()
    assert trial["score"] >= 70
    assert trial["changed"]
    assert trial["bytes"] < trial["original_bytes"]
    before, after = (np.asarray(open_image(photo_client.get(trial[side]).content), int) for side in ("before", "after"))
    assert before.shape == after.shape == (200, 300, 3)
    assert 0 < np.abs(before - after).mean() < 10


@pytest.fixture
def layered_client(tmp_path: Path) -> Iterator[TestClient]:
    """A client of a collection with one layered file."""
    art = folder_of_art(tmp_path / "art", 1)
    (art / "layers.psd").write_bytes(make_layered_psd(painted_layers(180, 300), painting(180, 300)))
    with Collection.open(art) as collection:
        collection.learn(minutes=0)
    with serve(art) as client:
        yield client


def test_the_pictures_of_a_trial_that_was_not_run_do_not_exist(photo_client: TestClient) -> None:
    key = keys_by_path(photo_client)["drawing 2.png"]
    assert photo_client.get(f"/api/pieces/{key}/sample/high/after").status_code == 404


def test_a_preview_that_is_a_bare_frame_is_shown_beside_its_original(photo_client: TestClient) -> None:
    key = keys_by_path(photo_client)["photo.jpg"]
    answer = photo_client.get(f"/api/pieces/{key}/sample/preview")
    assert answer.status_code == 200, answer.json()
    trial = answer.json()
    assert trial["coder"] == "av1"
    assert trial["bytes"] <= 1000
    after = open_image(photo_client.get(trial["after"]).content)
    assert after.size == open_image(photo_client.get(trial["before"]).content).size


def test_a_trial_of_a_layered_file_has_the_size_of_its_entry(layered_client: TestClient) -> None:
    key = keys_by_path(layered_client)["layers.psd"]
    trial = layered_client.get(f"/api/pieces/{key}/sample/lossless").json()
    assert (trial["coder"], trial["score"], trial["changed"]) == ("layered", None, False)
    assert trial["bytes"] < 0.8 * trial["original_bytes"]
