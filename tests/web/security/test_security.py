"""What strangers try on a page that is served from a person's machine, and how each is refused."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from pochade import Collection, errors
from pochade.web.render.render_pool import FileCache
from pochade.web.render.scan_previews import plain_name
from pochade.web.responses import STATUS, status_of
from pochade.web.security.security_middleware import LARGE, SMALL, without_port
from pochade.web.security.sessions import ALL_TRIES, TRIES, Sessions, hashed
from tests.support.drawings import drawing, folder_of_art
from tests.support.web_client import keys_by_path, png, served

PASSWORD = "a sketch of a harbour"


@pytest.fixture(scope="module")
def art(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection, a secret beside it, and a link that leads to another."""
    root = tmp_path_factory.mktemp("safety")
    drawing(50).save(root / "secret.png")
    folder = folder_of_art(root / "art", 4)
    (folder / "link.png").symlink_to(root / "secret.png")
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
    return folder


@pytest.fixture(scope="module")
def client(art: Path) -> Iterator[TestClient]:
    """A server on this machine."""
    with served(art) as client:
        yield client


@pytest.fixture(scope="module")
def guarded(art: Path) -> Iterator[TestClient]:
    """A server that others can reach."""
    with served(art, host="0.0.0.0", password=hashed(PASSWORD)) as client:
        yield client


