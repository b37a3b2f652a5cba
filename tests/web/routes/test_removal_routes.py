"""Over HTTP, files that a person chose go to the trash and come back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pochade import Collection
from pochade.system.progress import ignore_progress
from pochade.web.jobs.job_tasks import run_task
from pochade.web.security.sessions import hash_password
from tests.support.duplicates import ALL_KINDS, duplicates, file_names_in
from tests.support.private_trash import names_in_trash, private_trash
from tests.support.stored_families import store_by_hand
from tests.support.web_client import PASSWORD, serve, state_of, wait_for_job

__all__ = ["duplicates", "private_trash"]  # fixtures
pytestmark = pytest.mark.usefixtures("private_trash")


@pytest.fixture
def art(duplicates: Collection) -> Path:
    """A folder with a stored family."""
    store_by_hand(duplicates, [("cover.png", ALL_KINDS)])
    return duplicates.folder


@pytest.fixture
def art_client(art: Path) -> Iterator[TestClient]:
    with serve(art) as client:
        yield client


def choice_of(client: TestClient, *names: str, keep: str = "cover.png") -> dict[str, Any]:
    (family,) = client.get("/api/families").json()["families"]
    ids = {member["path"]: member["file"] for member in family["members"]}
    return {"choices": [{"family": family["number"], "keep": ids[keep], "aside": [ids[name] for name in names]}]}


def answer_of(client: TestClient, response: Any) -> dict[str, Any]:
    """Wait for the job that a response names, and return its answer."""
    assert response.status_code == 202, response.text
    jobs = state_of(client).jobs
    job = wait_for_job(jobs, jobs.get(response.json()["id"]))
    assert job.answer is not None, job.problem
    return job.answer


@pytest.mark.slow
def test_the_chosen_files_go_and_come_back(art_client: TestClient, art: Path, private_trash: Path) -> None:
    before = file_names_in(art)
    body = choice_of(art_client, "copy.png", "version.png")
    answer = answer_of(art_client, art_client.post("/api/families/trash", json=body))
    assert answer["gone"] == ["copy.png", "version.png"]
    assert answer["can_undo"]
    assert not answer["problems"]
    assert names_in_trash(private_trash) == ["copy.png", "version.png"]
    assert art_client.get("/api/families/trash").json() == [{"id": answer["removal"], "files": 2}]
    members = art_client.get("/api/families").json()["families"][0]["members"]
    assert "copy.png" not in {member["path"] for member in members}
    undo = art_client.post(f"/api/families/trash/{answer['removal']}/undo")
    assert answer_of(art_client, undo)["restored_count"] == 2
    assert file_names_in(art) == before
    assert art_client.get("/api/families/trash").json() == []
    assert art_client.post(f"/api/families/trash/{answer['removal']}/undo").status_code == 404


def test_files_that_must_stay_are_named_without_the_folder(art_client: TestClient, art: Path) -> None:
    body = choice_of(art_client, "copy.png", "resave.jpg")
    (art / "resave.jpg").write_bytes(b"painted over")
    task = {"kind": "trash", "folder": str(art), "index": None, "keep": None, "choices": body["choices"]}
    answer = run_task(task, ignore_progress)
    assert answer["gone"] == ["copy.png"]
    (problem,) = answer["problems"]
    assert problem["path"] == "resave.jpg"
    assert problem["reason"].startswith("'resave.jpg' has changed since it was learnt; ")
    assert answer["problem_count"] == 1


def test_impossible_choices_are_refused_at_once(art_client: TestClient) -> None:
    body = choice_of(art_client, "cover.png")
    assert art_client.post("/api/families/trash", json=body).status_code == 400
    body = choice_of(art_client, "copy.png")
    body["choices"][0]["aside"] = ["0" * 16]
    assert art_client.post("/api/families/trash", json=body).status_code == 404
    assert art_client.post("/api/families/trash", json={"choices": []}).status_code == 422
    assert art_client.post("/api/families/trash", json={}).status_code == 422
    assert art_client.post("/api/families/trash", json={"keep": "latest", **body}).status_code == 404
    assert art_client.post("/api/families/trash/index/undo").status_code == 422
    assert art_client.post("/api/families/trash/20260101-000000000000-abcd/undo").status_code == 404
    assert not state_of(art_client).jobs.jobs


def test_strangers_can_not_remove_anything(art: Path) -> None:
    with serve(art, password=hash_password(PASSWORD)) as client:
        for path in ("/api/families/trash", "/api/families/trash/20260101-000000000000-abcd/undo"):
            assert client.post(path, json={}).status_code == 401
        assert client.get("/api/families/trash").status_code == 401
    with serve(art) as client:
        headers = {"origin": "https://elsewhere.example"}
        assert client.post("/api/families/trash", json={}, headers=headers).status_code == 403


def keys_of(client: TestClient, *names: str) -> list[str]:
    columns = client.get("/api/pieces").json()
    key_by_path = dict(zip(columns["paths"], columns["keys"], strict=True))
    return [key_by_path[name] for name in names]


@pytest.mark.slow
def test_selected_pictures_go_with_all_their_files_and_come_back(art_client: TestClient, art: Path) -> None:
    before = file_names_in(art)
    body = {"pieces": keys_of(art_client, "copy.png", "edit.png")}
    plan = art_client.post("/api/pieces/trash/plan", json=body).json()
    assert [file["path"] for file in plan["files"]] == ["copy.png", "cover.png", "edit.png"]
    assert (plan["file_count"], plan["stay_count"], plan["can_undo"]) == (3, 0, True)
    assert file_names_in(art) == before
    answer = answer_of(art_client, art_client.post("/api/pieces/trash", json=body))
    assert answer["gone"] == ["copy.png", "cover.png", "edit.png"]
    assert file_names_in(art) == before - set(answer["gone"])
    undo = art_client.post(f"/api/families/trash/{answer['removal']}/undo")
    assert answer_of(art_client, undo)["restored_count"] == 3
    assert file_names_in(art) == before


def test_a_plan_says_what_stays_without_the_folder(art_client: TestClient, art: Path) -> None:
    body = {"pieces": keys_of(art_client, "edit.png", "version.png")}
    (art / "version.png").write_bytes(b"painted over")
    plan = art_client.post("/api/pieces/trash/plan", json=body).json()
    assert [file["path"] for file in plan["files"]] == ["edit.png"]
    (stays,) = plan["stays"]
    assert stays["path"] == "version.png"
    assert stays["reason"].startswith("'version.png' has changed since it was learnt; ")
    assert plan["stay_count"] == 1


def test_pictures_that_do_not_exist_are_refused_at_once(art_client: TestClient) -> None:
    for path in ("/api/pieces/trash", "/api/pieces/trash/plan"):
        assert art_client.post(path, json={"pieces": ["0" * 16]}).status_code == 404
        assert art_client.post(path, json={"pieces": []}).status_code == 422
    assert not state_of(art_client).jobs.jobs
