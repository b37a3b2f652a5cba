"""The average covers about the last tenth of a run, whatever its length."""

import pytest
import torch
from torch import nn

from experiments.train.weight_average import WeightAverage, middle_of


def average_age(steps: int) -> float:
    """How many steps old the average is after a run in which the weight is the number of the step."""
    model = nn.Linear(1, 1, bias=False)
    average = WeightAverage(model)
    for step in range(steps):
        nn.init.constant_(model.weight, step)
        average.update(model, step)
    return steps - 1 - float(average.model.state_dict()["weight"])


@pytest.mark.parametrize("steps", [50, 500, 2_000])
def test_the_average_is_as_old_as_a_tenth_of_the_run(steps: int) -> None:
    assert 0.05 * steps < average_age(steps) < 0.12 * steps


def test_statistics_are_averaged_and_counters_copied() -> None:
    model = nn.BatchNorm1d(1)
    average = WeightAverage(model)
    model.train()(torch.ones(4, 1))
    average.update(model, 10)
    averaged, current = average.model.state_dict(), model.state_dict()
    assert float(averaged["running_mean"]) == pytest.approx(float(current["running_mean"]) / 2)
    assert int(averaged["num_batches_tracked"]) == 1


def test_the_average_is_ready_to_evaluate() -> None:
    average = WeightAverage(nn.BatchNorm1d(1))
    assert not average.model.training
    assert not any(parameter.requires_grad for parameter in average.model.parameters())


def test_the_middle_has_the_mean_weights_and_leaves_both_models_alone() -> None:
    first, second = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
    nn.init.constant_(first.weight, 1)
    nn.init.constant_(second.weight, 4)
    assert middle_of(first, second).weight.tolist() == [[2.5]]
    assert [model.weight.tolist() for model in (first, second)] == [[[1]], [[4]]]
