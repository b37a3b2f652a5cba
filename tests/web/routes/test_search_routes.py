"""Search by words over HTTP, together with the filters of the wall."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pochade import Collection
from pochade.errors import PochadeError
from pochade.web.state.snapshot import picture_key
from tests.support.small_eyes import save_siglip
from tests.support.web_client import keys_by_path, learnt_folder_of_art, serve, state_of


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


# By meaning ----------------------------------------------------------------------------------------------------------


def test_searches_are_saved_listed_and_deleted(editable_client: TestClient) -> None:
    owls = {"name": "owls", "filters": {"q": "owl", "technique": "pencil"}}
    assert editable_client.get("/api/searches").json() == []
    assert editable_client.post("/api/searches", json=owls).status_code == 204
    assert editable_client.get("/api/searches").json() == [owls]
    assert editable_client.post("/api/searches/delete", json={"name": "owls"}).status_code == 204
    assert editable_client.post("/api/searches/delete", json={"name": "owls"}).status_code == 400
    assert editable_client.get("/api/searches").json() == []


def test_a_search_with_an_unknown_filter_is_not_saved(editable_client: TestClient) -> None:
    answer = editable_client.post("/api/searches", json={"name": "all", "filters": {"selection": "0123456789ab"}})
    assert (answer.status_code, answer.json()["error"]) == (400, "'selection' is no filter of a search")


def by_meaning(client: TestClient, q: str, **parameters: Any) -> dict[str, Any]:
    """What a search by meaning finds."""
    response = client.get("/api/search/meaning", params={"q": q} | parameters)
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


@pytest.fixture(scope="module")
def seeing_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of a server whose collection has an eye that knows words."""
    folder = learnt_folder_of_art(tmp_path_factory.mktemp("seeing") / "art")
    with Collection.open(folder) as collection:
        collection.choose_eye(str(save_siglip(tmp_path_factory.mktemp("eyes") / "siglip")))
    with serve(folder) as client:
        yield client


def test_without_an_eye_nothing_is_found_by_meaning(client: TestClient) -> None:
    answer = by_meaning(client, "a harbour")
    assert (answer["keys"], answer["eye"], answer["problem"]) == ([], None, None)
    info = client.get("/api/info").json()
    assert (info["eye"], info["knows_words"]) == (None, False)


def test_words_find_by_meaning_in_a_worker_process(seeing_client: TestClient) -> None:
    info = seeing_client.get("/api/info").json()
    assert (info["eye"], info["knows_words"]) == ("siglip", True)
    answer = by_meaning(seeing_client, "an owl at night")
    assert (answer["eye"], answer["problem"]) == ("siglip", None)
    collection = state_of(seeing_client).collection
    expected = [picture_key(match.picture) for match in collection.search_meaning("an owl at night", 100)]
    assert answer["keys"] == expected
    assert len(set(expected)) == answer["total"]
    assert by_meaning(seeing_client, "an owl at night", k=2)["keys"] == expected[:2]


def test_pictures_that_have_the_words_are_left_out(seeing_client: TestClient) -> None:
    assert paths(seeing_client, "small") == ["small copy.jpg"]
    answer = by_meaning(seeing_client, "small")
    assert "small copy.jpg" not in answer["paths"]
    assert len(answer["keys"]) == answer["total"] - 1


def test_conditions_and_filters_hold_by_meaning(seeing_client: TestClient) -> None:
    in_old = by_meaning(seeing_client, "owl folder:old")["paths"]
    assert in_old
    assert {path.partition("/")[0] for path in in_old} == {"old"}
    assert by_meaning(seeing_client, "owl", folder="old")["paths"] == in_old
    assert by_meaning(seeing_client, "owl", format="jpeg")["paths"] == ["small copy.jpg"]
    for query in ('"owl"', "label:owl", " "):
        assert by_meaning(seeing_client, query)["keys"] == []
    assert seeing_client.get("/api/search/meaning", params={"q": "owl colour:mauve"}).status_code == 400


def test_an_eye_that_can_not_be_asked_is_a_sentence_and_no_error(
    seeing_client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise PochadeError("the eye is asleep", "wake it")

    monkeypatch.setattr(state_of(seeing_client).word_embedder, "embed", fail)
    answer = by_meaning(seeing_client, "owl")
    assert (answer["keys"], answer["eye"], answer["problem"]) == ([], "siglip", "the eye is asleep: wake it")


def test_neighbours_by_meaning_are_those_of_the_eye(seeing_client: TestClient, client: TestClient) -> None:
    collection = state_of(seeing_client).collection
    picture = collection.pictures()[0]
    address = f"/api/pieces/{picture_key(picture)}/nearest"
    answer = seeing_client.get(address, params={"by": "meaning", "k": 5}).json()
    assert [match["key"] for match in answer] == [
        picture_key(match.picture) for match in collection.meaning_neighbours(picture, 5)
    ]
    assert seeing_client.get(address, params={"by": "look"}).json() == seeing_client.get(address).json()
    assert seeing_client.get(address, params={"by": "colour"}).status_code == 422
    some_key = client.get("/api/pieces").json()["keys"][0]
    assert client.get(f"/api/pieces/{some_key}/nearest", params={"by": "meaning"}).json() == []
