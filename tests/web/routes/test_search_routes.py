"""Search by words over HTTP, together with the filters of the wall."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.support.web_client import keys_by_path


def paths(client: TestClient, q: str, **parameters: Any) -> list[str]:
    """The paths that a search finds."""
    found: list[str] = client.get("/api/search", params={"q": q} | parameters).json()["paths"]
    return found


def test_words_find_pictures_in_the_columns_of_the_wall(client: TestClient) -> None:
    assert paths(client, "small copy") == ["small copy.jpg"]
    answer = client.get("/api/search", params={"q": "drawing -folder:old"}).json()
    assert answer.keys() == client.get("/api/pieces").json().keys()
    assert answer["total"] == 7
    assert client.get("/api/search", params={"q": "x" * 1001}).status_code == 422


def test_the_filters_order_and_part_of_the_wall_hold_for_a_search(client: TestClient) -> None:
    assert paths(client, "drawing", folder="old", sort="path", descending=True, limit=2) == [
        "old/drawing 9.png",
        "old/drawing 7.png",
    ]
    assert paths(client, "drawing", format="jpeg") == []
    keys = keys_by_path(client)
    selection = client.post("/api/selections", json={"pieces": [keys["drawing 0.png"], keys["small copy.jpg"]]}).json()
    assert paths(client, "drawing", selection=selection["id"]) == ["copy of 0.png"]


def test_a_search_without_a_condition_finds_every_picture(client: TestClient) -> None:
    assert paths(client, " ") == client.get("/api/pieces").json()["paths"]


def test_an_answer_that_the_browser_has_is_not_sent_again(client: TestClient) -> None:
    answer = client.get("/api/search", params={"q": "drawing"})
    again = client.get("/api/search", params={"q": "drawing"}, headers={"if-none-match": answer.headers["etag"]})
    assert (answer.status_code, again.status_code) == (200, 304)


def test_a_label_is_found_as_soon_as_it_is_given(editable_client: TestClient, editable_folder: Path) -> None:
    assert editable_folder.is_dir()
    key = keys_by_path(editable_client)["drawing 2.png"]
    editable_client.post("/api/labels", json={"label": "Harbour at night", "has": [key]})
    assert paths(editable_client, "label:harbour") == ["drawing 2.png"]
    editable_client.post("/api/labels", json={"label": "Harbour at night", "neither": [key]})
    assert paths(editable_client, "label:harbour") == []


@pytest.mark.parametrize("q", ["lable:owl", "since:yesterday", "label:"])
def test_a_condition_that_makes_no_sense_is_an_error_with_a_next_step(client: TestClient, q: str) -> None:
    answer = client.get("/api/search", params={"q": q})
    assert answer.status_code == 400
    assert answer.json()["kind"] == "UsageError"
    assert answer.json()["hint"]
