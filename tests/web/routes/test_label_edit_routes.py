"""Labels are renamed, merged and deleted over HTTP, and exactly that is undone."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.support.web_client import keys_by_path, state_of


@pytest.fixture
def labelled(editable_client: TestClient) -> TestClient:
    """A client of a collection with the labels harbour, port and sea; one of its pictures was refused two of them."""
    keys = keys_by_path(editable_client)
    first, second, third = (keys[f"drawing {number}.png"] for number in (0, 2, 4))
    for body in (
        {"label": "harbour", "has": [first, second]},
        {"label": "port", "has": [second, third]},
        {"label": "sea", "has": [first], "has_not": [third]},
        {"label": "harbour", "has_not": [third]},
    ):
        editable_client.post("/api/labels", json=body)
    return editable_client


def everything(client: TestClient) -> list[Any]:
    """What the server says of all labels, and of the labels of every picture."""
    keys = client.get("/api/pieces").json()["keys"]
    facts = [client.get(f"/api/pieces/{key}").json() for key in keys]
    answers = [(fact["labels"], fact["refused"]) for fact in facts]
    return [client.get("/api/labels/overview").json(), answers]


def undo(client: TestClient, change: int) -> int:
    """Undo a change, and return the status of the answer."""
    return client.post("/api/labels/undo", params={"change": change}).status_code


def test_the_overview_has_every_label_with_pictures(labelled: TestClient) -> None:
    harbour, port, sea = labelled.get("/api/labels/overview").json()
    assert (harbour["label"], harbour["pictures"], harbour["refused"], len(harbour["shown"])) == ("harbour", 2, 1, 2)
    assert (port["label"], port["pictures"]) == ("port", 2)
    assert sea["shown"] == [keys_by_path(labelled)["drawing 0.png"]]


def test_a_label_is_renamed_and_that_is_undone(labelled: TestClient) -> None:
    before = everything(labelled)
    answer = labelled.post("/api/labels/rename", json={"labels": ["harbour"], "name": " Häfen "}).json()
    assert (answer["labels"], answer["pictures"]) == ({"Häfen": 2, "port": 2, "sea": 1}, 2)
    assert labelled.get("/api/search", params={"q": "label:hafen"}).json()["total"] == 2
    assert undo(labelled, answer["change"]) == 200
    assert everything(labelled) == before
    assert labelled.get("/api/search", params={"q": "label:hafen"}).json()["total"] == 0
    assert undo(labelled, answer["change"]) == 400


@pytest.mark.parametrize("name", ["port", "coast"])
def test_labels_are_merged_and_that_is_undone(labelled: TestClient, name: str) -> None:
    before = everything(labelled)
    body = {"labels": ["harbour", "port", "sea"], "name": name}
    answer = labelled.post("/api/labels/rename", json=body).json()
    assert (answer["labels"], answer["pictures"]) == ({name: 3}, 3)
    assert undo(labelled, answer["change"]) == 200
    assert everything(labelled) == before


def test_labels_are_deleted_and_come_back_even_for_pictures_without_files(labelled: TestClient) -> None:
    state = state_of(labelled)
    before = everything(labelled)
    (picture,) = (file for file in state.snapshot().files if file.path.name == "drawing 2.png")
    answer = labelled.post("/api/labels/delete", json={"labels": ["harbour", "sea"]}).json()
    assert (answer["labels"], answer["pictures"]) == ({"port": 2}, 2)
    state.collection.index.forget_files([b"drawing 2.png"])
    assert undo(labelled, answer["change"]) == 200
    assert picture.number in state.collection.pictures_with_label("harbour")
    assert labelled.get("/api/labels").json()["sea"] == 1
    assert everything(labelled) != before  # the file is gone


def test_a_later_change_of_the_same_labels_comes_first(labelled: TestClient) -> None:
    first = labelled.post("/api/labels/rename", json={"labels": ["harbour"], "name": "quay"}).json()["change"]
    second = labelled.post("/api/labels/rename", json={"labels": ["sea"], "name": "ocean"}).json()["change"]
    third = labelled.post("/api/labels/delete", json={"labels": ["quay"]}).json()["change"]
    assert undo(labelled, first) == 400
    assert labelled.get("/api/labels").json() == {"ocean": 1, "port": 2}
    assert [undo(labelled, change) for change in (third, first, second)] == [200] * 3
    assert labelled.get("/api/labels").json() == {"harbour": 2, "port": 2, "sea": 1}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("rename", {"labels": ["unknown"], "name": "quay"}, 400),
        ("rename", {"labels": ["harbour"], "name": "harbour"}, 400),
        ("rename", {"labels": ["harbour"], "name": " "}, 400),
        ("rename", {"labels": [], "name": "quay"}, 422),
        ("delete", {"labels": ["unknown"]}, 400),
        ("delete", {"labels": ["a"] * 101}, 422),
    ],
)
def test_impossible_changes_change_nothing(labelled: TestClient, path: str, body: dict[str, Any], status: int) -> None:
    before = everything(labelled)
    assert labelled.post(f"/api/labels/{path}", json=body).status_code == status
    assert everything(labelled) == before


def test_labels_get_a_colour_and_lose_it(labelled: TestClient) -> None:
    assert labelled.post("/api/labels/colour", json={"labels": ["harbour", "sea"], "colour": "teal"}).status_code == 204
    assert labelled.get("/api/info").json()["label_colours"] == {"harbour": "teal", "sea": "teal"}
    labelled.post("/api/labels/colour", json={"labels": ["sea"], "colour": None})
    overview = labelled.get("/api/labels/overview").json()
    assert [label["colour"] for label in overview] == ["teal", None, None]


@pytest.mark.parametrize(("label", "colour", "status"), [("owl", "red", 400), ("sea", "mauve", 422)])
def test_a_colour_or_a_label_that_does_not_exist_is_refused(
    labelled: TestClient, label: str, colour: str, status: int
) -> None:
    assert labelled.post("/api/labels/colour", json={"labels": [label], "colour": colour}).status_code == status
