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
