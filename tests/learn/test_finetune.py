"""Training takes as long as it helps, and models are used only if they are better on held-out pictures."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from pochade import Collection
from pochade.embedding.embedder import shipped_embedder
from pochade.learn import finetune_artifact_remover, finetune_generator
from pochade.learn.finetune import training_minutes
from pochade.training import timed_training
from tests.support.drawings import drawing, folder_of_art

pytestmark = pytest.mark.slow


class Trained(NamedTuple):
    """A collection of forty drawings after training, and the figures of the training."""

    collection: Collection
    figures: dict[str, Any]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    """A small collection that was trained for one epoch and evaluated on few pictures; it is only read."""
    folder = folder_of_art(tmp_path_factory.mktemp("trained") / "art", 40)
    with pytest.MonkeyPatch.context() as patch, Collection.open(folder) as collection:
        patch.setattr(timed_training, "seconds_per_epoch", lambda *_: 60.0)
        patch.setattr(finetune_generator, "MIN_EVALUATIONS", 8)
        patch.setattr(finetune_artifact_remover, "MAX_CROPS_PER_FILE", 1)
        figures = collection.learn(minutes=0.02).training
        assert figures is not None
        yield Trained(collection, figures)


@pytest.mark.parametrize(
    ("pictures", "trained_on", "minutes"), [(20, 0, 0), (1_000, 0, 1), (1_000, 950, 0), (90_000, 0, 5)]
)
def test_training_is_as_long_as_it_helps(pictures: int, trained_on: int, minutes: float) -> None:
    assert training_minutes(pictures, trained_on) == minutes


def test_only_better_models_are_used(trained: Trained) -> None:
    figures, home = trained.figures, trained.collection.home
    assert figures["look_kept"] == (figures["after"]["margin"] > figures["before"]["margin"])
    assert figures["code_kept"] == (figures["after"]["psnr"] > figures["before"]["psnr"])
    generator_is_better = figures["painter"]["after"] < figures["painter"]["before"]
    assert (home / "painter.safetensors").exists() == generator_is_better
    changed, name = figures["look_kept"] or figures["code_kept"], trained.collection.models.embedder.name
    assert changed == (name != shipped_embedder().name)
    assert {path.name for path in (home / "nets").glob("*")} == ({name} if changed else set())


def test_a_trained_collection_finds_its_pictures_also_after_it_is_opened_again(trained: Trained) -> None:
    assert trained.collection.find(drawing(30), 1)[0].path.name == "drawing 30.png"
    assert trained.collection.info().figures["pieces"] == 40
    with Collection.open(trained.collection.folder) as reopened:
        assert reopened.models.embedder.name == trained.collection.models.embedder.name
        assert reopened.find(drawing(31), 1)[0].path.name == "drawing 31.png"
