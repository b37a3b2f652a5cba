"""Labels over HTTP."""

from fastapi.testclient import TestClient

from tests.support.web_client import keys_by_path


def test_a_label_is_taught_suggested_refused_and_forgotten(editable_client: TestClient) -> None:
    client, label = editable_client, "ports/quays"
    keys = keys_by_path(client)
    has = [keys["drawing 0.png"], keys["drawing 2.png"], keys["drawing 4.png"]]
    assert client.post("/api/labels", json={"label": label, "has": has}).json() == {label: 3}
    suggestions = client.get("/api/suggestions", params={"label": label, "k": 4}).json()
    assert len(suggestions["likely"]) == 4
    assert (suggestions["has"], suggestions["has_not"]) == (3, 0)
    assert not {suggestion["key"] for suggestion in suggestions["likely"]} & set(has)
    refused = suggestions["likely"][0]["key"]
    client.post("/api/labels", json={"label": label, "has_not": [refused]})
    assert client.get(f"/api/pieces/{refused}").json()["refused"] == [label]
    counts = client.post("/api/labels", json={"label": label, "neither": [refused, has[0]]})
    assert counts.json() == {label: 2}
    assert client.get(f"/api/pieces/{refused}").json()["refused"] == []
    assert client.get("/api/pieces", params={"label": label}).json()["total"] == 2


def test_contradictions_are_refused_and_nothing_is_stored(editable_client: TestClient) -> None:
    client = editable_client
    key = keys_by_path(client)["drawing 0.png"]
    assert client.post("/api/labels", json={"label": "a", "has": [key], "has_not": [key]}).status_code == 400
    assert client.post("/api/labels", json={"label": "a", "has": ["0" * 16]}).status_code == 404
    assert client.get("/api/suggestions", params={"label": "nobody"}).status_code == 400
    assert client.get("/api/labels").json() == {}


def test_several_labels_change_at_once_and_exactly_that_is_undone(editable_client: TestClient) -> None:
    client, keys = editable_client, keys_by_path(editable_client)
    first, second, third = (keys[f"drawing {number}.png"] for number in (0, 2, 4))
    client.post("/api/labels", json={"label": "harbour", "has": [first], "has_not": [second]})
    client.post("/api/labels", json={"label": "old", "has": [first, third]})
    before = {key: client.get(f"/api/pieces/{key}").json() for key in (first, second, third)}
    body = {"pieces": [first, second, third], "add": [" harbour ", "sea"], "remove": ["old", "unknown"]}
    changes = client.post("/api/labels/changes", json=body).json()
    assert changes["labels"] == {"harbour": 3, "sea": 3}
    assert client.post("/api/labels/counts", json={"pieces": [first, second]}).json() == {"harbour": 2, "sea": 2}
    for step in changes["undo"]:
        client.post("/api/labels", json=step)
    assert {key: client.get(f"/api/pieces/{key}").json() for key in (first, second, third)} == before


def test_impossible_changes_of_labels_change_nothing(editable_client: TestClient) -> None:
    key = keys_by_path(editable_client)["drawing 0.png"]
    for body, status in (
        ({"pieces": [key], "add": ["a"], "remove": [" a "]}, 400),
        ({"pieces": [key], "add": ["b", " "]}, 400),
        ({"pieces": ["0" * 16], "add": ["a"]}, 404),
        ({"pieces": [], "add": ["a"]}, 422),
        ({"pieces": [key], "add": ["a"] * 101}, 422),
    ):
        assert editable_client.post("/api/labels/changes", json=body).status_code == status
    assert editable_client.get("/api/labels").json() == {}
