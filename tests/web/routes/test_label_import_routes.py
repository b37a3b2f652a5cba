"""Labels of other programs are previewed and imported by a job, and taken back."""

from pathlib import Path

from fastapi.testclient import TestClient

from tests.support.foreign_libraries import make_eagle_library
from tests.support.web_client import run_job


def test_labels_are_previewed_chosen_imported_and_taken_back(
    editable_client: TestClient, editable_folder: Path
) -> None:
    client, folder = editable_client, editable_folder
    make_eagle_library(folder / "Old.library", {folder / "drawing 0.png": {"tags": ["harbour"]}})
    (folder / "drawing 2.png.txt").write_text("sea\ncreator:somebody")
    (folder / "drawing 4.png.json").write_text("{")
    preview = run_job(client, kind="import")["answer"]
    assert (preview["imported"], preview["labels"], preview["pictures"]) == (False, 3, 2)
    eagle, hydrus = preview["sources"]
    assert (eagle["id"], eagle["place"], eagle["labels"]) == ("eagle:Old.library", "Old.library", [["harbour", 1]])
    assert (hydrus["id"], hydrus["place"], hydrus["pictures"]) == ("hydrus:.", "", 1)
    assert hydrus["left_out"] == [["drawing 4.png.json", "is no JSON that can be read"]]
    assert client.get("/api/labels").json() == {}
    assert client.get("/api/labels/import").json() is None
    answer = run_job(client, kind="import", sources=[hydrus["id"], "eagle:../elsewhere"])["answer"]
    assert (answer["imported"], answer["added"]) == (True, 2)
    assert client.get("/api/labels").json() == {"creator:somebody": 1, "sea": 1}
    last = client.get("/api/labels/import").json()
    assert (last["labels"], last["added"], last["sources"]) == (2, 2, [folder.name])
    assert client.post("/api/labels/import/undo").json() == {}
    assert client.get("/api/labels/import").json() is None
    assert client.post("/api/labels/import/undo").status_code == 400


def test_a_folder_without_foreign_labels_has_nothing_to_import(editable_client: TestClient) -> None:
    answer = run_job(editable_client, kind="import")["answer"]
    assert (answer["sources"], answer["labels"]) == ([], 0)
