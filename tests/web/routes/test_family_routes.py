"""Families over HTTP, and the script that sets duplicates aside."""

from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from tests.support.web_client import keys_by_path


def family_with_small_copy(client: TestClient) -> dict[str, Any]:
    """Return the family of a drawing and its smaller copy."""
    families: list[dict[str, Any]] = client.get("/api/families").json()["families"]
    (family,) = [family for family in families if family["members"][1]["path"] == "small copy.jpg"]
    return family


def script_for(client: TestClient, **body: object) -> str:
    return client.post("/api/families/script", json=body).text


def test_families_tell_which_file_each_rule_would_keep(client: TestClient) -> None:
    families = client.get("/api/families").json()
    assert (families["known"], families["total"]) == (True, 2)
    family = family_with_small_copy(client)
    assert family["members"][0]["path"] == "drawing 2.png"
    assert [member["kind"] for member in family["members"]] == ["exact", "near"]
    assert family["would_keep"]["largest"]["path"] == "drawing 2.png"
    assert set(family["would_keep"]) == {"largest", "layered", "coloured", "latest"}


def test_the_family_of_a_picture_can_be_requested(client: TestClient) -> None:
    keys = keys_by_path(client)
    family = client.get(f"/api/pieces/{keys['small copy.jpg']}/family").json()
    assert {member["path"] for member in family["members"]} == {"drawing 2.png", "small copy.jpg"}
    assert client.get(f"/api/pieces/{keys['drawing 4.png']}/family").json() is None


def test_a_script_is_text_and_the_server_moves_nothing(client: TestClient, learnt_folder: Path) -> None:
    script = script_for(client)
    assert script.startswith("#!/bin/sh")
    assert "same './copy of 0.png' './drawing 0.png'" in script or "same './drawing 0.png' './copy of 0.png'" in script
    family = family_with_small_copy(client)
    assert family["spare_bytes"]
    assert "same './" not in script_for(client, families=[family["number"]])
    assert (learnt_folder / "copy of 0.png").exists()


def test_a_script_moves_what_the_person_chose_file_by_file(client: TestClient) -> None:
    near = family_with_small_copy(client)
    families = client.get("/api/families").json()["families"]
    (exact,) = [family for family in families if family["number"] != near["number"]]
    original, small_copy = (member["file"] for member in near["members"])
    first, second = (member["file"] for member in exact["members"])
    choices = [
        {"family": near["number"], "keep": small_copy, "aside": [original]},
        {"family": exact["number"], "keep": second, "aside": [first]},
    ]
    script = script_for(client, choices=choices)
    assert "seen './small copy.jpg' './drawing 2.png'" in script
    names = [member["path"] for member in exact["members"]]
    assert f"same './{names[1]}' './{names[0]}'" in script


def test_a_choice_that_keeps_nothing_is_refused(client: TestClient) -> None:
    family = client.get("/api/families").json()["families"][0]
    file = family["members"][0]["file"]
    both = {"family": family["number"], "keep": file, "aside": [file]}
    assert client.post("/api/families/script", json={"choices": [both]}).status_code == 400
    unknown = both | {"aside": ["0" * 16]}
    assert client.post("/api/families/script", json={"choices": [unknown]}).status_code == 404


def test_families_that_nobody_looked_for_are_not_known(client: TestClient) -> None:
    assert client.get("/api/families", params={"keep": "latest"}).json()["known"] is False
    assert client.post("/api/families/script", json={"keep": "latest"}).status_code == 404
    assert client.post("/api/families/script", json={"families": [12345]}).status_code == 404
