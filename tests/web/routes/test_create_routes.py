"""Generated pictures over HTTP: imagined, varied, morphed, at places on the map, stored and saved."""

import json
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
from pochade.create.picture_latents import GENERATOR_FILE
from pochade.errors import PochadeError
from pochade.images.metadata.provenance import DIGITAL_SOURCE_TYPE
from pochade.index.organisation_store import add_map_places
from pochade.models.checkpoints import save_model
from pochade.system.progress import ignore_progress
from pochade.web.jobs.job_tasks import run_task
from pochade.web.render import creation_store
from pochade.web.render.generation import cached_collection
from tests.support.drawings import drawing, folder_of_art
from tests.support.generator import LinearGenerator, small_generator_model
from tests.support.web_client import keys_by_path, open_image, run_job, serve, state_of

pytestmark = pytest.mark.slow

PICTURES = 22
TOO_FEW = "4 pictures are too few to generate others like them"


class PoolInThisProcess:
    """A render pool without workers, so that tasks use the generator of the tests."""

    def submit(self, task: Any) -> Any:
        result = task.run()
        if isinstance(result, PochadeError):
            raise result
        return result

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def learnt_drawings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A learnt folder of drawings with groups and a map."""
    folder = folder_of_art(tmp_path_factory.mktemp("create") / "art", PICTURES)
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
        collection.groups()
        collection.map()
    return folder


@pytest.fixture(scope="module")
def generator() -> Iterator[LinearGenerator]:
    """A generator fitted to these drawings, in place of the shipped one."""
    generator = LinearGenerator([drawing(seed) for seed in range(PICTURES)], latent_dim=8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pochade.create.generation_context.generator_in_use", lambda _: generator)
        yield generator


@contextmanager
def serve_without_workers(folder: Path, **settings: Any) -> Iterator[TestClient]:
    """Serve a folder with a server that generates in this process."""
    with serve(folder, **settings) as client:
        state, pool = state_of(client), PoolInThisProcess()
        state.created.pool = state.created.encode_pool = state.generation_pool = pool  # type: ignore[assignment]
        yield client
    cached_collection(folder, None).close()
    cached_collection.cache_clear()


def copy_folder(learnt_drawings: Path, target: Path) -> Path:
    """Copy a folder with its index."""
    return Path(shutil.copytree(learnt_drawings, target / "art", copy_function=shutil.copy2))


def prepare(folder: Path) -> None:
    """Prepare the generator, as a job would."""
    run_task({"kind": "prepare", "folder": str(folder), "index": None}, ignore_progress)


@pytest.fixture(scope="module")
def ready_client(
    learnt_drawings: Path, generator: LinearGenerator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """A client of a server whose generator is prepared."""
    folder = copy_folder(learnt_drawings, tmp_path_factory.mktemp("ready"))
    assert generator.name
    prepare(folder)
    with serve_without_workers(folder) as client:
        yield client


@pytest.fixture(scope="module")
def keys(ready_client: TestClient) -> dict[str, str]:
    """The key of every file, by its path."""
    return keys_by_path(ready_client)


def create(client: TestClient, method: str, **body: Any) -> Any:
    """Generate pictures and return what the server says of them."""
    response = client.post(f"/api/created/{method}", json=body)
    assert response.status_code == 201, response.text
    return response.json()


def refusal(client: TestClient, method: str, **body: Any) -> tuple[int, str]:
    """Return the status and the sentence of a refused request."""
    response = client.post(f"/api/created/{method}", json=body)
    return response.status_code, response.json()["error"]


def pixels_of(client: TestClient, created: dict[str, Any]) -> NDArray[np.uint8]:
    """Return a generated picture (S, S, 3)."""
    return np.asarray(open_image(client.get(created["address"]).content))


def ids_of(created: list[dict[str, Any]]) -> list[str]:
    return [picture["id"] for picture in created]


# Generating ----------------------------------------------------------------------------------------------------------


def test_an_unprepared_generator_asks_for_a_job(
    learnt_drawings: Path, generator: LinearGenerator, tmp_path: Path
) -> None:
    assert generator.name
    with serve_without_workers(copy_folder(learnt_drawings, tmp_path)) as client:
        status = client.get("/api/painter").json()
        response = client.post("/api/created/imagine", json={"n": 1})
    assert status["state"] == "unprepared"
    assert response.status_code == 409
    assert "kind 'prepare'" in response.json()["hint"]


def test_a_prepared_generator_is_ready(ready_client: TestClient) -> None:
    status = ready_client.get("/api/painter").json()
    assert (status["state"], status["problem"]) == ("ready", None)
    assert status["kinds"][:4] == ["pictures", "strip", "gif", "webp"]


def test_each_new_picture_has_its_provenance(ready_client: TestClient, keys: dict[str, str]) -> None:
    created = create(ready_client, "imagine", n=3, seed=7)
    assert [picture["seed"] for picture in created] == [7, 8, 9]
    for picture in created:
        assert (picture["way"], picture["net"]) == ("imagine", "linear8")
        assert picture["nearest"] in keys.values()
        assert 0 <= picture["percentile"] <= 1
        assert {lender["picture"] for lender in picture["regions"]["lenders"]} <= set(keys.values())
        assert sum(length for _, length in picture["regions"]["runs"]) == picture["regions"]["side"] ** 2
        assert ready_client.get(f"/api/created/{picture['id']}").json() == picture
    assert ids_of(ready_client.get("/api/created").json())[-3:] == ids_of(created)


def test_rough_plans_come_before_the_pictures(ready_client: TestClient, keys: dict[str, str]) -> None:
    for method, body in (("imagine", {}), ("vary", {"picture": keys["drawing 4.png"]})):
        (plan,) = create(ready_client, method, n=1, seed=3, rough=True, **body)
        (picture,) = create(ready_client, method, n=1, seed=3, **body)
        assert plan["regions"] is None
        assert (plan["seed"], plan["percentile"]) == (picture["seed"], picture["percentile"])
        assert pixels_of(ready_client, plan).shape == (48, 48, 3)


def test_a_created_png_never_changes_and_holds_its_provenance(ready_client: TestClient) -> None:
    (created,) = create(ready_client, "imagine", n=1, seed=3)
    response = ready_client.get(created["address"])
    assert response.headers["content-type"] == "image/png"
    assert "immutable" in response.headers["cache-control"]
    again = ready_client.get(created["address"], headers={"if-none-match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    picture = open_image(response.content)
    assert picture.size == (200, 200), "the size of the drawings"
    regions = json.loads(picture.info["Regions"])
    assert len(regions["lenders"][0]["picture"]) == 64
    assert picture.info["Seed"] == "3"
    assert DIGITAL_SOURCE_TYPE in picture.info["XML:com.adobe.xmp"]


def test_a_few_pictures_at_a_time_are_the_same_as_all_at_once(ready_client: TestClient) -> None:
    whole = create(ready_client, "imagine", n=4, seed=20)
    parts = create(ready_client, "imagine", n=2, seed=20) + create(ready_client, "imagine", n=2, seed=22)
    for first, second in zip(whole, parts, strict=True):
        assert (pixels_of(ready_client, first) == pixels_of(ready_client, second)).all()


def test_pictures_like_a_picture_differ_from_free_ones(ready_client: TestClient, keys: dict[str, str]) -> None:
    (free,) = create(ready_client, "imagine", n=1)
    (like,) = create(ready_client, "imagine", n=1, like=[keys["drawing 0.png"]])
    assert (pixels_of(ready_client, free) != pixels_of(ready_client, like)).any()


def test_a_group_is_given_by_its_number(ready_client: TestClient) -> None:
    group = ready_client.get("/api/groups").json()["groups"][0]
    response = ready_client.post("/api/created/imagine", json={"n": 1, "group": group["number"]})
    if group["count"] >= 20:
        assert response.status_code == 201
    else:
        assert response.status_code == 400
        assert f"has {group['count']} pictures, too few" in response.json()["error"]
    assert refusal(ready_client, "imagine", group=999)[0] == 404


def test_real_and_generated_pictures_can_be_varied(ready_client: TestClient, keys: dict[str, str]) -> None:
    client = ready_client
    (reconstruction,) = create(client, "vary", picture=keys["drawing 4.png"], n=1, strength=0)
    variations = create(client, "vary", picture=keys["drawing 4.png"], n=2, strength=60, seed=5)
    assert [picture["seed"] for picture in variations] == [5, 6]
    assert (pixels_of(client, variations[0]) != pixels_of(client, reconstruction)).any()
    (again,) = create(client, "vary", picture=variations[0]["id"], n=1, strength=0)
    assert np.abs(pixels_of(client, again).astype(int) - pixels_of(client, variations[0])).mean() < 6
    assert again["regions"]["lenders"] == [{"picture": None, "share": 1.0, "largest_share": pytest.approx(1, abs=0.9)}]


def test_a_long_morph_is_generated_in_parts(ready_client: TestClient, keys: dict[str, str]) -> None:
    body = {"pictures": [keys["drawing 0.png"], keys["drawing 2.png"], keys["drawing 4.png"]], "frames": 9}
    whole = create(ready_client, "morph", **body)
    parts = create(ready_client, "morph", **body, count=5) + create(ready_client, "morph", **body, first=5)
    assert len(whole) == len(parts) == 9
    for first, second in zip(whole, parts, strict=True):
        assert (pixels_of(ready_client, first) == pixels_of(ready_client, second)).all()
    assert len(create(ready_client, "morph", **body, loop=True)) == 9


def test_a_place_on_the_map_interpolates_the_pictures_around_it(ready_client: TestClient, keys: dict[str, str]) -> None:
    client, places = ready_client, ready_client.get("/api/map").json()
    position = places["keys"].index(keys["drawing 6.png"])
    created = create(client, "map", x=places["x"][position], y=places["y"][position])
    assert created["between"][0] == keys["drawing 6.png"]
    assert len(set(created["between"])) == 6
    (reconstruction,) = create(client, "vary", picture=keys["drawing 6.png"], n=1, strength=0)
    assert created["picture"]["percentile"] == pytest.approx(reconstruction["percentile"], abs=0.05)
    assert isinstance(create(client, "map", x=9, y=9)["picture"]["empty"], bool)


def test_contradictory_requests_are_refused_in_a_sentence(ready_client: TestClient, keys: dict[str, str]) -> None:
    client, key, other, gone = ready_client, keys["drawing 0.png"], keys["drawing 2.png"], "made-" + "0" * 16
    group = client.get("/api/groups").json()["groups"][0]["number"]
    both = "new pictures can be like some pictures or like a group, not both"
    assert refusal(client, "imagine", like=[key], group=group) == (400, both)
    assert refusal(client, "morph", pictures=[key, other, key], frames=2)[0] == 400
    assert refusal(client, "morph", pictures=[key, other], frames=9, first=9)[0] == 400
    assert refusal(client, "vary", picture="0" * 16) == (404, f"there is no picture '{'0' * 16}'")
    assert refusal(client, "vary", picture=gone) == (404, f"there is no generated picture '{gone}' any more")
    assert client.get(f"/api/created/{gone}").status_code == 404
    assert client.get(f"/api/created/{gone}/picture").status_code == 404


@pytest.mark.parametrize(
    ("method", "body"),
    [("imagine", {"n": 65}), ("imagine", {"n": 0}), ("imagine", {"seed": -1}), ("imagine", {"like": ["../x"]}),
     ("vary", {"picture": "0" * 16, "strength": 101}), ("morph", {"pictures": ["0" * 16]}),
     ("morph", {"pictures": ["0" * 16] * 9}), ("morph", {"pictures": ["0" * 16] * 2, "frames": 121}),
     ("map", {"x": 1e9, "y": 0})],
)  # fmt: skip
def test_excessive_and_malformed_requests_are_refused(
    ready_client: TestClient, method: str, body: dict[str, Any]
) -> None:
    assert refusal(ready_client, method, **body)[0] == 422


def test_the_oldest_pictures_are_removed_to_make_room(
    ready_client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(creation_store, "MAX_CREATED_PICTURES", 3)
    older, newer = create(ready_client, "imagine", n=2, seed=50), create(ready_client, "imagine", n=2, seed=52)
    assert ids_of(ready_client.get("/api/created").json()) == [older[1]["id"], *ids_of(newer)]
    assert ready_client.get(older[0]["address"]).status_code == 404
    assert len(list(state_of(ready_client).created.folder.iterdir())) == 3


# Saving --------------------------------------------------------------------------------------------------------------


def save(client: TestClient, created: list[dict[str, Any]], **body: Any) -> Any:
    """Ask the server to save pictures and return its response."""
    return client.post("/api/created/save", json={"pictures": ids_of(created), **body})


def results_folder(client: TestClient) -> Path:
    return Path(client.get("/api/info").json()["results"])


def test_chosen_pictures_are_saved_with_their_provenance(ready_client: TestClient, keys: dict[str, str]) -> None:
    client = ready_client
    created = create(client, "imagine", n=2, seed=3)
    created += create(client, "vary", picture=keys["drawing 0.png"], n=1, seed=3)
    response = save(client, created, name="picks")
    assert response.status_code == 201
    files = response.json()["files"]
    assert files == ["picks/imagine 3.png", "picks/imagine 4.png", "picks/vary 3.png"]
    for file, picture in zip(files, created, strict=True):
        assert (results_folder(client) / file).read_bytes() == client.get(picture["address"]).content
    assert save(client, created[:1], name="picks").json()["files"] == ["picks/imagine 3 (2).png"]


@pytest.mark.parametrize(("kind", "name", "frames"), [("strip", "way.png", 1), ("gif", "a", 5), ("webp", "b.webp", 5)])
def test_a_morph_is_saved_as_one_file(
    ready_client: TestClient, keys: dict[str, str], kind: str, name: str, frames: int
) -> None:
    morph = create(ready_client, "morph", pictures=[keys["drawing 0.png"], keys["drawing 2.png"]], frames=5)
    (file,) = save(ready_client, morph, name=name, kind=kind).json()["files"]
    assert Path(file).suffix == {"strip": ".png"}.get(kind, f".{kind}")
    with Image.open(results_folder(ready_client) / file) as picture:
        assert getattr(picture, "n_frames", 1) == frames
    again = save(ready_client, morph, name=name, kind=kind)
    assert again.status_code == 409
    assert again.json()["error"] == f"'{file}' already exists"


def test_a_film_is_saved_where_films_can_be_encoded(ready_client: TestClient, keys: dict[str, str]) -> None:
    morph = create(ready_client, "morph", pictures=[keys["drawing 0.png"], keys["drawing 2.png"]], frames=3)
    can_encode = "mp4" in ready_client.get("/api/painter").json()["kinds"]
    response = save(ready_client, morph, name="film", kind="mp4")
    assert response.status_code == (201 if can_encode else 400)
    assert (results_folder(ready_client) / "film.mp4").exists() == can_encode


@pytest.mark.parametrize("kind", ["pictures", "gif"])
@pytest.mark.parametrize("name", ["", "..", "../up", "a/b", ".hidden", "out"])
def test_nothing_is_written_outside_the_folder_for_results(
    ready_client: TestClient, kind: str, name: str, tmp_path: Path
) -> None:
    created, results = create(ready_client, "imagine", n=1), results_folder(ready_client)
    results.mkdir(exist_ok=True)
    for link in ("out", "out.gif"):
        (results / link).unlink(missing_ok=True)
        (results / link).symlink_to(tmp_path / "elsewhere")
    assert save(ready_client, created, name=name, kind=kind).status_code in {403, 422}
    assert not list(tmp_path.iterdir())


def test_a_suffix_of_another_kind_is_refused(ready_client: TestClient) -> None:
    created = create(ready_client, "imagine", n=2)
    response = save(ready_client, created, name="way.webp", kind="gif")
    assert response.status_code == 400
    assert ".gif" in response.json()["hint"]


# Other collections ---------------------------------------------------------------------------------------------------


def test_a_collection_with_few_pictures_says_that_they_are_too_few(tmp_path: Path) -> None:
    folder = folder_of_art(tmp_path / "art", 4)
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
    with serve_without_workers(folder) as client:
        status = client.get("/api/painter").json()
        assert refusal(client, "imagine", n=1) == (400, TOO_FEW)
    assert (status["state"], status["problem"]) == ("unable", TOO_FEW)
    assert "20" in status["hint"]


def test_without_a_map_nothing_is_generated_at_a_place(
    learnt_drawings: Path, generator: LinearGenerator, tmp_path: Path
) -> None:
    assert generator.name
    folder = copy_folder(learnt_drawings, tmp_path)
    prepare(folder)
    with Collection.open(folder) as collection:
        add_map_places(collection.index, {}, replace=True)
    with serve_without_workers(folder) as client:
        assert refusal(client, "map", x=0, y=0) == (404, "there is no map yet")


def test_everything_works_in_worker_processes(learnt_drawings: Path, tmp_path: Path) -> None:
    folder = copy_folder(learnt_drawings, tmp_path)
    save_model(folder / ".pochade" / GENERATOR_FILE, small_generator_model())
    with serve(folder) as client:
        assert refusal(client, "imagine", n=1)[0] == 409
        assert run_job(client, kind="prepare")["state"] == "done"
        (created,) = create(client, "imagine", n=1, seed=2)
        assert pixels_of(client, created).shape == (200, 200, 3)
        assert save(client, [created, created], name="way", kind="webp").status_code == 201
