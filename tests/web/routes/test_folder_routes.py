"""Folders are chosen, opened and forgotten over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.support.drawings import folder_of_art
from tests.support.web_client import current_of, serve


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with two folders of pictures."""
    folder_of_art(tmp_path / "home" / "Pictures" / "Oil", 2)
    folder_of_art(tmp_path / "home" / "Pictures" / "Ink", 1)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
def waiting_client(home: Path) -> Iterator[TestClient]:  # noqa: ARG001  it says where the home is
    """A client of a server that was started without a folder."""
    with serve(None) as client:
        yield client


def open_folder(client: TestClient, path: Path) -> None:
    """Open a folder."""
    assert client.post("/api/folders/open", json={"path": str(path)}).status_code == 200


def test_a_server_without_a_folder_waits_for_one(waiting_client: TestClient, home: Path) -> None:
    info = waiting_client.get("/api/info").json()
    assert (info["folder"], info["collection"], info["learnt"], info["can_choose"]) == ("", "", None, True)
    refused = waiting_client.get("/api/pieces")
    assert (refused.status_code, refused.json()["kind"]) == (404, "FolderNotChosen")
    open_folder(waiting_client, home / "Pictures" / "Oil")
    assert waiting_client.get("/api/info").json()["folder"] == str(home / "Pictures" / "Oil")
    assert waiting_client.get("/api/folder").json()["files"] == 2


def test_one_begins_in_the_usual_folders_and_goes_from_there(waiting_client: TestClient, home: Path) -> None:
    places = waiting_client.get("/api/folders/places").json()
    assert places["recent"] == []
    kinds = {place["kind"]: place["path"] for place in places["places"]}
    assert {"here", "pictures", "home"} <= set(kinds)
    folder = waiting_client.get("/api/folders", params={"path": kinds["pictures"]}).json()
    assert [(listed["name"], listed["pictures"]) for listed in folder["folders"]] == [("Ink", 1), ("Oil", 1)]
    assert folder["parents"][-1] == {"name": "home", "path": str(home)}
    assert not list(home.rglob(".pochade"))


def test_folders_that_were_opened_are_offered_until_they_are_forgotten(waiting_client: TestClient, home: Path) -> None:
    oil, ink = home / "Pictures" / "Oil", home / "Pictures" / "Ink"
    for folder in (oil, ink):
        open_folder(waiting_client, folder)
    recent = waiting_client.get("/api/folders/places").json()["recent"]
    assert [folder["path"] for folder in recent] == [str(ink), str(oil)]
    assert waiting_client.post("/api/folders/forget", json={"path": str(oil)}).status_code == 204
    recent = waiting_client.get("/api/folders/places").json()["recent"]
    assert [folder["name"] for folder in recent] == ["Ink"]


@pytest.mark.parametrize(
    ("path", "status"), [("nowhere", 400), ("/nowhere", 404), ("", 422), ("/" + "x" * 300, 403), ("a\0b", 400)]
)
def test_a_path_that_is_no_folder_is_refused_in_words(waiting_client: TestClient, path: str, status: int) -> None:
    for answer in (
        waiting_client.get("/api/folders", params={"path": path}),
        waiting_client.post("/api/folders/open", json={"path": path}),
    ):
        assert answer.status_code == status
        assert answer.json()["error"]
    assert current_of(waiting_client).state is None


@pytest.mark.parametrize(
    "path", ["/api/info", "/api/pieces", "/api/events", "/api/jobs", "/api/thumbnails/" + "0" * 16]
)
def test_a_page_of_the_folder_before_is_told_and_gets_nothing(
    waiting_client: TestClient, home: Path, path: str
) -> None:
    open_folder(waiting_client, home / "Pictures" / "Oil")
    before = waiting_client.get("/api/info").json()["collection"]
    open_folder(waiting_client, home / "Pictures" / "Ink")
    for answer in (
        waiting_client.get(path, headers={"x-pochade-collection": before}),
        waiting_client.get(path, params={"collection": before}),
    ):
        assert (answer.status_code, answer.json()["kind"]) == (409, "FolderSwitched")


def test_a_change_meant_for_the_folder_before_does_not_reach_the_new_one(
    waiting_client: TestClient, home: Path
) -> None:
    open_folder(waiting_client, home / "Pictures" / "Oil")
    headers = {"x-pochade-collection": waiting_client.get("/api/info").json()["collection"]}
    open_folder(waiting_client, home / "Pictures" / "Ink")
    answer = waiting_client.post("/api/jobs", json={"kind": "learn"}, headers=headers)
    assert (answer.status_code, answer.json()["kind"]) == (409, "FolderSwitched")
    assert waiting_client.get("/api/jobs").json() == []
