"""Rows are split by the pack, samples are spread evenly, and held-out losses are means that can be repeated."""

import pytest
import torch
from torch import Tensor, nn

from experiments.pack.pack_file import pack_path, read_pack
from experiments.shared.sampling import sample_evenly
from experiments.train.tasks.task_data import SMALL_ROWS, held_out_loss, split_rows
from tests.support.small_packs import HELD_OUT_EVERY, PICTURES


def test_training_and_held_out_rows_share_nothing_and_miss_nothing() -> None:
    pack = read_pack(pack_path("art"))
    training, held_out = split_rows(pack, small=False)
    assert held_out == list(range(0, PICTURES, HELD_OUT_EVERY))
    assert sorted(training + held_out) == list(range(PICTURES))


def test_small_runs_take_few_rows_and_only_those_that_are_asked_for() -> None:
    pack = read_pack(pack_path("scans"))
    training, held_out = split_rows(pack, small=True, among=pack.extra["is_page"])
    assert 0 < len(training) <= SMALL_ROWS
    assert max(training + held_out) < PICTURES  # the squares come after the pages


def test_a_sample_is_spread_over_all_rows() -> None:
    assert sample_evenly(range(10), 4) == [0, 2, 5, 7]
    assert sample_evenly([3, 5], 4) == [3, 5]


def test_a_held_out_loss_is_the_mean_over_pictures_with_the_same_noise_each_time() -> None:
    pictures = torch.arange(6, dtype=torch.uint8).view(6, 1, 1, 1) * 51  # 0 to 1 in steps of 0.2
    others = torch.ones(6)

    def noisy_mean(_: nn.Module, x: Tensor, weights: Tensor) -> Tensor:
        return (x.flatten() * weights).mean() + 1e-3 * torch.randn(())

    torch.manual_seed(5)
    first = held_out_loss(nn.Identity(), noisy_mean, (pictures, others), 4)
    assert first == pytest.approx(0.5, abs=0.01)
    assert held_out_loss(nn.Identity(), noisy_mean, (pictures, others), 4) == first
    after = torch.rand(1)
    torch.manual_seed(5)
    assert torch.equal(torch.rand(1), after)  # the numbers of the run go on as if nothing had been measured
