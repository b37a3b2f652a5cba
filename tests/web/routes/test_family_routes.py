"""Families and series over HTTP, and the script that sets duplicates aside."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pochade import Collection
from pochade.system.progress import ignore_progress
from pochade.web.jobs.job_tasks import run_task
from tests.support.duplicates import ALL_KINDS, duplicates
from tests.support.stored_families import DIFFERENCE, family_by_hand, move_file, store_by_hand
from tests.support.web_client import keys_by_path, serve

__all__ = ["duplicates"]  # a fixture

FAMILY = {name: kind for name, kind in ALL_KINDS.items() if kind not in {"version", "variant"}}


@pytest.fixture
def families_client(duplicates: Collection) -> Iterator[TestClient]:
    """A client of a server over a family, and a series of its cover and another work."""
    store_by_hand(duplicates, [("cover.png", FAMILY)], [("cover.png", ["variant.png"])])
    with serve(duplicates.folder) as client:
        yield client


def families_of(client: TestClient, **query: object) -> list[dict[str, Any]]:
    families: list[dict[str, Any]] = client.get("/api/families", params=query).json()["families"]  # type: ignore[arg-type]
    return families


def files_of(family: dict[str, Any]) -> dict[str, str]:
    """The id of each file of a family, by its path."""
    return {member["path"]: member["file"] for member in family["members"]}


def script_for(client: TestClient, **body: object) -> str:
    return client.post("/api/families/script", json=body).text


def test_families_tell_what_each_file_is_and_which_are_proposed(families_client: TestClient) -> None:
    answer = families_client.get("/api/families").json()
    assert (answer["known"], answer["total"]) == (True, 1)
    (family,) = answer["families"]
    assert (family["is_series"], family["series"], family["members"][0]["path"]) == (False, 0, "cover.png")
    members = {member["path"]: member for member in family["members"][1:]}
    assert {name: member["kind"] for name, member in members.items()} == FAMILY
    assert {name for name, member in members.items() if member["preselected"]} == set(FAMILY) - {"edit.png"}
    assert members["edit.png"]["difference"] == DIFFERENCE._asdict()
    assert members["copy.png"] | {"folder": ".", "role": None, "verdict": None} == members["copy.png"]
    assert set(family["would_keep"]) == {"largest", "layered", "coloured", "latest"}


def test_series_are_listed_apart(families_client: TestClient) -> None:
    (series,) = families_of(families_client, series=True)
    assert (series["is_series"], [member["kind"] for member in series["members"]]) == (True, ["exact", "variant"])
    assert not any(member["preselected"] for member in series["members"])


def test_the_family_of_a_picture_and_its_series_can_be_requested(families_client: TestClient) -> None:
    keys = keys_by_path(families_client)
    family = families_client.get(f"/api/pieces/{keys['resave.jpg']}/family").json()
    assert (set(files_of(family)), family["series"]) == ({"cover.png", *FAMILY}, 0)
    alone = families_client.get(f"/api/pieces/{keys['variant.png']}/family").json()
    assert (list(files_of(alone)), alone["series"]) == (["variant.png"], 0)
    assert families_client.get(f"/api/pieces/{keys['version.png']}/family").json() is None


def test_a_verdict_is_followed_without_another_job(families_client: TestClient) -> None:
    keys = keys_by_path(families_client)
    body = {"first": keys["cover.png"], "second": keys["resave.jpg"]}
    families_client.post("/api/verdicts", json=body | {"verdict": "keep"})
    (family,) = families_of(families_client)
    (member,) = [member for member in family["members"] if member["path"] == "resave.jpg"]
    assert (member["preselected"], member["verdict"]) == (False, "keep")
    families_client.post("/api/verdicts", json=body | {"verdict": "different"})
    assert "resave.jpg" not in files_of(families_of(families_client)[0])


def test_a_role_of_a_folder_is_followed_without_another_job(families_client: TestClient) -> None:
    families_client.put("/api/folder-roles", json={"folder": ".", "role": "protected"})
    members = families_of(families_client)[0]["members"]
    assert {(member["role"], member["preselected"]) for member in members} == {("protected", False)}


def test_a_file_that_was_called_different_can_not_be_chosen_in_its_old_family(families_client: TestClient) -> None:
    (family,) = families_of(families_client)
    files, keys = files_of(family), keys_by_path(families_client)
    body = {"first": keys["cover.png"], "second": keys["resave.jpg"], "verdict": "different"}
    families_client.post("/api/verdicts", json=body)
    choice = {"family": family["number"], "keep": files["cover.png"], "aside": [files["resave.jpg"]]}
    assert families_client.post("/api/families/trash", json={"choices": [choice]}).status_code == 404
    assert families_client.post("/api/families/script", json={"choices": [choice]}).status_code == 404


def test_the_job_stores_families_and_series(duplicates: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    family = family_by_hand(duplicates, "cover.png", {"copy.png": "exact"})
    series = family_by_hand(duplicates, "cover.png", {"variant.png": "variant"})
    monkeypatch.setattr(Collection, "families_and_series", lambda *_: ([family], [series]))
    task = {"kind": "families", "folder": str(duplicates.folder), "index": None, "keep": None}
    answer = run_task(task, ignore_progress)
    assert (answer["families"], answer["series"], answer["spare_bytes"]) == (1, 1, family.spare_bytes)
    with serve(duplicates.folder) as client:
        assert (len(families_of(client)), len(families_of(client, series=True))) == (1, 1)


def test_a_script_is_text_and_the_server_moves_nothing(families_client: TestClient, duplicates: Collection) -> None:
    script = script_for(families_client)
    assert script.startswith("#!/bin/sh")
    assert "same ./cover.png ./copy.png" in script
    assert "# move ./edit.png" in script
    assert (duplicates.folder / "copy.png").exists()


def test_a_script_moves_what_the_person_chose_file_by_file(families_client: TestClient) -> None:
    (family,) = families_of(families_client)
    files = files_of(family)
    aside = [files["cover.png"], files["edit.png"]]
    script = script_for(
        families_client, choices=[{"family": family["number"], "keep": files["resave.jpg"], "aside": aside}]
    )
    assert "same ./copy.png ./cover.png" in script
    assert "seen ./resave.jpg ./edit.png" in script


def test_a_choice_that_keeps_nothing_is_refused(families_client: TestClient) -> None:
    (family,) = families_of(families_client)
    file = family["members"][0]["file"]
    both = {"family": family["number"], "keep": file, "aside": [file]}
    assert families_client.post("/api/families/script", json={"choices": [both]}).status_code == 400
    unknown = both | {"aside": ["0" * 16]}
    assert families_client.post("/api/families/script", json={"choices": [unknown]}).status_code == 404


def test_families_that_nobody_looked_for_are_not_known(families_client: TestClient) -> None:
    assert families_client.get("/api/families", params={"keep": "latest"}).json()["known"] is False
    assert families_client.post("/api/families/script", json={"keep": "latest"}).status_code == 404
    assert families_client.post("/api/families/script", json={"families": [12345]}).status_code == 404


def test_paths_that_are_no_unicode_are_stored(duplicates: Collection) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    move_file(duplicates, "copy.png", name)
    store_by_hand(duplicates, [("cover.png", {name: "exact"})])
    with serve(duplicates.folder) as client:
        (family,) = families_of(client)
    assert family["members"][1]["preselected"]
