"""Only the person at the machine may look at its folders."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from pochade.web.app import create_app
from pochade.web.security.sessions import hash_password
from pochade.web.server_settings import ServerSettings
from tests.support.web_client import BASE_URL, PASSWORD, serve

REQUESTS = (
    ("GET", "/api/folders/places", None),
    ("GET", "/api/folders?path=/", None),
    ("POST", "/api/folders/open", {"path": "/"}),
    ("POST", "/api/folders/forget", {"path": "/"}),
)


def statuses(client: TestClient, headers: dict[str, str] | None = None) -> set[int]:
    """Send every request about folders."""
    return {client.request(method, path, json=body, headers=headers).status_code for method, path, body in REQUESTS}


def test_a_server_for_other_machines_shows_no_folders_even_to_those_who_have_the_password(private_folder: Path) -> None:
    with serve(private_folder, host="0.0.0.0", password=hash_password(PASSWORD)) as client:
        assert statuses(client) == {401}
        client.post("/api/session", json={"password": PASSWORD})
        assert statuses(client) == {403}
        assert not client.get("/api/info").json()["can_choose"]


def test_on_this_machine_the_password_is_needed_too(private_folder: Path) -> None:
    with serve(private_folder, password=hash_password(PASSWORD)) as client:
        assert statuses(client) == {401}
        client.post("/api/session", json={"password": PASSWORD})
        assert client.get("/api/folders/places").status_code == 200


@pytest.mark.parametrize("header", ["forwarded", "x-forwarded-for", "x-real-ip", "via"])
def test_nobody_behind_a_proxy_sees_folders(private_client: TestClient, header: str) -> None:
    assert statuses(private_client, {header: "10.0.0.2"}) == {403}
    assert not private_client.get("/api/info", headers={header: "10.0.0.2"}).json()["can_choose"]
    assert private_client.get("/api/info").json()["can_choose"]


@pytest.mark.parametrize("headers", [{"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"}])
def test_another_page_sees_no_folders(private_client: TestClient, headers: dict[str, str]) -> None:
    assert statuses(private_client, headers) == {403}


def test_a_request_from_another_machine_sees_no_folders(private_folder: Path) -> None:
    app = create_app(ServerSettings(private_folder))
    with TestClient(app, base_url=BASE_URL, client=("10.0.0.2", 50000)) as client:
        assert statuses(client) == {403}
