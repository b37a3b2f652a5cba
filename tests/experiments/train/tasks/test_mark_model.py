"""The mark model learns from damaged pages, and its limit allows few drawn marks to be lost."""

from pathlib import Path

import numpy as np
import pytest
import torch

from experiments.recipes import mark_pages
from experiments.train.tasks import mark_model
from experiments.train.tasks.mark_examples import MarkExamples, count_drawn_marks, is_page_held_out, measure_page
from experiments.train.tasks.mark_model import DRAWN_WEIGHT, MarkTask, choose_limit, mark_figures, mark_weights
from experiments.train.tasks.task_data import load_weights
from pochade.analysis.mark_features import FEATURE_NAMES, FEATURES
from pochade.models.mark_model import MarkModel
from tests.support.training_tasks import CPU, check_figures, check_learning, check_writing

TASK = MarkTask()


@pytest.fixture
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mark_pages, "SIDES", (170, 190))


@pytest.mark.slow
@pytest.mark.usefixtures("_small_pages")
def test_the_model_learns_is_judged_and_written(tmp_path: Path) -> None:
    prepared = check_learning(TASK)
    features, kinds, shares = prepared.data
    assert features.shape == (len(kinds), FEATURES)
    assert set(kinds.tolist()) == {0, 1}
    assert (shares > 0).all()
    check_figures(TASK, prepared)
    loaded = check_writing(TASK, prepared.model, tmp_path / TASK.file, lambda path: load_weights(path, MarkModel, CPU))
    assert isinstance(loaded, MarkModel)
    assert float(loaded.limit) != 0


@pytest.mark.slow
@pytest.mark.usefixtures("_small_pages")
def test_a_page_is_decided_by_its_number() -> None:
    first, again = measure_page(3), measure_page(3)
    np.testing.assert_array_equal(first.features, again.features)
    np.testing.assert_array_equal(first.is_dust, again.is_dust)


def test_a_page_in_four_is_held_out() -> None:
    assert [number for number in range(10) if is_page_held_out(number)] == [0, 4, 8]


def test_small_dark_marks_are_counted_or_light_ones_on_a_dark_page_and_strokes_are_not() -> None:
    page = np.full((300, 300, 3), 255, np.uint8)
    page[50:54, 50:54] = page[50:54, 90:94] = 20
    page[100:104] = 20
    assert count_drawn_marks(page, 254) == count_drawn_marks(255 - page, 254) == 2


def examples() -> MarkExamples:
    """Five drawn marks and three of dust, one of them large, on two pages where ten marks are drawn."""
    features = torch.zeros(8, FEATURES)
    features[:, FEATURE_NAMES.index("contrast")] = 0.5
    is_dust = torch.tensor([False] * 5 + [True] * 3)
    lengths = torch.tensor([0.5] * 7 + [3.0])
    return MarkExamples(features, is_dust, lengths, torch.tensor([0] * 6 + [1] * 2), 10)


LOGITS = torch.tensor([-4.0, -3.0, -2.0, 1.0, 2.0, 3.0, 1.5, 9.0])


@pytest.mark.parametrize(("allowed", "limit"), [(0.0, 2.0), (0.1, 1.0), (0.2, -2.0), (0.9, -4.0)])
def test_the_limit_lets_the_allowed_share_of_all_drawn_marks_go(allowed: float, limit: float) -> None:
    assert choose_limit(LOGITS, examples(), allowed) == pytest.approx(limit, abs=0.01)


def test_figures_count_small_dust_above_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mark_model, "LOSSES", {"removed": 0.0, "removed_at_1_in_10": 0.1})
    assert mark_figures(LOGITS, examples()) == {"removed": 0.5, "removed_at_1_in_10": 1.0, "accuracy": 0.75}


def test_drawn_marks_and_those_of_empty_pages_count_more() -> None:
    few, crowded = torch.tensor([0, 0]), torch.ones(1500, dtype=torch.int64)
    pages = torch.cat([few, crowded])
    is_dust = torch.tensor([True, False] + [True] * 1500)
    shares = mark_weights(MarkExamples(torch.zeros(1502, FEATURES), is_dust, torch.zeros(1502), pages, 1))
    np.testing.assert_allclose(shares[:3], [1, DRAWN_WEIGHT, 0.1], rtol=1e-5)
