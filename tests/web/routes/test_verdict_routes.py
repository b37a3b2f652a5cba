"""Verdicts and roles of folders over HTTP, each with what undoes it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.support.indexed_pictures import content_of, indexed_folder
from tests.support.web_client import serve, state_of


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A client of a server over three pictures, one of them in a folder of its own."""
    with serve(indexed_folder(tmp_path / "art", ["a.png", "b.png", "old/c.png"])) as client:
        yield client


def judge(client: TestClient, first: str, second: str, verdict: str | None) -> Any:
    return client.post("/api/verdicts", json={"first": first, "second": second, "verdict": verdict})


def set_role(client: TestClient, folder: str, role: str | None) -> Any:
    return client.put("/api/folder-roles", json={"folder": folder, "role": role})


def test_a_verdict_is_recorded_and_undone_by_the_one_before(client: TestClient) -> None:
    first, second, *_ = client.get("/api/pieces").json()["keys"]
    assert judge(client, first, second, "different").json() == {"previous": None}
    assert judge(client, second, first, "version").json() == {"previous": "different"}
    assert list(state_of(client).collection.verdicts().values()) == ["version"]
    assert judge(client, first, second, None).json() == {"previous": "version"}
    assert state_of(client).collection.verdicts() == {}


def test_verdicts_are_listed_in_parts(client: TestClient) -> None:
    first, second, third = client.get("/api/pieces").json()["keys"]
    judge(client, second, third, "keep")
    judge(client, second, first, "different")
    listed = client.get("/api/verdicts").json()
    assert (listed["total"], [entry["verdict"] for entry in listed["verdicts"]]) == (2, ["different", "keep"])
    assert [{entry["first"], entry["second"]} for entry in listed["verdicts"]] == [{first, second}, {second, third}]
    part = client.get("/api/verdicts?offset=1&limit=1").json()
    assert (part["total"], part["offset"], part["verdicts"]) == (2, 1, listed["verdicts"][1:])


def test_an_impossible_verdict_is_refused(client: TestClient) -> None:
    key, other = content_of(1)[:16], content_of(2)[:16]
    refusal = judge(client, key, key, "different")
    assert (refusal.status_code, "same content" in refusal.json()["error"]) == (400, True)
    assert judge(client, key, "0" * 16, "different").status_code == 404
    assert judge(client, key, other, "near").status_code == 422
    body = {"first": key, "second": other}
    assert client.post("/api/verdicts", json=body).status_code == 422
    assert state_of(client).collection.verdicts() == {}


def test_a_verdict_reads_no_picture_again(client: TestClient) -> None:
    first, second, *_ = client.get("/api/pieces").json()["keys"]
    before = state_of(client).snapshot()
    judge(client, first, second, "keep")
    set_role(client, "old", "preferred")
    assert state_of(client).snapshot().files is before.files


def test_a_folder_gets_a_role_and_the_answer_undoes_it(client: TestClient) -> None:
    assert client.get("/api/folder-roles").json() == {"roles": []}
    answer = set_role(client, "old", "protected").json()
    assert answer == {"previous": None, "roles": [{"folder": "old", "role": "protected"}]}
    assert set_role(client, ".", "preferred").json()["previous"] is None
    assert [entry["folder"] for entry in client.get("/api/folder-roles").json()["roles"]] == [".", "old"]
    assert set_role(client, "old", answer["previous"]).json()["previous"] == "protected"
    assert set_role(client, ".", None).json() == {"previous": "preferred", "roles": []}


def test_a_role_of_a_folder_that_is_gone_can_be_taken_away(client: TestClient) -> None:
    collection = state_of(client).collection
    empty = collection.folder / "empty"
    empty.mkdir()
    collection.set_folder_role(empty, "protected")
    empty.rmdir()
    assert client.get("/api/folder-roles").json()["roles"] == [{"folder": "empty", "role": "protected"}]
    assert set_role(client, "empty", None).json() == {"previous": "protected", "roles": []}


def test_only_folders_with_pictures_get_a_role(client: TestClient) -> None:
    for name in ("nothing", "..", "../art", "/", "/etc", ".pochade", "old/.."):
        assert set_role(client, name, "protected").status_code == 404, name
    assert set_role(client, "old", "precious").status_code == 422
    assert state_of(client).collection.folder_roles() == {}
