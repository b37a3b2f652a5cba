"""The pair model is trained on pairs of edits, stages and other works, and judged on held-out works."""

from pathlib import Path

import pytest
import torch

from experiments.train.tasks.pair_model import PairTask, relation_figures
from experiments.train.tasks.task_data import load_weights
from pochade.analysis.pair_features import FEATURES_PER_PAIR
from pochade.models.pair_model import PAIR_RELATIONS, PairModel
from tests.support.training_tasks import CPU, check_figures, check_learning, check_writing

TASK = PairTask()


@pytest.mark.slow
def test_the_shipped_model_learns_is_judged_and_written(tmp_path: Path) -> None:
    prepared = check_learning(TASK)
    features, relations = prepared.data
    assert features.shape == (len(relations), FEATURES_PER_PAIR)
    assert {"near", "version"} <= {PAIR_RELATIONS[number] for number in relations.tolist()}
    check_figures(TASK, prepared)
    check_writing(TASK, prepared.model, tmp_path / TASK.file, lambda path: load_weights(path, PairModel, CPU))


def test_figures_count_what_is_found_and_what_is_right() -> None:
    apart, near, version = torch.eye(3)
    relations = torch.tensor([PAIR_RELATIONS.index(name) for name in ("apart", "near", "near", "version")])
    figures = relation_figures(torch.stack([near, near, version, version]), relations)
    assert figures == {
        "accuracy": 0.5,
        "precision_near": 0.5,
        "recall_near": 0.5,
        "precision_version": 0.5,
        "recall_version": 1.0,
        "precision_same_work": 0.75,
        "recall_same_work": 1.0,
    }
    nothing = relation_figures(torch.stack([apart] * 4), relations)
    assert nothing["precision_near"] == nothing["recall_near"] == 0
