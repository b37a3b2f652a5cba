"""A collection asked over HTTP: its pieces, pictures, families, groups and labels, as the page shows them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from pochade import Collection
from pochade.web.jobs.job_tasks import done
from pochade.web.state.snapshot import SnapshotCache
from tests.support.drawings import drawing, folder_of_art
from tests.support.web_client import keys_by_path, learnt_art, opened, png, served


@pytest.fixture(scope="module")
def art(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection that is put in order, too."""
    folder = learnt_art(tmp_path_factory.mktemp("web") / "art")
    task = {"folder": str(folder), "index": None, "keep": None, "anew": False}
    for kind in ("families", "groups", "map"):
        done(task | {"kind": kind}, lambda _: None)
    return folder


@pytest.fixture(scope="module")
def client(art: Path) -> Iterator[TestClient]:
    """A server that is only asked."""
    with served(art) as client:
        yield client


@pytest.fixture
def other(art: Path, tmp_path: Path) -> Iterator[TestClient]:
    """A server over a copy, in which things may be changed."""
    shutil.copytree(art, tmp_path / "art", copy_function=shutil.copy2)
    with served(tmp_path / "art") as client:
        yield client


# The collection ------------------------------------------------------------------------------------------------------


def test_the_library_does_not_load_the_server() -> None:
    code = "import sys, pochade, pochade.cli; from pochade import Collection; sys.exit('fastapi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_folder_that_was_not_learnt_says_so_and_is_not_written_to(tmp_path: Path) -> None:
    art = folder_of_art(tmp_path / "art", 2)
    with served(art) as client:
        info, pieces = client.get("/api/info"), client.get("/api/pieces")
    assert info.json()["learnt"] is None
    assert pieces.status_code == 404
    assert "nothing has been learnt" in pieces.json()["error"]
    assert "learn" in pieces.json()["hint"]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["art", "drawing 0.png", "drawing 1.png", "old"]


def test_the_whole_is_told_with_what_can_be_chosen_by(client: TestClient) -> None:
    info = client.get("/api/info").json()
    assert (info["files"], info["pieces"], info["problems"]) == (16, 15, 1)
    assert info["formats"] == {"PNG": 14, "JPEG": 1}
    assert info["shapes"] == {"square": 15}
    assert info["folders"] == {"old": 7}
    assert sum(info["colours"].values()) == 15
    assert client.get("/api/problems").json()[0]["path"] == "broken.png"


def test_all_pieces_come_in_columns_and_copies_share_a_key(client: TestClient) -> None:
    columns = client.get("/api/pieces").json()
    assert columns["total"] == len(columns["keys"]) == len(columns["widths"]) == len(columns["heights"]) == 16
    assert columns["paths"] == sorted(columns["paths"])
    keys = keys_by_path(client)
    assert keys["drawing 0.png"] == keys["copy of 0.png"]
    assert len(set(keys.values())) == 15


def test_a_page_of_them_is_the_same_as_a_part_of_all(client: TestClient) -> None:
    whole = client.get("/api/pieces", params={"sort": "bytes", "descending": True}).json()
    part = client.get("/api/pieces", params={"sort": "bytes", "descending": True, "offset": 3, "limit": 4}).json()
    assert (part["total"], part["offset"]) == (16, 3)
    assert part["paths"] == whole["paths"][3:7]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"folder": "old"}, 7),
        ({"folder": "ol"}, 0),
        ({"folder": "../art"}, 0),
        ({"format": "jpeg"}, 1),
        ({"shape": "portrait"}, 0),
    ],
)
def test_filters_leave_what_was_asked_for(client: TestClient, query: dict[str, str], count: int) -> None:
    assert client.get("/api/pieces", params=query).json()["total"] == count


def test_a_selection_is_a_filter_too(client: TestClient) -> None:
    keys = keys_by_path(client)
    wanted = ["drawing 2.png", "drawing 4.png"]
    chosen = client.post("/api/selections", json={"pieces": [keys[path] for path in wanted]}).json()["id"]
    assert client.get("/api/pieces", params={"selection": chosen}).json()["paths"] == wanted
    assert client.get("/api/pieces", params={"selection": "0" * 12}).status_code == 404


def test_a_filter_that_nothing_can_pass_is_refused_in_a_sentence(client: TestClient) -> None:
    answer = client.get("/api/pieces", params={"colour": "mauve"})
    assert answer.status_code == 400
    assert "'mauve' is none of red" in answer.json()["error"]
    assert client.get("/api/pieces", params={"group": 999}).status_code == 404


