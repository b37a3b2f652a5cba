"""Logging in and out over HTTP."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from pochade.web.security.sessions import MAX_WRONG_TRIES_PER_ADDRESS, Sessions, hash_password
from tests.support.web_client import PASSWORD, serve


def sessions_of(client: TestClient) -> Sessions:
    """Return the sessions of a client's server."""
    sessions: Sessions = client.app.state.sessions  # type: ignore[attr-defined]  # an ASGI app, to the client
    return sessions


def test_without_the_password_other_machines_get_no_answer(guarded_client: TestClient) -> None:
    guarded_client.cookies.clear()
    for path in ("/api/info", "/api/pieces", "/api/openapi.json", "/api/events", "/api/nothing"):
        assert guarded_client.get(path).status_code == 401
    assert guarded_client.get("/api/session").json() == {"password_needed": True, "is_open": False}
    assert guarded_client.get("/").status_code == 200  # the page, which asks for the password


def test_behind_an_https_proxy_the_cookie_is_secure(guarded_client: TestClient) -> None:
    guarded_client.cookies.clear()
    origin = {"origin": f"https://{guarded_client.base_url.netloc.decode()}"}
    response = guarded_client.post("/api/session", json={"password": PASSWORD}, headers=origin)
    assert response.status_code == 204
    assert "secure" in response.headers["set-cookie"].lower()
    guarded_client.cookies.clear()


def test_the_password_opens_a_session_that_scripts_cannot_read(guarded_client: TestClient) -> None:
    guarded_client.cookies.clear()
    response = guarded_client.post("/api/session", json={"password": PASSWORD})
    cookie = response.headers["set-cookie"].lower()
    assert response.status_code == 204
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert guarded_client.get("/api/info").status_code == 200
    guarded_client.delete("/api/session")
    assert guarded_client.get("/api/info").status_code == 401


def test_an_invented_session_is_not_open(guarded_client: TestClient) -> None:
    guarded_client.cookies.clear()
    name = sessions_of(guarded_client).cookie_name
    assert guarded_client.get("/api/info", headers={"cookie": f"{name}=made-up"}).status_code == 401
    assert guarded_client.get("/api/info", headers={"cookie": f'{name}="; =;;'}).status_code == 401


def test_two_servers_that_one_browser_uses_at_the_same_host_log_nobody_out(private_folder: Path) -> None:
    password = hash_password(PASSWORD)
    with (
        serve(private_folder, host="0.0.0.0", password=password) as first,
        serve(private_folder, host="0.0.0.0", password=password) as second,  # with the same port, as in containers
    ):
        second.cookies = first.cookies  # a browser keeps one jar for both ports
        for client in (first, second):
            assert client.post("/api/session", json={"password": PASSWORD}).status_code == 204
        assert [client.get("/api/info").status_code for client in (first, second)] == [200, 200]
        second.delete("/api/session")
        assert [client.get("/api/info").status_code for client in (first, second)] == [200, 401]


@pytest.mark.parametrize("foreign", ['{"theme":"dark"}', "a b=c d", "=", "pochade=of-another-server", "COOKIE=older"])
def test_cookies_of_other_servers_on_this_machine_log_nobody_out(guarded_client: TestClient, foreign: str) -> None:
    foreign = foreign.replace("COOKIE", sessions_of(guarded_client).cookie_name)
    guarded_client.cookies.clear()
    response = guarded_client.post("/api/session", json={"password": PASSWORD})
    cookie = response.headers["set-cookie"].partition(";")[0]
    guarded_client.cookies.clear()
    for header in (f"{foreign}; {cookie}", f"{cookie}; {foreign}"):
        assert guarded_client.get("/api/info", headers={"cookie": header}).status_code == 200
    guarded_client.delete("/api/session", headers={"cookie": f"{foreign}; {cookie}"})
    assert guarded_client.get("/api/info", headers={"cookie": cookie}).status_code == 401


@pytest.mark.slow
def test_passwords_cannot_be_guessed_quickly(private_folder: Path) -> None:
    with serve(private_folder, host="0.0.0.0", password=hash_password(PASSWORD)) as client:
        sessions_of(client).clock = lambda: 1000.0  # time stands still
        tries = [
            client.post("/api/session", json={"password": f"wrong {n}"}) for n in range(MAX_WRONG_TRIES_PER_ADDRESS)
        ]
        assert [response.status_code for response in tries] == [401] * MAX_WRONG_TRIES_PER_ADDRESS
        refused = client.post("/api/session", json={"password": PASSWORD})
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= 60
