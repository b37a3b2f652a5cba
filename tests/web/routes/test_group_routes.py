"""Groups and the map over HTTP."""

from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from pochade import Collection
from tests.support.web_client import keys_by_path


def counts(groups: list[dict[str, Any]]) -> dict[int, int]:
    """Return the number of pictures in each group."""
    return {group["number"]: group["count"] for group in groups}


def test_a_group_keeps_the_name_that_it_is_given(editable_client: TestClient) -> None:
    groups = editable_client.get("/api/groups").json()
    assert (groups["known"], groups["pieces"]) == (True, 15)
    first = groups["groups"][0]["number"]
    renamed = editable_client.patch(f"/api/groups/{first}", json={"name": " ink studies "}).json()["groups"][0]
    assert (renamed["name"], renamed["kept"]) == ("ink studies", True)
    assert editable_client.patch(f"/api/groups/{first}", json={"name": " "}).status_code == 400
    assert editable_client.patch("/api/groups/999", json={"name": "none"}).status_code == 404


def test_a_group_is_split_a_picture_is_moved_and_both_halves_are_merged(editable_client: TestClient) -> None:
    whole = editable_client.get("/api/groups").json()["groups"][0]
    first, second = editable_client.post(f"/api/groups/{whole['number']}/split").json()["groups"][:2]
    assert whole["number"] not in {first["number"], second["number"]}
    moved = editable_client.get("/api/pieces", params={"group": second["number"]}).json()["keys"][0]
    pinned = editable_client.post(f"/api/groups/{first['number']}/pin", json={"pieces": [moved]}).json()["groups"]
    assert counts(pinned)[first["number"]] == first["count"] + 1
    assert editable_client.get(f"/api/pieces/{moved}").json()["group"] == first["number"]
    body = {"other": second["number"]}
    merged = editable_client.post(f"/api/groups/{first['number']}/merge", json=body).json()["groups"]
    assert counts(merged)[first["number"]] == first["count"] + second["count"]
    assert second["number"] not in counts(merged)


def test_changes_of_groups_are_undone_step_by_step(editable_client: TestClient) -> None:
    before = editable_client.get("/api/groups").json()
    first = before["groups"][0]["number"]
    assert before["undoes"] is None
    editable_client.patch(f"/api/groups/{first}", json={"name": "ink"})
    assert editable_client.post(f"/api/groups/{first}/split").json()["undoes"] == "the splitting"
    after = editable_client.post("/api/groups/undo").json()
    assert (after["groups"][0]["name"], after["undoes"]) == ("ink", "the name")
    assert editable_client.post("/api/groups/undo").json() == before
    assert editable_client.post("/api/groups/undo").json() == before


def test_only_the_change_that_is_meant_is_undone(editable_client: TestClient) -> None:
    first = editable_client.get("/api/groups").json()["groups"][0]["number"]
    naming = editable_client.patch(f"/api/groups/{first}", json={"name": "ink"}).json()["change"]
    splitting = editable_client.post(f"/api/groups/{first}/split").json()
    assert splitting["undoes"] == "the splitting"
    refusal = editable_client.post("/api/groups/undo", params={"change": naming})
    assert refusal.status_code == 400
    assert "changed since" in refusal.json()["error"]
    assert editable_client.get("/api/groups").json() == splitting
    after = editable_client.post("/api/groups/undo", params={"change": splitting["change"]}).json()
    assert (after["undoes"], after["change"]) == ("the name", naming)
    assert editable_client.post("/api/groups/undo", params={"change": splitting["change"]}).status_code == 400
    assert editable_client.post("/api/groups/undo", params={"change": naming}).json()["change"] is None


def test_a_change_is_not_undone_if_the_groups_changed_elsewhere_since(
    editable_client: TestClient, editable_folder: Path
) -> None:
    first = editable_client.get("/api/groups").json()["groups"][0]["number"]
    editable_client.patch(f"/api/groups/{first}", json={"name": "ink"})
    with Collection.open(editable_folder) as collection:
        collection.rename_group(first, "pencil")
    assert editable_client.get("/api/groups").json()["undoes"] is None
    assert editable_client.post("/api/groups/undo").status_code == 400
    assert editable_client.get("/api/groups").json()["groups"][0]["name"] == "pencil"


def test_the_map_has_a_place_for_every_picture(client: TestClient) -> None:
    places = client.get("/api/map").json()
    assert (places["known"], places["missing"]) == (True, 0)
    assert set(places["keys"]) == set(keys_by_path(client).values())
    assert {len(places[name]) for name in ("x", "y", "groups", "colours")} == {15}
