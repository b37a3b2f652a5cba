"""The pictures over HTTP: facts about the collection, columns, filters, selections, details, and search."""

import os
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from pochade import Collection
from tests.support.drawings import drawing, folder_of_art
from tests.support.web_client import keys_by_path, png_bytes, serve


def test_a_folder_without_an_index_says_so_and_is_not_written_to(tmp_path: Path) -> None:
    folder = folder_of_art(tmp_path / "art", 2)
    with serve(folder) as client:
        info, pictures = client.get("/api/info"), client.get("/api/pieces")
    assert info.json()["learnt"] is None
    assert pictures.status_code == 404
    assert "nothing has been learnt" in pictures.json()["error"]
    assert "learn" in pictures.json()["hint"]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["art", "drawing 0.png", "drawing 1.png", "old"]


def test_info_has_totals_and_the_values_to_filter_by(client: TestClient) -> None:
    info = client.get("/api/info").json()
    assert (info["files"], info["pieces"], info["problems"]) == (16, 15, 1)
    assert info["formats"] == {"PNG": 14, "JPEG": 1}
    assert info["shapes"] == {"square": 15}
    assert info["folders"] == {"old": 7}
    assert sum(info["colours"].values()) == 15
    assert client.get("/api/problems").json()[0]["path"] == "broken.png"


def test_all_pictures_come_in_columns_and_one_in_two_files_comes_once(client: TestClient) -> None:
    columns = client.get("/api/pieces").json()
    names = ("keys", "paths", "widths", "heights", "files")
    assert {columns["total"], *(len(columns[name]) for name in names)} == {15}
    assert columns["paths"] == sorted(columns["paths"])
    assert len(set(columns["keys"])) == 15
    assert dict(zip(columns["paths"], columns["files"], strict=True))["copy of 0.png"] == 2
    assert sum(columns["files"]) == 16
    keys = keys_by_path(client)
    assert keys["drawing 0.png"] == keys["copy of 0.png"]


def test_the_filters_count_what_the_wall_shows(client: TestClient) -> None:
    info = client.get("/api/info").json()
    assert info["techniques"]
    assert sum(info["years"].values()) >= 15
    for name in ("format", "colour", "shape", "folder", "technique", "year"):
        for word, count in info[f"{name}s"].items():
            assert client.get("/api/pieces", params={name: word}).json()["total"] == count, (name, word)


def test_a_picture_in_several_folders_is_in_each_of_them_and_once_in_all(
    editable_client: TestClient, editable_folder: Path
) -> None:
    for name in ("new/a.png", "new/b.png"):
        (editable_folder / name).parent.mkdir(exist_ok=True)
        (editable_folder / name).write_bytes((editable_folder / "old" / "drawing 1.png").read_bytes())
    with Collection.open(editable_folder) as collection:
        collection.learn(minutes=0)
    info = editable_client.get("/api/info").json()
    assert (info["files"], info["pieces"], info["folders"]) == (18, 15, {"new": 1, "old": 7})
    pictures = {name: editable_client.get("/api/pieces", params={"folder": name}).json() for name in ("new", "old", "")}
    assert {name: answer["total"] for name, answer in pictures.items()} == {"new": 1, "old": 7, "": 15}
    assert (pictures["new"]["paths"], pictures["new"]["files"]) == (["new/a.png"], [3])
    assert pictures["new"]["keys"][0] in pictures["old"]["keys"]


def test_a_picture_in_several_files_is_found_once(editable_client: TestClient, editable_folder: Path) -> None:
    for number in range(9):
        copy = editable_folder / f"more copies {number}.png"
        copy.write_bytes((editable_folder / "drawing 4.png").read_bytes())
    with Collection.open(editable_folder) as collection:
        collection.learn(minutes=0)
    upload = {"picture": ("scan.png", png_bytes(drawing(4, 150)))}
    key = keys_by_path(editable_client)["drawing 2.png"]
    for matches in (
        editable_client.post("/api/find", params={"k": 3}, files=upload).json(),
        editable_client.get(f"/api/pieces/{key}/nearest", params={"k": 14}).json(),
    ):
        assert len(matches) in {3, 14}
        assert len({match["key"] for match in matches}) == len(matches)
        assert [match["files"] for match in matches if match["path"] == "drawing 4.png"] == [10]


def test_a_label_counts_only_pictures_that_the_wall_shows(editable_client: TestClient, editable_folder: Path) -> None:
    keys = keys_by_path(editable_client)
    both = [keys["drawing 4.png"], keys["drawing 6.png"]]
    editable_client.post("/api/labels", json={"label": "red", "has": both})
    editable_client.post("/api/labels", json={"label": "gone", "has": both[:1]})
    (editable_folder / "drawing 4.png").unlink()
    with Collection.open(editable_folder) as collection:
        collection.learn(minutes=0)
    assert editable_client.get("/api/info").json()["labels"] == {"red": 1} == editable_client.get("/api/labels").json()
    assert editable_client.get("/api/pieces", params={"label": "red"}).json()["total"] == 1
    assert editable_client.get("/api/suggestions", params={"label": "red"}).json()["has"] == 1


