"""New pictures on the page: drawn, told where they come from, varied, on the way between some, on the map, saved."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from numpy.typing import NDArray
from PIL import Image

from pochade import Collection
from pochade.create.picture_latents import PAINTER
from pochade.errors import PochadeError
from pochade.images.render.animation import SOURCE
from pochade.index.organisation_store import add_places
from pochade.models.checkpoints import save_model
from pochade.web.jobs.job_tasks import done
from pochade.web.render import creation_store
from pochade.web.render.generation import at_hand
from tests.support.drawings import drawing, folder_of_art
from tests.support.generator import LinearPainter, small_net
from tests.support.web_client import keys_by_path, opened, served
from tests.web.jobs.test_job_queue import begun

PIECES = 22


class Here:
    """A pool that does all in this process, where the tests have a net that draws."""

    def do(self, job: Any) -> Any:
        found = job.done()
        if isinstance(found, PochadeError):
            raise found
        return found

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of drawings that has been learnt, and has a map."""
    folder = folder_of_art(tmp_path_factory.mktemp("create") / "art", PIECES)
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
        collection.groups()
        collection.map()
    return folder


@pytest.fixture(scope="module")
def painter() -> Iterator[LinearPainter]:
    """A net that knows these drawings, in place of the shipped one."""
    net = LinearPainter([drawing(seed) for seed in range(PIECES)], numbers=8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pochade.create.picture_latents.painter_in_use", lambda _: net)
        yield net


@contextmanager
def drawing_here(art: Path, **decided: Any) -> Iterator[TestClient]:
    """A server that draws in this process."""
    with served(art, **decided) as client:
        desk = client.app.state.desk  # type: ignore[attr-defined]  # of the application
        desk.creations.pool = desk.creations.films = desk.easel = Here()
        yield client
    at_hand(art, None).close()
    at_hand.cache_clear()


@pytest.fixture(scope="module")
def client(learnt: Path, painter: LinearPainter, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server over a copy that is ready to draw."""
    art = copied(learnt, tmp_path_factory.mktemp("ready"))
    assert painter.name
    done({"kind": "prepare", "folder": str(art), "index": None}, lambda _: None)
    with drawing_here(art) as client:
        yield client


def copied(learnt: Path, to: Path) -> Path:
    """The folder with all that was learnt of it."""
    return Path(shutil.copytree(learnt, to / "art", copy_function=shutil.copy2))


@pytest.fixture(scope="module")
def keys(client: TestClient) -> dict[str, str]:
    """Of all files."""
    return keys_by_path(client)


def asked(client: TestClient, way: str, **wish: Any) -> Any:
    """What is drawn."""
    answer = client.post(f"/api/created/{way}", json=wish)
    assert answer.status_code == 201, answer.text
    return answer.json()


def refused(client: TestClient, way: str, **wish: Any) -> tuple[int, str]:
    """With which status and sentence it is refused."""
    answer = client.post(f"/api/created/{way}", json=wish)
    return answer.status_code, answer.json()["error"]


def pixels(client: TestClient, told: dict[str, Any]) -> NDArray[np.uint8]:
    """A picture that was drawn, (S, S, 3)."""
    return np.asarray(opened(client.get(told["address"]).content))


# Drawing -------------------------------------------------------------------------------------------------------------


def test_before_all_pieces_are_read_a_job_is_asked_for(learnt: Path, painter: LinearPainter, tmp_path: Path) -> None:
    assert painter.name
    with drawing_here(copied(learnt, tmp_path)) as client:
        told = client.get("/api/painter").json()
        answer = client.post("/api/created/imagine", json={"n": 1})
    assert told["state"] == "unprepared"
    assert answer.status_code == 409
    assert "kind 'prepare'" in answer.json()["hint"]


def test_afterwards_it_is_ready(client: TestClient) -> None:
    told = client.get("/api/painter").json()
    assert (told["state"], told["problem"]) == ("ready", None)
    assert told["kinds"][:4] == ["pictures", "strip", "gif", "webp"]


def test_each_new_picture_says_where_it_comes_from(client: TestClient, keys: dict[str, str]) -> None:
    created = asked(client, "imagine", n=3, seed=7)
    assert [one["seed"] for one in created] == [7, 8, 9]
    for one in created:
        assert (one["way"], one["net"]) == ("imagine", "linear8")
        assert one["nearest"] in keys.values()
        assert 0 <= one["percentile"] <= 1
        assert client.get(f"/api/created/{one['id']}").json() == one
    kept = [one["id"] for one in client.get("/api/created").json()]
    assert kept[-3:] == [one["id"] for one in created]


def test_a_picture_is_a_png_that_never_changes_and_says_that_it_was_made(client: TestClient) -> None:
    (told,) = asked(client, "imagine", n=1, seed=3)
    answer = client.get(told["address"])
    assert answer.headers["content-type"] == "image/png"
    assert "immutable" in answer.headers["cache-control"]
    again = client.get(told["address"], headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    picture = opened(answer.content)
    assert picture.size == (48, 48)
    assert picture.info["Seed"] == "3"
    assert SOURCE in picture.info["XML:com.adobe.xmp"]


def test_a_few_at_a_time_are_the_same_as_all_at_once(client: TestClient) -> None:
    whole = asked(client, "imagine", n=4, seed=20)
    parts = asked(client, "imagine", n=2, seed=20) + asked(client, "imagine", n=2, seed=22)
    for one, other in zip(whole, parts, strict=True):
        assert (pixels(client, one) == pixels(client, other)).all()


def test_pictures_like_a_piece_are_others_than_free_ones(client: TestClient, keys: dict[str, str]) -> None:
    (free,), (like,) = asked(client, "imagine", n=1), asked(client, "imagine", n=1, like=[keys["drawing 0.png"]])
    assert (pixels(client, free) != pixels(client, like)).any()


def test_like_a_group_is_asked_for_by_its_number(client: TestClient) -> None:
    group = client.get("/api/groups").json()["groups"][0]
    answer = client.post("/api/created/imagine", json={"n": 1, "group": group["number"]})
    if group["count"] >= 20:
        assert answer.status_code == 201
    else:
        assert answer.status_code == 400
        assert f"has {group['count']} pieces, too few" in answer.json()["error"]
    assert refused(client, "imagine", group=999)[0] == 404


def test_a_piece_is_varied_and_so_is_a_picture_that_was_drawn(client: TestClient, keys: dict[str, str]) -> None:
    (redrawn,) = asked(client, "vary", picture=keys["drawing 4.png"], n=1, strength=0)
    varied = asked(client, "vary", picture=keys["drawing 4.png"], n=2, strength=60, seed=5)
    assert [one["seed"] for one in varied] == [5, 6]
    assert (pixels(client, varied[0]) != pixels(client, redrawn)).any()
    (again,) = asked(client, "vary", picture=varied[0]["id"], n=1, strength=0)
    assert np.abs(pixels(client, again).astype(int) - pixels(client, varied[0])).mean() < 2


def test_a_long_way_is_drawn_part_by_part(client: TestClient, keys: dict[str, str]) -> None:
    way = {"pictures": [keys["drawing 0.png"], keys["drawing 2.png"], keys["drawing 4.png"]], "frames": 9}
    whole = asked(client, "morph", **way)
    parts = asked(client, "morph", **way, count=5) + asked(client, "morph", **way, first=5)
    assert len(whole) == len(parts) == 9
    for one, other in zip(whole, parts, strict=True):
        assert (pixels(client, one) == pixels(client, other)).all()
    assert len(asked(client, "morph", **way, loop=True)) == 9


def test_a_place_of_the_map_shows_what_lies_between_the_pieces_there(client: TestClient, keys: dict[str, str]) -> None:
    places = client.get("/api/map").json()
    here = places["keys"].index(keys["drawing 6.png"])
    spot = asked(client, "map", x=places["x"][here], y=places["y"][here])
    assert spot["between"][0] == keys["drawing 6.png"]
    assert len(set(spot["between"])) == 6
    (redrawn,) = asked(client, "vary", picture=keys["drawing 6.png"], n=1, strength=0)
    assert np.abs(pixels(client, spot["picture"]).astype(int) - pixels(client, redrawn)).mean() < 2
    assert isinstance(asked(client, "map", x=9, y=9)["picture"]["empty"], bool)


def test_what_contradicts_itself_is_refused_in_a_sentence(client: TestClient, keys: dict[str, str]) -> None:
    key, other, gone = keys["drawing 0.png"], keys["drawing 2.png"], "made-" + "0" * 16
    assert refused(client, "imagine", like=[key], group=client.get("/api/groups").json()["groups"][0]["number"]) == (
        400, "new pictures can be like some pictures or like a group, not both",
    )  # fmt: skip
    assert refused(client, "morph", pictures=[key, other, key], frames=2)[0] == 400
    assert refused(client, "morph", pictures=[key, other], frames=9, first=9)[0] == 400
    assert refused(client, "vary", picture="0" * 16) == (404, f"there is no piece '{'0' * 16}'")
    assert refused(client, "vary", picture=gone) == (404, f"there is no picture '{gone}' any more")
    assert client.get(f"/api/created/{gone}").status_code == 404
    assert client.get(f"/api/created/{gone}/picture").status_code == 404


@pytest.mark.parametrize(
    ("way", "wish"),
    [("imagine", {"n": 65}), ("imagine", {"n": 0}), ("imagine", {"seed": -1}), ("imagine", {"like": ["../x"]}),
     ("vary", {"picture": "0" * 16, "strength": 101}), ("morph", {"pictures": ["0" * 16]}),
     ("morph", {"pictures": ["0" * 16] * 9}), ("morph", {"pictures": ["0" * 16] * 2, "frames": 121}),
     ("map", {"x": 1e9, "y": 0})],
)  # fmt: skip
def test_what_is_too_much_or_malformed_is_refused(client: TestClient, way: str, wish: dict[str, Any]) -> None:
    assert refused(client, way, **wish)[0] == 422


def test_there_is_room_for_so_many_and_the_oldest_go(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creation_store, "MOST", 3)
    older, newer = asked(client, "imagine", n=2, seed=50), asked(client, "imagine", n=2, seed=52)
    assert [one["id"] for one in client.get("/api/created").json()] == [older[1]["id"], *(one["id"] for one in newer)]
    assert client.get(older[0]["address"]).status_code == 404
    folder: Path = client.app.state.desk.creations.folder  # type: ignore[attr-defined]  # of the application
    assert len(list(folder.iterdir())) == 3


# Saving --------------------------------------------------------------------------------------------------------------


def saved(client: TestClient, created: list[dict[str, Any]], **wish: Any) -> Any:
    """What the server says when pictures are to be saved."""
    return client.post("/api/created/save", json={"pictures": [one["id"] for one in created], **wish})


def results_of(client: TestClient) -> Path:
    """The folder for results."""
    return Path(client.get("/api/info").json()["results"])


def test_chosen_pictures_are_saved_each_with_where_it_comes_from(client: TestClient, keys: dict[str, str]) -> None:
    created = asked(client, "imagine", n=2, seed=3) + asked(client, "vary", picture=keys["drawing 0.png"], n=1, seed=3)
    answer = saved(client, created, name="picks")
    assert answer.status_code == 201
    files = answer.json()["files"]
    assert files == ["picks/imagine 3.png", "picks/imagine 4.png", "picks/vary 3.png"]
    for file, one in zip(files, created, strict=True):
        assert (results_of(client) / file).read_bytes() == client.get(one["address"]).content
    assert saved(client, created[:1], name="picks").json()["files"] == ["picks/imagine 3 (2).png"]


@pytest.mark.parametrize(("kind", "name", "frames"), [("strip", "way.png", 1), ("gif", "a", 5), ("webp", "b.webp", 5)])
def test_a_way_is_saved_as_one_file(
    client: TestClient, keys: dict[str, str], kind: str, name: str, frames: int
) -> None:
    way = asked(client, "morph", pictures=[keys["drawing 0.png"], keys["drawing 2.png"]], frames=5)
    (file,) = saved(client, way, name=name, kind=kind).json()["files"]
    assert Path(file).suffix == {"strip": ".png"}.get(kind, f".{kind}")
    with Image.open(results_of(client) / file) as picture:
        assert getattr(picture, "n_frames", 1) == frames
    again = saved(client, way, name=name, kind=kind)
    assert again.status_code == 409
    assert again.json()["error"] == f"'{file}' is there already"


def test_a_film_needs_what_makes_films(client: TestClient, keys: dict[str, str]) -> None:
    way = asked(client, "morph", pictures=[keys["drawing 0.png"], keys["drawing 2.png"]], frames=3)
    can = "mp4" in client.get("/api/painter").json()["kinds"]
    answer = saved(client, way, name="film", kind="mp4")
    assert answer.status_code == (201 if can else 400)
    assert (results_of(client) / "film.mp4").exists() == can


@pytest.mark.parametrize("kind", ["pictures", "gif"])
@pytest.mark.parametrize("name", ["", "..", "../up", "a/b", ".hidden", "out"])
def test_nothing_is_written_elsewhere(client: TestClient, kind: str, name: str, tmp_path: Path) -> None:
    created, results = asked(client, "imagine", n=1), results_of(client)
    results.mkdir(exist_ok=True)
    for link in ("out", "out.gif"):
        (results / link).unlink(missing_ok=True)
        (results / link).symlink_to(tmp_path / "elsewhere")
    assert saved(client, created, name=name, kind=kind).status_code in {403, 422}
    assert not list(tmp_path.iterdir())


def test_another_ending_than_the_kind_has_is_refused(client: TestClient) -> None:
    created = asked(client, "imagine", n=2)
    answer = saved(client, created, name="way.webp", kind="gif")
    assert answer.status_code == 400
    assert ".gif" in answer.json()["hint"]


# Others --------------------------------------------------------------------------------------------------------------


def test_with_few_pieces_the_page_is_told_that_they_are_too_few(tmp_path: Path) -> None:
    art = folder_of_art(tmp_path / "art", 4)
    with Collection.open(art) as collection:
        collection.learn(minutes=0)
    with drawing_here(art) as client:
        told = client.get("/api/painter").json()
        assert refused(client, "imagine", n=1) == (400, "4 pieces are too few to draw in their manner")
    assert (told["state"], told["problem"]) == ("unable", "4 pieces are too few to draw in their manner")
    assert "20" in told["hint"]


def test_without_a_map_nothing_is_drawn_there(learnt: Path, painter: LinearPainter, tmp_path: Path) -> None:
    assert painter.name
    art = copied(learnt, tmp_path)
    done({"kind": "prepare", "folder": str(art), "index": None}, lambda _: None)
    with Collection.open(art) as collection:
        add_places(collection.index, {}, anew=True)
    with drawing_here(art) as client:
        assert refused(client, "map", x=0, y=0) == (404, "the map has not been laid yet")


def test_all_of_it_works_in_processes_of_its_own(learnt: Path, tmp_path: Path) -> None:
    art = copied(learnt, tmp_path)
    save_model(art / ".pochade" / PAINTER, small_net())
    with served(art) as client:
        assert refused(client, "imagine", n=1)[0] == 409
        assert begun(client, kind="prepare")["state"] == "done"
        (one,) = asked(client, "imagine", n=1, seed=2)
        assert pixels(client, one).shape == (128, 128, 3)
        assert saved(client, [one, one], name="way", kind="webp").status_code == 201
