"""`learn` embeds new pictures with the chosen eye; where it can't, the collection works with the theme model."""

from pathlib import Path
from shutil import copytree, rmtree

import pytest

from pochade import Collection
from pochade.embedding.installed_eyes import _load
from pochade.errors import OutputUnwritable
from pochade.learn import eye_catch_up
from tests.support.drawings import drawing
from tests.support.small_eyes import installed


@pytest.fixture
def model(siglip: Path, tmp_path: Path) -> Path:
    """A copy of a tiny model that the test may remove."""
    return Path(copytree(siglip, tmp_path / "model"))


def add_pictures(art: Path) -> None:
    """Add pictures that the collection does not know yet."""
    for seed in (500, 501):
        drawing(seed).save(art / f"new {seed}.png")


def test_new_pictures_are_embedded_too(collection: Collection, art: Path, model: Path) -> None:
    collection.choose_eye(str(model))
    add_pictures(art)
    assert collection.learn(minutes=0).eye_problem is None
    assert collection.eye() is not None


def test_without_an_eye_nothing_is_said(collection: Collection, art: Path) -> None:
    add_pictures(art)
    assert collection.learn(minutes=0).eye_problem is None
    assert not list(collection.home.glob("eyes-*.f32"))


def test_an_eye_that_is_gone_stops_nothing_and_says_what_to_do(
    collection: Collection, art: Path, model: Path, siglip: Path
) -> None:
    collection.choose_eye(str(model))
    rmtree(model)
    assert collection.learn(minutes=0).eye_problem is None  # nothing is missing yet
    add_pictures(art)
    problem = collection.learn(minutes=0).eye_problem
    assert problem is not None
    assert problem.startswith("the eye 'model' has not embedded 2 of the pictures")
    assert "is gone from" in problem
    assert collection.eye() is None
    assert collection.groups()
    installed(siglip)  # the same model elsewhere
    assert collection.learn(minutes=0).eye_problem is None
    assert collection.eye() is not None


def test_without_the_extra_the_theme_model_is_used(
    collection: Collection, art: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection.choose_eye(str(model))
    add_pictures(art)
    monkeypatch.setattr("pochade.embedding.eye_model.EYE_LIBRARIES", ("no_such_library",))
    _load.cache_clear()  # the model stays loaded in this process
    problem = collection.learn(minutes=0).eye_problem
    assert problem is not None
    assert "eyes need torch and transformers, which are not installed" in problem
    assert "pochade[eyes]" in problem


def test_a_full_disk_is_no_reason_to_go_on(
    collection: Collection, art: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection.choose_eye(str(model))
    add_pictures(art)

    def fail(*_: object) -> None:
        raise OutputUnwritable("the disk is full")

    monkeypatch.setattr(eye_catch_up, "embed_missing", fail)
    with pytest.raises(OutputUnwritable):
        collection.learn(minutes=0)


def test_an_earlier_eye_embeds_nothing_before_another_one_is_chosen(
    collection: Collection, art: Path, model: Path
) -> None:
    collection.choose_eye(str(model))
    add_pictures(art)
    assert collection.learn(minutes=0, extend_eye=False).eye_problem is None
    assert collection.eye() is None