def test_a_file_that_is_gone_is_told_and_a_copy_is_shown_in_its_place(
    editable_client: TestClient, editable_folder: Path
) -> None:
    key = keys_by_path(editable_client)["drawing 0.png"]
    (editable_folder / "copy of 0.png").rename(editable_folder / "moved.png")
    files = editable_client.get(f"/api/pieces/{key}").json()["files"]
    assert {file["path"]: file["is_missing"] for file in files} == {"copy of 0.png": True, "drawing 0.png": False}
    assert editable_client.get(f"/api/pictures/{key}").status_code == 200
    (editable_folder / "drawing 0.png").unlink()
    assert all(file["is_missing"] for file in editable_client.get(f"/api/pieces/{key}").json()["files"])
    assert editable_client.get(f"/api/pictures/{key}?side=1024").status_code == 404
    assert editable_client.get(f"/api/thumbnails/{key}").status_code == 200


def test_a_page_of_results_is_a_part_of_all_results(client: TestClient) -> None:
    whole = client.get("/api/pieces", params={"sort": "bytes", "descending": True}).json()
    part = client.get("/api/pieces", params={"sort": "bytes", "descending": True, "offset": 3, "limit": 4}).json()
    assert (part["total"], part["offset"]) == (15, 3)
    assert part["paths"] == whole["paths"][3:7]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"folder": "old"}, 7),
        ({"folder": "ol"}, 0),
        ({"folder": "../art"}, 0),
        ({"format": "jpeg"}, 1),
        ({"shape": "portrait"}, 0),
        ({"technique": "fresco"}, 0),
        ({"year": "1969"}, 0),
    ],
)
def test_filters_select_pictures(client: TestClient, query: dict[str, str], count: int) -> None:
    assert client.get("/api/pieces", params=query).json()["total"] == count


def test_a_picture_is_of_every_year_of_its_files(editable_client: TestClient, editable_folder: Path) -> None:
    for name, seconds in (("copy of 0.png", 0), ("drawing 2.png", 40 * 86_400)):
        os.utime(editable_folder / name, (seconds, seconds))
    with Collection.open(editable_folder) as collection:
        collection.learn(minutes=0)
    years = editable_client.get("/api/info").json()["years"]
    assert list(years) == sorted(years, reverse=True)
    assert years["1970"] == 2
    (latest,) = set(years) - {"1970"}
    assert years[latest] == 14
    columns = editable_client.get("/api/pieces", params={"year": 1970}).json()
    assert columns["paths"] == ["copy of 0.png", "drawing 2.png"]
    found = editable_client.get("/api/search", params={"q": "drawing", "year": 1970}).json()
    assert found["total"] == 2
    assert editable_client.get("/api/pieces", params={"year": "soon"}).status_code == 422


def test_a_selection_is_a_filter(client: TestClient) -> None:
    keys = keys_by_path(client)
    paths = ["drawing 2.png", "drawing 4.png"]
    selection = client.post("/api/selections", json={"pieces": [keys[path] for path in paths]}).json()["id"]
    assert client.get("/api/pieces", params={"selection": selection}).json()["paths"] == paths
    assert client.get("/api/pieces", params={"selection": "0" * 12}).status_code == 404


def test_an_impossible_filter_is_refused_in_a_sentence(client: TestClient) -> None:
    response = client.get("/api/pieces", params={"colour": "mauve"})
    assert response.status_code == 400
    assert "'mauve' is none of red" in response.json()["error"]
    assert client.get("/api/pieces", params={"group": 999}).status_code == 404


def test_unchanged_content_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/api/pieces")
    again = client.get("/api/pieces", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_details_of_a_picture_list_all_its_files(client: TestClient) -> None:
    keys = keys_by_path(client)
    details = client.get(f"/api/pieces/{keys['drawing 0.png']}").json()
    assert [file["path"] for file in details["files"]] == ["copy of 0.png", "drawing 0.png"]
    assert details["sha256"].startswith(details["key"])
    assert (details["width"], details["format"]) == (200, "PNG")


@pytest.mark.slow
def test_new_files_appear_as_soon_as_they_are_learnt(editable_client: TestClient, editable_folder: Path) -> None:
    before = editable_client.get("/api/pieces").json()["total"]
    drawing(77).save(editable_folder / "new.png")
    with Collection.open(editable_folder) as collection:
        collection.learn(minutes=0)
    assert editable_client.get("/api/pieces").json()["total"] == before + 1


def test_an_uploaded_picture_finds_its_original(client: TestClient) -> None:
    upload = drawing(5).resize((150, 150))
    matches = client.post("/api/find", params={"k": 3}, files={"picture": ("scan.png", png_bytes(upload))}).json()
    assert matches[0]["path"] == "old/drawing 5.png"
    assert matches[0]["is_same_work"]
    assert len(matches) == 3


def test_an_upload_that_is_no_picture_is_refused_without_naming_our_folders(client: TestClient) -> None:
    response = client.post("/api/find", files={"picture": ("a.png", b"hello, this is a text")})
    assert response.status_code == 415
    assert "a picture" in response.json()["error"]
    assert "/" not in response.json()["error"]


def test_the_neighbours_of_a_picture_do_not_include_itself(client: TestClient) -> None:
    keys = keys_by_path(client)
    matches = client.get(f"/api/pieces/{keys['drawing 0.png']}/nearest", params={"k": 5}).json()
    assert len(matches) == 5
    assert keys["drawing 0.png"] not in {match["key"] for match in matches}
    assert [match["distance"] for match in matches] == sorted(match["distance"] for match in matches)