def test_what_did_not_change_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/api/pieces")
    again = client.get("/api/pieces", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_piece_is_told_with_all_its_files(client: TestClient) -> None:
    keys = keys_by_path(client)
    facts = client.get(f"/api/pieces/{keys['drawing 0.png']}").json()
    assert [file["path"] for file in facts["files"]] == ["copy of 0.png", "drawing 0.png"]
    assert facts["sha256"].startswith(facts["key"])
    assert (facts["width"], facts["format"]) == (200, "PNG")


def test_new_files_are_seen_as_soon_as_they_are_learnt(other: TestClient, tmp_path: Path) -> None:
    before = other.get("/api/pieces").json()["total"]
    drawing(77).save(tmp_path / "art" / "new.png")
    with Collection.open(tmp_path / "art") as collection:
        collection.learn(minutes=0)
    assert other.get("/api/pieces").json()["total"] == before + 1


# Pictures ------------------------------------------------------------------------------------------------------------


def test_thumbnails_and_pictures_are_kept_for_ever_by_their_content(client: TestClient) -> None:
    key = keys_by_path(client)["drawing 4.png"]
    for address, side in ((f"/api/thumbnails/{key}", 200), (f"/api/pictures/{key}?side=512", 200)):
        answer = client.get(address)
        assert answer.headers["content-type"] == "image/jpeg"
        assert "immutable" in answer.headers["cache-control"]
        assert opened(answer.content).size == (side, side)
        assert client.get(address, headers={"if-none-match": answer.headers["etag"]}).status_code == 304


def test_a_part_of_a_picture_can_be_asked_for(client: TestClient) -> None:
    address = f"/api/pictures/{keys_by_path(client)['drawing 4.png']}"
    whole, part = client.get(address).content, client.get(address, headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole[100:200])
    assert client.get(address, headers={"range": "bytes=99999999-"}).status_code == 416


def test_a_thumbnail_that_is_gone_is_drawn_anew(other: TestClient, tmp_path: Path) -> None:
    key = keys_by_path(other)["drawing 4.png"]
    shutil.rmtree(tmp_path / "art" / ".pochade" / "thumbnails")
    assert opened(other.get(f"/api/thumbnails/{key}").content).size == (200, 200)


def test_a_file_that_changed_since_is_not_shown_under_its_old_key(other: TestClient, tmp_path: Path) -> None:
    key = keys_by_path(other)["drawing 4.png"]
    drawing(99).save(tmp_path / "art" / "drawing 4.png")
    answer = other.get(f"/api/pictures/{key}")
    assert answer.status_code == 404
    assert "changed since it was learnt" in answer.json()["error"]
    assert str(tmp_path) not in answer.json()["error"]


def test_a_piece_is_redrawn_from_its_code(client: TestClient) -> None:
    answer = client.get(f"/api/pictures/{keys_by_path(client)['drawing 4.png']}/redrawn")
    assert opened(answer.content).size == (96, 96)


# Asking --------------------------------------------------------------------------------------------------------------


def test_a_picture_that_is_sent_finds_its_piece(client: TestClient) -> None:
    sent = drawing(5).resize((150, 150))
    found = client.post("/api/find", params={"k": 3}, files={"picture": ("scan.png", png(sent))}).json()
    assert found[0]["path"] == "old/drawing 5.png"
    assert found[0]["is_same_work"]
    assert len(found) == 3


def test_what_is_no_picture_is_refused_in_a_sentence_without_our_paths(client: TestClient) -> None:
    answer = client.post("/api/find", files={"picture": ("a.png", b"hello, this is a text")})
    assert answer.status_code == 415
    assert "no picture" in answer.json()["error"]
    assert "/" not in answer.json()["error"]


def test_the_nearest_are_others_than_the_piece_itself(client: TestClient) -> None:
    keys = keys_by_path(client)
    found = client.get(f"/api/pieces/{keys['drawing 0.png']}/nearest", params={"k": 5}).json()
    assert len(found) == 5
    assert keys["drawing 0.png"] not in {each["key"] for each in found}
    assert [each["distance"] for each in found] == sorted(each["distance"] for each in found)


# Families ------------------------------------------------------------------------------------------------------------


def test_families_are_told_with_what_each_rule_would_keep(client: TestClient) -> None:
    found = client.get("/api/families").json()
    assert (found["known"], found["total"]) == (True, 2)
    (small,) = [one for one in found["families"] if one["members"][1]["path"] == "small copy.jpg"]
    assert small["members"][0]["path"] == "drawing 2.png"
    assert [member["kind"] for member in small["members"]] == ["exact", "near"]
    assert small["would_keep"]["largest"]["path"] == "drawing 2.png"
    assert set(small["would_keep"]) == {"largest", "layered", "coloured", "latest"}


def test_a_piece_names_its_family(client: TestClient) -> None:
    keys = keys_by_path(client)
    family = client.get(f"/api/pieces/{keys['small copy.jpg']}/family").json()
    assert {member["path"] for member in family["members"]} == {"drawing 2.png", "small copy.jpg"}
    assert client.get(f"/api/pieces/{keys['drawing 4.png']}/family").json() is None


def test_a_script_is_text_for_the_person_and_nothing_is_moved(client: TestClient, art: Path) -> None:
    script = client.post("/api/families/script", json={}).text
    assert script.startswith("#!/bin/sh")
    assert "same './copy of 0.png' './drawing 0.png'" in script or "same './drawing 0.png' './copy of 0.png'" in script
    (small,) = [one["number"] for one in client.get("/api/families").json()["families"] if one["spare_bytes"] and
                one["members"][1]["path"] == "small copy.jpg"]  # fmt: skip
    assert "same './" not in client.post("/api/families/script", json={"families": [small]}).text
    assert (art / "copy of 0.png").exists()


def test_a_script_moves_what_the_person_chose_file_by_file(client: TestClient) -> None:
    families = client.get("/api/families").json()["families"]
    (small,) = [one for one in families if one["members"][1]["path"] == "small copy.jpg"]
    (twins,) = [one for one in families if one["number"] != small["number"]]
    stays, goes = (member["file"] for member in small["members"])
    first, second = (member["file"] for member in twins["members"])
    choices = [
        {"family": small["number"], "keep": goes, "aside": [stays]},
        {"family": twins["number"], "keep": second, "aside": [first]},
    ]
    script = client.post("/api/families/script", json={"choices": choices}).text
    assert "seen './small copy.jpg' './drawing 2.png'" in script
    names = [member["path"] for member in twins["members"]]
    assert f"same './{names[1]}' './{names[0]}'" in script


def test_a_choice_that_keeps_nothing_is_refused(client: TestClient) -> None:
    family = client.get("/api/families").json()["families"][0]
    file = family["members"][0]["file"]
    both = {"family": family["number"], "keep": file, "aside": [file]}
    assert client.post("/api/families/script", json={"choices": [both]}).status_code == 400
    strange = both | {"aside": ["0" * 16]}
    assert client.post("/api/families/script", json={"choices": [strange]}).status_code == 404


def test_families_that_nobody_looked_for_are_not_known(client: TestClient) -> None:
    assert client.get("/api/families", params={"keep": "latest"}).json()["known"] is False
    assert client.post("/api/families/script", json={"keep": "latest"}).status_code == 404
    assert client.post("/api/families/script", json={"families": [12345]}).status_code == 404


# Groups and the map --------------------------------------------------------------------------------------------------


def test_a_group_keeps_the_name_that_it_is_given(other: TestClient) -> None:
    told = other.get("/api/groups").json()
    assert (told["known"], told["pieces"]) == (True, 15)
    first = told["groups"][0]["number"]
    renamed = other.patch(f"/api/groups/{first}", json={"name": " ink studies "}).json()["groups"][0]
    assert (renamed["name"], renamed["kept"]) == ("ink studies", True)
    assert other.patch(f"/api/groups/{first}", json={"name": " "}).status_code == 400
    assert other.patch("/api/groups/999", json={"name": "none"}).status_code == 404


def test_a_group_is_split_another_fills_it_and_both_are_merged(other: TestClient) -> None:
    before = other.get("/api/groups").json()["groups"][0]
    one, two = other.post(f"/api/groups/{before['number']}/split").json()["groups"][:2]
    assert before["number"] not in {one["number"], two["number"]}
    moved = other.get("/api/pieces", params={"group": two["number"]}).json()["keys"][0]
    pinned = other.post(f"/api/groups/{one['number']}/pin", json={"pieces": [moved]}).json()["groups"]
    assert {group["number"]: group["count"] for group in pinned}[one["number"]] == one["count"] + 1
    assert other.get(f"/api/pieces/{moved}").json()["group"] == one["number"]
    merged = other.post(f"/api/groups/{one['number']}/merge", json={"other": two["number"]}).json()["groups"]
    assert {group["number"]: group["count"] for group in merged}[one["number"]] == one["count"] + two["count"]
    assert two["number"] not in {group["number"] for group in merged}


def test_changes_of_groups_are_taken_back_step_by_step(other: TestClient) -> None:
    before = other.get("/api/groups").json()
    first = before["groups"][0]["number"]
    assert before["undoes"] is None
    other.patch(f"/api/groups/{first}", json={"name": "ink"})
    assert other.post(f"/api/groups/{first}/split").json()["undoes"] == "the splitting"
    after = other.post("/api/groups/undo").json()
    assert (after["groups"][0]["name"], after["undoes"]) == ("ink", "the name")
    assert other.post("/api/groups/undo").json() == before
    assert other.post("/api/groups/undo").json() == before


def test_what_was_changed_elsewhere_since_is_not_taken_back(other: TestClient, tmp_path: Path) -> None:
    first = other.get("/api/groups").json()["groups"][0]["number"]
    other.patch(f"/api/groups/{first}", json={"name": "ink"})
    with Collection.open(tmp_path / "art") as elsewhere:
        elsewhere.rename_group(first, "pencil")
    assert other.get("/api/groups").json()["undoes"] is None
    assert other.post("/api/groups/undo").status_code == 400
    assert other.get("/api/groups").json()["groups"][0]["name"] == "pencil"


def test_the_map_has_a_place_for_every_piece(client: TestClient) -> None:
    places = client.get("/api/map").json()
    assert (places["known"], places["missing"]) == (True, 0)
    assert set(places["keys"]) == set(keys_by_path(client).values())
    assert {len(places[name]) for name in ("x", "y", "groups", "colours")} == {15}


# Labels --------------------------------------------------------------------------------------------------------------


def test_a_label_is_taught_suggested_refused_and_taken_back(other: TestClient) -> None:
    keys = keys_by_path(other)
    has = [keys["drawing 0.png"], keys["drawing 2.png"], keys["drawing 4.png"]]
    assert other.post("/api/labels", json={"label": "ports/quays", "has": has}).json() == {"ports/quays": 3}
    found = other.get("/api/suggestions", params={"label": "ports/quays", "k": 4}).json()
    assert len(found["likely"]) == 4
    assert (found["has"], found["has_not"]) == (3, 0)
    assert not {one["key"] for one in found["likely"]} & set(has)
    refused = found["likely"][0]["key"]
    other.post("/api/labels", json={"label": "ports/quays", "has_not": [refused]})
    assert other.get(f"/api/pieces/{refused}").json()["refused"] == ["ports/quays"]
    said = other.post("/api/labels", json={"label": "ports/quays", "neither": [refused, has[0]]})
    assert said.json() == {"ports/quays": 2}
    assert other.get(f"/api/pieces/{refused}").json()["refused"] == []
    assert other.get("/api/pieces", params={"label": "ports/quays"}).json()["total"] == 2


def test_contradictions_are_refused_and_nothing_is_said(other: TestClient) -> None:
    key = keys_by_path(other)["drawing 0.png"]
    assert other.post("/api/labels", json={"label": "a", "has": [key], "has_not": [key]}).status_code == 400
    assert other.post("/api/labels", json={"label": "a", "has": ["0" * 16]}).status_code == 404
    assert other.get("/api/suggestions", params={"label": "nobody"}).status_code == 400
    assert other.get("/api/labels").json() == {}


def test_words_do_not_make_the_pieces_be_read_again(art: Path, tmp_path: Path) -> None:
    shutil.copytree(art, tmp_path / "art", copy_function=shutil.copy2)
    with Collection.open(tmp_path / "art") as collection:
        shelf = SnapshotCache(collection)
        before = shelf.now()
        files = before.by_key
        with shelf.words_change():
            collection.label(before.pieces[:1], "red")
        assert shelf.now().pieces is before.pieces
        assert shelf.now().by_key is files


def test_a_name_that_is_no_utf_8_can_be_shown(tmp_path: Path) -> None:
    art = folder_of_art(tmp_path / "art", 2)
    try:
        os.rename(os.fsencode(art / "drawing 0.png"), os.fsencode(art) + b"/gr\xfcn.png")  # noqa: PTH104
    except OSError:
        pytest.skip("this disk takes no such name")
    with Collection.open(art) as collection:
        collection.learn(minutes=0)
    with served(art) as client:
        key = keys_by_path(client)["gr\N{REPLACEMENT CHARACTER}n.png"]
        assert client.get(f"/api/pictures/{key}").status_code == 200
