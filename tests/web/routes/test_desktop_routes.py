"""Files of the collection are opened on the person's own desktop, and nowhere else."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from pochade.system import desktop
from pochade.web.security.sessions import hash_password
from tests.support.web_client import PASSWORD, keys_by_path, serve, state_of


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A Linux desktop that starts nothing; the list gets every command that it should start."""
    commands = list[list[str]]()

    def start(command: Sequence[str]) -> None:
        commands.append(list(command))

    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(desktop, "start_program", start)
    monkeypatch.setattr("pochade.web.routes.desktop_routes.has_desktop", lambda: True)
    return commands


def test_a_file_is_opened_and_its_folder_shown(
    private_client: TestClient, private_folder: Path, commands: list[list[str]]
) -> None:
    key = keys_by_path(private_client)["drawing 0.png"]
    assert private_client.get("/api/info").json()["has_desktop"]
    for action in ("open", "show"):
        assert private_client.post(f"/api/pieces/{key}/desktop", json={"action": action}).status_code == 204
    assert commands == [["xdg-open", str(private_folder / "drawing 0.png")], ["xdg-open", str(private_folder)]]


def test_nothing_else_is_opened(private_client: TestClient, commands: list[list[str]]) -> None:
    keys = keys_by_path(private_client)
    assert private_client.post(f"/api/pieces/{'0' * 16}/desktop", json={"action": "open"}).status_code == 404
    assert private_client.post(f"/api/pieces/{keys['link.png']}/desktop", json={"action": "open"}).status_code == 403
    assert (
        private_client.post(f"/api/pieces/{keys['drawing 0.png']}/desktop", json={"action": "run"}).status_code == 422
    )
    headers = {"origin": "https://elsewhere.example"}
    path = f"/api/pieces/{keys['drawing 0.png']}/desktop"
    assert private_client.post(path, json={"action": "open"}, headers=headers).status_code == 403
    assert commands == []


def test_a_name_that_the_system_could_run_is_not_opened(
    editable_client: TestClient, editable_folder: Path, commands: list[list[str]]
) -> None:
    key = keys_by_path(editable_client)["drawing 2.png"]
    snapshot = state_of(editable_client).snapshot()
    object.__setattr__(snapshot.files_of(key)[0], "path", editable_folder / "drawing 2.desktop")
    assert editable_client.post(f"/api/pieces/{key}/desktop", json={"action": "open"}).status_code == 403
    assert commands == []
    assert editable_client.post(f"/api/pieces/{key}/desktop", json={"action": "show"}).status_code == 204


def test_a_server_for_other_machines_opens_nothing(private_folder: Path, commands: list[list[str]]) -> None:
    with serve(private_folder, host="0.0.0.0", password=hash_password(PASSWORD)) as client:
        client.post("/api/session", json={"password": PASSWORD})
        assert not client.get("/api/info").json()["has_desktop"]
        key = keys_by_path(client)["drawing 0.png"]
        assert client.post(f"/api/pieces/{key}/desktop", json={"action": "open"}).status_code == 403
    assert commands == []
