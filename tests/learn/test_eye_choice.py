"""Choosing an eye: the model is found and remembered, its price is measured, and every picture is embedded."""

from pathlib import Path

import pytest

from pochade import Collection, errors
from pochade.embedding.eye_model import EyeModel
from pochade.embedding.eye_source import EyeSource, parse_eye_source
from pochade.index.eye_record import EyeRecord
from pochade.index.eye_store import chosen_eye, count_embedded
from pochade.learn import eye_choice
from pochade.learn.eye_choice import find_eye, measure_price, use_eye
from pochade.system.atomic_files import file_lock
from pochade.system.progress import Progress, ignore_progress
from tests.support.model_hub import COMMIT, REPOSITORY, open_hub
from tests.support.small_eyes import COLUMNS, installed, save_siglip, save_vit


def test_the_price_is_measured_on_a_few_pictures_and_nothing_is_stored(collection: Collection, siglip: Path) -> None:
    ticks = iter((10.0, 12.0))
    price = measure_price(collection.library, installed(siglip), lambda: next(ticks))
    count = collection.index.row_count()
    assert price.eye == EyeRecord(installed(siglip).key, "tiny", COLUMNS, True)
    assert (price.pictures, price.measured, price.bytes) == (count, 8, count * COLUMNS * 4)
    assert price.seconds == pytest.approx(2 / 8 * count)
    assert chosen_eye(collection.index) is None
    assert count_embedded(collection.models, price.eye) == 0


def test_what_was_embedded_before_costs_nothing(collection: Collection, siglip: Path) -> None:
    collection.choose_eye(str(siglip))
    price = measure_price(collection.library, installed(siglip))
    assert (price.pictures, price.seconds, price.bytes) == (0, 0, 0)


def test_an_empty_collection_costs_nothing(tmp_path: Path, siglip: Path) -> None:
    with Collection.open(tmp_path) as collection:
        collection.learn(minutes=0)
        assert measure_price(collection.library, installed(siglip)).pictures == 0
        collection.choose_eye(str(siglip))
        assert collection.eye() is not None


def test_an_eye_is_used_until_the_person_returns_to_the_theme_model(collection: Collection, siglip: Path) -> None:
    shown = list[Progress]()
    assert collection.eye() is None
    collection.choose_eye(str(siglip), shown.append)
    eye = collection.eye()
    assert eye is not None
    assert (eye.name, collection.info().eye) == ("siglip", "siglip")
    assert {progress.stage for progress in shown} == {"checking the model", "embedding with the eye"}
    collection.choose_eye(None)
    assert (collection.eye(), collection.info().eye) == (None, None)
    shown.clear()
    collection.choose_eye(str(siglip), shown.append)
    assert collection.eye() == eye
    assert {progress.stage for progress in shown} == {"checking the model"}  # its embeddings were still there


def test_a_model_of_the_hub_is_fetched_once(
    collection: Collection, siglip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_hub(siglip, tmp_path / "cache", monkeypatch) as hub:
        collection.choose_eye(REPOSITORY)
        assert "model.safetensors" in hub.fetched()
        hub.requests.clear()
        assert find_eye(EyeSource("tiny", None, REPOSITORY, COMMIT)) is not None
        collection.choose_eye("none")
        collection.choose_eye(REPOSITORY)
        assert hub.requests == []
    eye = collection.eye()
    assert eye is not None
    assert eye.name == REPOSITORY


def test_what_can_not_be_an_eye_leaves_the_collection_as_it_was(
    collection: Collection, siglip: Path, tmp_path: Path
) -> None:
    collection.choose_eye(str(siglip))
    before = collection.eye()
    (tmp_path / "empty").mkdir()
    wrong = save_siglip(tmp_path / "wrong", seed=3)
    (wrong / "model.safetensors").write_bytes(b"nonsense")
    for path, kind in (
        (save_vit(tmp_path / "vit"), errors.UsageError),
        (tmp_path / "empty", errors.CheckpointDamaged),
        (wrong, errors.CheckpointDamaged),
    ):
        with pytest.raises(kind):
            collection.choose_eye(str(path))
    assert collection.eye() == before


def test_too_little_memory_leaves_the_collection_as_it_was(
    collection: Collection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "meminfo").write_text("MemAvailable: 1000 kB\n")
    monkeypatch.setattr("pochade.embedding.eye_model.MEMORY_FILE", tmp_path / "meminfo")
    other = save_siglip(tmp_path / "other", seed=9)
    with pytest.raises(errors.PochadeError, match="GB are free"):
        collection.choose_eye(str(other))
    assert collection.eye() is None


def test_an_interrupted_choice_is_continued_by_learn(
    collection: Collection, siglip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pochade.index.eye_store.PICTURES_PER_WRITE", 16)

    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    price = measure_price(collection.library, installed(siglip))
    with pytest.raises(KeyboardInterrupt):
        use_eye(collection.library, price.eye, interrupt)
    assert collection.eye() is None
    assert collection.learn(minutes=0).eye_problem is None
    assert collection.eye() == price.eye


def test_while_another_process_learns_nothing_is_chosen(collection: Collection, siglip: Path) -> None:
    with (
        file_lock(collection.home / "learning.lock", "learning", "wait"),
        pytest.raises(errors.UsageError, match="learning"),
    ):
        collection.choose_eye(str(siglip))
    assert chosen_eye(collection.index) is None


def test_without_the_extra_nothing_is_asked_of_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pochade.embedding.eye_model.EYE_LIBRARIES", ("no_such_library",))
    monkeypatch.setattr(eye_choice, "find_in_cache", lambda _: pytest.fail("asked"))
    with pytest.raises(errors.UsageError, match="eyes need torch and transformers"):
        find_eye(parse_eye_source("siglip2"))


def test_one_model_is_loaded_for_the_price_and_for_the_pictures(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads = list[Path]()
    original = EyeModel.__init__

    def count(self: EyeModel, folder: object) -> None:
        loads.append(tmp_path)
        original(self, folder)  # type: ignore[arg-type]

    monkeypatch.setattr(EyeModel, "__init__", count)
    use_eye(
        collection.library,
        measure_price(collection.library, installed(save_siglip(tmp_path / "new", seed=4))).eye,
        ignore_progress,
    )
    assert len(loads) == 1
