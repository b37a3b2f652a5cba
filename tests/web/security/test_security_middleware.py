"""Which requests are refused: foreign hosts, foreign pages, and bodies that are too long."""

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from pochade.web.security.security_middleware import MAX_BODY_BYTES, MAX_UPLOAD_BYTES, without_port


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8765",
        "127.0.0.1.evil.example",
        "192.168.1.5:8765",
        "",
        "[::2]:8765",
        "[localhost]evil.com:1",
        "[localhost]",
        "[127.0.0.1]x",
        "[::1]evil.com",
        "[::1",
        "localhost]:1",
        "localhost:1:2",
        "localhost:x",
        "evil.com/localhost",
        "a@localhost",
        "[fe80::1%25localhost]",
    ],
)
def test_a_foreign_name_for_our_address_is_refused(private_client: TestClient, host: str) -> None:
    for path in ("/", "/api/info"):
        assert private_client.get(path, headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1:8765", "[::1]:8765", "LOCALHOST", "127.0.0.1"])
def test_our_own_names_are_accepted(private_client: TestClient, host: str) -> None:
    assert private_client.get("/api/session", headers={"host": host}).status_code == 200


def test_a_server_for_other_machines_accepts_addresses_but_no_foreign_names(guarded_client: TestClient) -> None:
    for host, status in (("192.168.1.5:8765", 200), ("evil.example:8765", 421)):
        assert guarded_client.get("/api/session", headers={"host": host}).status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "https://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_page_can_neither_write_nor_read(private_client: TestClient, headers: dict[str, str]) -> None:
    jobs = private_client.get("/api/jobs").json()
    assert private_client.post("/api/jobs", json={"kind": "groups"}, headers=headers).status_code == 403
    assert private_client.get("/api/info", headers=headers).status_code == 403
    assert private_client.get("/api/jobs").json() == jobs


def test_a_link_from_another_page_may_open_the_page_but_not_the_api(private_client: TestClient) -> None:
    assert private_client.get("/", headers={"sec-fetch-site": "cross-site"}).status_code == 200


def test_our_own_page_may_ask(private_client: TestClient) -> None:
    own_page = {"origin": "http://127.0.0.1:8765", "sec-fetch-site": "same-origin"}
    assert private_client.post("/api/labels", json={"label": "a"}, headers=own_page).status_code == 200


def test_json_sent_as_plain_text_is_refused(private_client: TestClient) -> None:
    jobs = private_client.get("/api/jobs").json()
    body, headers = json.dumps({"kind": "groups"}), {"content-type": "text/plain"}
    assert private_client.post("/api/jobs", content=body, headers=headers).status_code == 422
    assert private_client.get("/api/jobs").json() == jobs


@pytest.mark.parametrize("path", ["/", "/api/info", "/api/nothing", "/nothing.js"])
def test_every_response_forbids_foreign_scripts(private_client: TestClient, path: str) -> None:
    headers = private_client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_a_refusal_has_the_security_headers_and_a_hint(private_client: TestClient) -> None:
    refusal = private_client.get("/api/info", headers={"host": "evil.example"})
    assert "default-src 'none'" in refusal.headers["content-security-policy"]
    assert "pochade open" in refusal.json()["hint"]


@pytest.mark.parametrize(
    ("host", "name"),
    [("a:1", "a"), ("a", "a"), ("[::1]:1", "::1"), ("[::1]", "::1"), ("a:b", ""), ("", ""), ("[0:0::1]", "::1")],
)
def test_a_port_is_not_part_of_a_name(host: str, name: str) -> None:
    assert without_port(host) == name


def test_a_body_that_is_too_long_is_refused_by_its_declared_length(private_client: TestClient) -> None:
    too_long = {"content-length": str(MAX_BODY_BYTES + 1)}
    assert private_client.post("/api/labels", content=b"x", headers=too_long).status_code == 413
    too_long = {"content-length": str(MAX_UPLOAD_BYTES["/api/find"] + 1)}
    assert private_client.post("/api/find", content=b"", headers=too_long).status_code == 413


def test_a_body_that_hides_its_length_is_cut_off(private_client: TestClient) -> None:
    def long_body() -> Iterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 2**16 + 2):
            yield b" " * 2**16

    headers = {"content-type": "application/json"}
    assert private_client.post("/api/labels", content=long_body(), headers=headers).status_code == 413