# Who asks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "192.168.1.5:8765", "", "[::2]:8765"]
)
def test_a_strangers_name_for_our_address_is_refused(client: TestClient, host: str) -> None:
    for path in ("/", "/api/info"):
        assert client.get(path, headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1:8765", "[::1]:8765", "LOCALHOST", "127.0.0.1"])
def test_our_own_names_are_known(client: TestClient, host: str) -> None:
    assert client.get("/api/session", headers={"host": host}).status_code == 200


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
def test_another_page_can_neither_post_nor_look(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/api/jobs", json={"kind": "groups"}, headers=headers).status_code == 403
    assert client.get("/api/info", headers=headers).status_code == 403
    assert client.get("/api/jobs").json() == []


def test_a_link_from_another_page_may_open_the_page_but_not_the_api(client: TestClient) -> None:
    assert client.get("/", headers={"sec-fetch-site": "cross-site"}).status_code == 200


def test_our_own_page_may_ask(client: TestClient) -> None:
    ours = {"origin": "http://127.0.0.1:8765", "sec-fetch-site": "same-origin"}
    assert client.post("/api/labels", json={"label": "a"}, headers=ours).status_code == 200


def test_a_form_of_another_kind_is_no_request(client: TestClient) -> None:
    sent = client.post("/api/jobs", content=json.dumps({"kind": "groups"}), headers={"content-type": "text/plain"})
    assert sent.status_code == 422
    assert client.get("/api/jobs").json() == []


@pytest.mark.parametrize("path", ["/", "/api/info", "/api/nothing", "/nothing.js"])
def test_browsers_are_told_to_run_nothing_of_others(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_a_refusal_says_as_much(client: TestClient) -> None:
    refused = client.get("/api/info", headers={"host": "evil.example"})
    assert "default-src 'none'" in refused.headers["content-security-policy"]
    assert "pochade open" in refused.json()["hint"]


@pytest.mark.parametrize(
    ("host", "name"), [("a:1", "a"), ("a", "a"), ("[::1]:1", "::1"), ("[::1]", "::1"), ("a:b", "a:b"), ("", "")]
)
def test_a_port_is_no_part_of_a_name(host: str, name: str) -> None:
    assert without_port(host) == name


# The password --------------------------------------------------------------------------------------------------------


def test_from_elsewhere_nothing_is_answered_without_the_password(guarded: TestClient) -> None:
    guarded.cookies.clear()
    for path in ("/api/info", "/api/pieces", "/api/openapi.json", "/api/events", "/api/nothing"):
        assert guarded.get(path).status_code == 401
    assert guarded.get("/api/session").json() == {"password_needed": True, "is_open": False}
    assert guarded.get("/").status_code == 200  # the page, which asks for it


def test_a_proxy_with_tls_before_us_lets_people_in_and_makes_the_cookie_its_own(guarded: TestClient) -> None:
    guarded.cookies.clear()
    origin = {"origin": f"https://{guarded.base_url.netloc.decode()}"}
    entered = guarded.post("/api/session", json={"password": PASSWORD}, headers=origin)
    assert entered.status_code == 204
    assert "secure" in entered.headers["set-cookie"].lower()
    guarded.cookies.clear()


def test_the_password_opens_a_session_that_scripts_cannot_read(guarded: TestClient) -> None:
    guarded.cookies.clear()
    entered = guarded.post("/api/session", json={"password": PASSWORD})
    cookie = entered.headers["set-cookie"].lower()
    assert entered.status_code == 204
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert guarded.get("/api/info").status_code == 200
    guarded.delete("/api/session")
    assert guarded.get("/api/info").status_code == 401


def test_a_session_ends_after_a_day_and_old_wrong_tries_are_forgiven() -> None:
    now = [0.0]
    sessions = Sessions(hashed(PASSWORD), lambda: now[0])
    token, _ = sessions.enter(PASSWORD, "here")
    assert sessions.is_open(token)
    for _ in range(TRIES):
        sessions.enter("", "here")
    assert sessions.enter(PASSWORD, "here")[0] is None
    now[0] = 61.0
    assert sessions.enter(PASSWORD, "here")[0]
    now[0] = 24 * 3600.0
    assert not sessions.is_open(token)


def test_a_made_up_session_is_none(guarded: TestClient) -> None:
    guarded.cookies.clear()
    assert guarded.get("/api/info", headers={"cookie": "pochade=made-up"}).status_code == 401
    assert guarded.get("/api/info", headers={"cookie": 'pochade="; =;;'}).status_code == 401


def test_passwords_cannot_be_tried_out(art: Path) -> None:
    with served(art, host="0.0.0.0", password=hashed(PASSWORD)) as client:
        client.app.state.desk.sessions.clock = lambda: 1000.0  # type: ignore[attr-defined]  # time stands still
        tried = [client.post("/api/session", json={"password": f"wrong {n}"}).status_code for n in range(TRIES)]
        assert tried == [401] * TRIES
        refused = client.post("/api/session", json={"password": PASSWORD})
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= 60


def test_nor_from_many_addresses_at_once() -> None:
    sessions = Sessions("no hash at all", lambda: 1000.0)
    waits = [sessions.enter("wrong", f"10.0.0.{number}")[1] for number in range(ALL_TRIES + 1)]
    assert waits[:-1] == [0.0] * ALL_TRIES
    assert waits[-1] > 0


def test_a_short_password_is_refused_before_anything_is_served() -> None:
    with pytest.raises(errors.UsageError, match="8 to"):
        hashed("short")


def test_elsewhere_numbers_and_this_machines_names_are_ours_and_others_are_not(guarded: TestClient) -> None:
    for host, status in (("192.168.1.5:8765", 200), ("evil.example:8765", 421)):
        assert guarded.get("/api/session", headers={"host": host}).status_code == status


# Ways out of the folders ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.png", "/%2e%2e/secret.png", "/..%2f..%2fsecret.png", "/assets/../../app.py", "//etc/passwd",
        "/%2e%2e%2fapp.py", "/..\\app.py", "/%00", "/index.html%00.png",
        "/api/thumbnails/../../secret", "/api/thumbnails/..%2f..%2fsecret", "/api/pictures/%2e%2e%2fsecret.png",
        "/api/pieces/..", "/api/scans/..%2f..", "/api/jobs/..%2f",
    ],
)  # fmt: skip
def test_no_path_leads_out(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in {200, 400, 404, 405, 421, 422}
    assert b"secret" not in answer.content.replace(b"secret.png", b"")
    assert answer.status_code != 200 or b"<title>Pochade</title>" in answer.content


def test_a_link_out_of_the_collection_is_not_followed(client: TestClient) -> None:
    key = keys_by_path(client)["link.png"]
    answer = client.get(f"/api/pictures/{key}")
    assert answer.status_code == 403
    assert "leads out of the collection" in answer.json()["error"]
    assert client.get(f"/api/scans/{key}").status_code == 403
    assert client.get(f"/api/pieces/{key}/sample/lossless").status_code == 403


@pytest.mark.parametrize(
    "name", ["", "..", ".", "../up", "a/b", "/etc/x", "a\\b", ".hidden", "C:x", "a\0b", "a\nb", " a", "a. "]
)
def test_a_results_name_is_a_plain_one(client: TestClient, name: str) -> None:
    sent = client.post("/api/jobs", json={"kind": "clean", "name": name, "scans": [key_in(client)]})
    assert sent.status_code == 403
    if name:
        assert client.post("/api/jobs", json={"kind": "compress", "name": f"{name}/x"}).status_code == 403
    assert client.get("/api/jobs").json() == []


def key_in(client: TestClient) -> str:
    """Of some piece."""
    return keys_by_path(client)["drawing 0.png"]


def test_a_link_among_the_results_leads_nowhere(art: Path, tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "out").symlink_to(art)
    with served(art, results=tmp_path / "results") as client:
        wish = {"kind": "clean", "name": "out", "scans": [key_in(client)]}
        assert client.post("/api/jobs", json=wish).status_code == 403


@pytest.mark.parametrize(
    ("given", "kept"),
    [("../../etc/passwd", "passwd"), ("a\\b.png", "b.png"), (".bashrc", "bashrc"), ("", "scan"), ("\0\n", "scan"),
     ("x" * 300 + ".png", "x" * 116 + ".png"), ("é" * 400, "é" * 120)],
)  # fmt: skip
def test_a_dropped_scan_gets_a_plain_name(given: str, kept: str) -> None:
    assert plain_name(given) == kept


# Too much, and what was made to harm ---------------------------------------------------------------------------------


def test_a_body_that_is_too_long_is_refused_by_its_length(client: TestClient) -> None:
    sent = client.post("/api/labels", content=b"x", headers={"content-length": str(SMALL + 1)})
    assert sent.status_code == 413
    assert (
        client.post("/api/find", content=b"", headers={"content-length": str(LARGE["/api/find"] + 1)}).status_code
        == 413
    )


def test_a_body_that_hides_its_length_is_cut_off(client: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(SMALL // 2**16 + 2):
            yield b" " * 2**16

    sent = client.post("/api/labels", content=endless(), headers={"content-type": "application/json"})
    assert sent.status_code == 413


def test_a_picture_that_claims_too_many_pixels_is_refused(client: TestClient) -> None:
    bomb = bytearray(png(Image.new("1", (8, 8))))
    bomb[16:24] = (60_000).to_bytes(4) * 2
    for path, field in (("/api/find", "picture"), ("/api/scans", "scan")):
        answer = client.post(path, files={field: ("bomb.png", bytes(bomb))})
        assert answer.status_code in {413, 422}
        assert "'" in answer.json()["error"]
    assert client.get("/api/scans").json() == []


def ten_bytes(path: Path) -> None:
    """A file of ten bytes."""
    path.write_bytes(b"0123456789")


def test_drawings_take_no_more_room_than_there_is(tmp_path: Path) -> None:
    kept = FileCache(tmp_path / "kept", 25)
    for name in "abc":
        kept.file(name, ten_bytes)
        kept.file("a", ten_bytes)
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == ["a", "c"]


# No traceback, whatever is sent --------------------------------------------------------------------------------------


def test_every_error_has_a_status() -> None:
    assert {status_of(kind("why")) for kind in STATUS} <= {400, 403, 404, 409, 413, 415, 422}
    assert status_of(errors.PictureDamaged("why")) == 422
    assert status_of(errors.IndexDamaged("why")) == 409


TEXTS = st.text(max_size=20) | st.sampled_from(["0" * 16, "../x", "%00", "\x00", "scan-" + "0" * 16, "path", "-1"])
SIMPLE = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
VALUES = SIMPLE | st.lists(SIMPLE, max_size=3) | st.dictionaries(TEXTS, SIMPLE | st.lists(SIMPLE), max_size=3)


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_nothing_that_is_sent_makes_the_server_fail(client: TestClient, data: st.DataObject) -> None:
    client.app.state.desk.jobs.command = lambda: [sys.executable, "-c", ""]  # type: ignore[attr-defined]  # does nothing
    schema = client.get("/api/openapi.json").json()
    keys = [*keys_by_path(client).values()]
    for path, methods in schema["paths"].items():
        if path == "/api/events":
            continue
        for method, operation in methods.items():
            sent = request_of(schema, operation, data, keys)
            address = path
            for name, value in sent.pop("path").items():
                address = address.replace("{" + name + "}", value)
            answer = client.request(method, address, **sent)
            assert answer.status_code < 500, (method, address, sent)
            assert answer.is_success or answer.json()["error"]


def request_of(
    schema: dict[str, Any], operation: dict[str, Any], data: st.DataObject, keys: list[str]
) -> dict[str, Any]:
    """A request that an operation describes, with values that fit or don't."""
    sent: dict[str, Any] = {"path": {}, "params": {}}
    for one in operation.get("parameters", []):
        value = data.draw(st.sampled_from(keys) | TEXTS.map(quoted) if one["in"] == "path" else TEXTS)
        sent["path" if one["in"] == "path" else "params"][one["name"]] = value
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        sent["json"] = data.draw(fitting(schema, content["application/json"]["schema"], keys) | VALUES)
    elif content:
        sent["files"] = {
            data.draw(st.sampled_from(["scan", "mask", "picture"])): ("x.png", data.draw(st.binary(max_size=60)))
        }
    return sent


def quoted(text: str) -> str:
    """A text as a part of an address."""
    return "".join(f"%{byte:02x}" for byte in text.encode()) or "-"


def fitting(schema: dict[str, Any], wanted: dict[str, Any], keys: list[str]) -> st.SearchStrategy[Any]:
    """Objects with the right names and sometimes the right values."""
    if "$ref" in wanted:
        return fitting(schema, schema["components"]["schemas"][wanted["$ref"].rpartition("/")[2]], keys)
    if "oneOf" in wanted or "anyOf" in wanted:
        return st.one_of([fitting(schema, one, keys) for one in wanted.get("oneOf", wanted.get("anyOf", []))])
    if "const" in wanted or "enum" in wanted:
        return st.sampled_from(wanted.get("enum") or [wanted["const"]])
    if wanted.get("type") == "object" and "properties" in wanted:
        return st.fixed_dictionaries({name: fitting(schema, one, keys) for name, one in wanted["properties"].items()})
    if wanted.get("type") == "array":
        return st.lists(fitting(schema, wanted["items"], keys), max_size=2)
    simple = {"integer": st.integers(-2, 300), "number": st.floats(0, 1), "boolean": st.booleans(), "null": st.none()}
    return simple.get(wanted.get("type", ""), st.sampled_from(keys) | TEXTS)
