"""The story of a work over HTTP: its order, its aligned versions, and its film."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from tests.support.web_client import keys_by_path, open_image, serve, state_of, wait_for_job
from tests.support.work_stages import folder_with_story, work_stages

STAGES = ("lines", "tones", "colour")


@pytest.fixture(scope="module")
def story_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A work in three stages, a picture in two files, and others."""
    return folder_with_story(tmp_path_factory.mktemp("story") / "art")


@pytest.fixture(scope="module")
def story_client(story_folder: Path) -> Iterator[TestClient]:
    """A client of a server over it."""
    with serve(story_folder) as client:
        yield client


@pytest.fixture(scope="module")
def keys(story_client: TestClient) -> dict[str, str]:
    """The key of every file's picture."""
    return keys_by_path(story_client)


def test_the_stages_come_in_order_from_whichever_of_them_one_starts(
    story_client: TestClient, keys: dict[str, str]
) -> None:
    for name in STAGES:
        story = story_client.get(f"/api/pieces/{keys[f'work {name}.png']}/story").json()
        assert [stage["path"] for stage in story["stages"]] == [f"work {stage}.png" for stage in STAGES]
        assert [stage["kind"] for stage in story["stages"]][:2] == ["lines", "tones"]
        assert all(stage["is_aligned"] for stage in story["stages"])
        assert (story["known"], story["copies"], story["left_out"]) == (True, 0, 0)
        assert (story["width"], story["height"]) == (240, 240)
        assert {"webp", "gif", "strip"} <= set(story["film_kinds"])


def test_a_picture_with_copies_only_has_no_other_version(story_client: TestClient, keys: dict[str, str]) -> None:
    story = story_client.get(f"/api/pieces/{keys['drawing 2.png']}/story").json()
    assert (len(story["stages"]), story["copies"], story["known"]) == (1, 1, True)
    alone = story_client.get(f"/api/pieces/{keys['drawing 0.png']}/story").json()
    assert (len(alone["stages"]), alone["copies"]) == (1, 0)


def test_before_families_were_looked_for_the_answer_says_so(private_client: TestClient) -> None:
    key = next(iter(keys_by_path(private_client).values()))
    story = private_client.get(f"/api/pieces/{key}/story").json()
    assert (story["known"], len(story["stages"])) == (False, 1)
    assert private_client.get(f"/api/pieces/{'0' * 16}/story").status_code == 404


def test_a_version_is_laid_on_the_last_one(story_client: TestClient, keys: dict[str, str]) -> None:
    work, lines = keys["work colour.png"], keys["work lines.png"]
    response = story_client.get(f"/api/pieces/{work}/story/{lines}", params={"side": "256"})
    laid = np.asarray(open_image(response.content).convert("L"), int)
    assert (laid.shape, response.headers["content-type"]) == ((240, 240), "image/jpeg")
    drawn = np.asarray(work_stages(0)["colour"].convert("L"), int)
    steps = np.abs(np.diff(drawn, axis=1))[:, :-1]
    ink = 255 - laid[:, 1:-1]
    assert ink[steps > 60].mean() > 4 * ink[steps == 0].mean()  # its lines are where the work has edges
    cached = story_client.get(response.url, headers={"if-none-match": response.headers["etag"]})
    assert cached.status_code == 304


@pytest.mark.parametrize("kind", ["webp", "strip"])
def test_a_film_is_a_job_that_writes_one_file_and_replaces_none(
    story_client: TestClient, story_folder: Path, keys: dict[str, str], kind: str
) -> None:
    stages = [keys[f"work {name}.png"] for name in STAGES]
    body = {"name": f"story {kind}", "kind": kind, "stages": stages, "side": 480}
    response = story_client.post(f"/api/pieces/{stages[-1]}/story/film", json=body)
    assert response.status_code == 202
    jobs = state_of(story_client).jobs
    job = wait_for_job(jobs, jobs.jobs[response.json()["id"]])
    assert job.state == "done", job.problem
    assert job.answer
    path = story_folder.with_name("art - results") / job.answer["file"]
    with Image.open(path) as film:
        assert film.size == ((240, 240) if kind == "webp" else (3 * 244 - 4, 240))
        assert getattr(film, "n_frames", 1) > 20 or kind == "strip"
    assert story_client.post(f"/api/pieces/{stages[-1]}/story/film", json=body).status_code == 409


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"name": "../x"}, 403), ({"stages": ["0" * 16, "1" * 16]}, 404), ({"stages": []}, 422), ({"kind": "avi"}, 422)],
)
def test_an_impossible_film_is_refused(
    story_client: TestClient, keys: dict[str, str], changes: dict[str, object], status: int
) -> None:
    stages = [keys["work lines.png"], keys["work colour.png"]]
    body = {"name": "film", "stages": stages} | changes
    assert story_client.post(f"/api/pieces/{stages[-1]}/story/film", json=body).status_code == status
    twice = {"name": "film", "stages": [stages[0], stages[0]]}
    assert story_client.post(f"/api/pieces/{stages[-1]}/story/film", json=twice).status_code == 400
