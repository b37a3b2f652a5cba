"""Scores of pairs are stored, and only used for the model that computed them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sql
import torch

from pochade import Collection
from pochade.index.schema import PAIRS, SETTINGS
from pochade.models import weights
from pochade.models.checkpoints import save_model
from pochade.models.pair_model import PairModel
from pochade.organise.pair_scoring import load_pair_model
from tests.support.learnt_collection import file_names


@pytest.fixture
def other_pair_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Replace the shipped pair model by one for which no two pictures show the same work."""
    shipped = Path(shutil.copytree(weights.FOLDER, tmp_path / "weights"))
    model = PairModel()
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()
        model.state_dict()["layers.4.bias"].copy_(torch.tensor([9.0, 0.0, 0.0]))
    save_model(shipped / weights.PAIR_FILE, model)
    monkeypatch.setattr(weights, "FOLDER", shipped)
    load_pair_model.cache_clear()
    yield
    load_pair_model.cache_clear()


def test_a_picture_without_thumbnail_is_scored(collection: Collection, art: Path) -> None:
    shutil.rmtree(art / ".pochade" / "thumbnails")
    assert any("mirrored.png" in file_names(family) for family in collection.families())


def test_scores_of_another_model_are_not_used(collection: Collection, request: pytest.FixtureRequest) -> None:
    stages = list[str]()
    assert any("mirrored.png" in file_names(family) for family in collection.families())
    request.getfixturevalue("other_pair_model")
    after = collection.families(report=lambda progress: stages.append(progress.stage))
    assert "comparing" in stages
    assert after
    assert not any("mirrored.png" in file_names(family) for family in after)
    stages.clear()
    assert collection.families(report=lambda progress: stages.append(progress.stage)) == after
    assert "comparing" not in stages


def test_scores_of_an_unknown_model_are_computed_again(collection: Collection) -> None:
    before, stages = collection.families(), list[str]()
    with collection.index.writing() as connection:
        connection.execute(sql.delete(SETTINGS).where(SETTINGS.c.name == "pairs"))
        connection.execute(sql.update(PAIRS).values(near=0.0, version=0.0))
    assert collection.families(report=lambda progress: stages.append(progress.stage)) == before
    assert "comparing" in stages
    stages.clear()
    assert collection.families(report=lambda progress: stages.append(progress.stage)) == before
    assert "comparing" not in stages
