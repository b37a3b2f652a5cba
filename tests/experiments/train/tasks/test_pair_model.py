"""The pair model is trained on made and judged pairs, and judged on held-out works."""

from pathlib import Path

import pytest
import torch

from experiments.train.pair_measurements import PairExamples
from experiments.train.tasks.pair_model import PairTask, relation_figures
from experiments.train.tasks.task_data import load_weights
from pochade.analysis.comparison.relation_features import FEATURES
from pochade.models.model_configs import PAIR_RELATIONS
from pochade.models.pair_model import PairModel
from tests.support.training_tasks import CPU, check_figures, check_learning, check_writing

TASK = PairTask()


@pytest.mark.slow
def test_the_model_learns_is_judged_and_written(tmp_path: Path) -> None:
    prepared = check_learning(TASK)
    features, relations = prepared.data
    assert features.shape == (len(relations), FEATURES)
    assert {"resave", "edit", "version", "variant"} <= {PAIR_RELATIONS[number] for number in relations.tolist()}
    check_figures(TASK, prepared)
    check_writing(TASK, prepared.model, tmp_path / TASK.file, lambda path: load_weights(path, PairModel, CPU))


def test_figures_count_what_is_found_and_what_is_right() -> None:
    different, variant, _, edit, _ = torch.eye(5)
    names = ("different", "edit", "edit", "version", "variant")
    relations = torch.tensor([PAIR_RELATIONS.index(name) for name in names])
    judged = torch.tensor([False, False, True, True, False])
    named = torch.tensor([False] * 4 + [True])
    examples = PairExamples(torch.empty(5, FEATURES), relations, judged, named)
    assert relation_figures(torch.stack([edit, edit, variant, edit, different]), examples) == {
        "accuracy": 0.5,
        "judged_accuracy": 0.0,
        "mean_accuracy": 0.25,
        "precision": pytest.approx(2 / 3),
        "recall": pytest.approx(2 / 3),
    }
    nothing = relation_figures(torch.stack([different] * 5), examples)
    assert nothing["precision"] == nothing["recall"] == 0
