"""Random numbers depend on the seed and the call alone, and are as random as they should be."""

import pytest
import torch

from pochade.training.augment.random_numbers import FEW, RandomNumbers

MANY = 200_000


def test_streams_of_one_seed_are_equal_call_by_call() -> None:
    first, second = RandomNumbers(3), RandomNumbers(3)
    assert torch.equal(first.uniform((2, 5)), second.uniform((2, 5)))
    assert torch.equal(first.normal((7,)), second.normal((7,)))
    assert torch.equal(first.integers((4,), 0, 10), second.integers((4,), 0, 10))
    assert first.integer(0, 100) == second.integer(0, 100)
    assert torch.equal(first.rows(9, 0.5), second.rows(9, 0.5))


def test_seeds_and_calls_give_different_numbers() -> None:
    stream = RandomNumbers(3)
    draws = [stream.uniform((8,)), stream.uniform((8,))]
    draws += [RandomNumbers(seed).uniform((8,)) for seed in (4, 2**62)]
    assert len({tuple(draw.tolist()) for draw in draws}) == 4


def test_the_numbers_of_a_seed_never_change() -> None:
    stream = RandomNumbers(7)
    assert (stream.uniform((3,)) * 2**24).tolist() == [8185271, 11587072, 9241545]
    assert stream.integers((6,), 0, 1000).tolist() == [705, 49, 16, 413, 960, 756]
    assert stream.integer(0, 1000) == 142
    torch.testing.assert_close(stream.normal((3,)), torch.tensor([-2.028317, 1.336724, -0.995324]), atol=1e-5, rtol=0)
    assert stream.rows(10, 0.5).tolist() == [3, 4, 6, 8, 9]


def test_nothing_else_that_is_random_matters() -> None:
    torch.manual_seed(0)
    first = RandomNumbers(5).uniform((4,))
    torch.manual_seed(1)
    before = torch.get_rng_state()
    assert torch.equal(first, RandomNumbers(5).uniform((4,)))
    assert torch.equal(before, torch.get_rng_state())


def test_the_seed_may_come_from_torch() -> None:
    torch.manual_seed(0)
    first, second = RandomNumbers.from_torch(), RandomNumbers.from_torch()
    torch.manual_seed(0)
    assert RandomNumbers.from_torch().seed == first.seed
    assert first.seed != second.seed


def test_few_numbers_are_the_first_of_many() -> None:
    """Few are made by numpy and many by torch."""
    assert torch.equal(RandomNumbers(1).uniform((FEW,)), RandomNumbers(1).uniform((FEW + 1,))[:FEW])
    assert torch.equal(RandomNumbers(1).integers((9,), 0, 7), RandomNumbers(1).integers((FEW + 9,), 0, 7)[:9])


def test_uniform_numbers_fill_their_range_evenly() -> None:
    numbers = RandomNumbers(0).uniform((MANY,), -1, 3)
    assert numbers.min() >= -1
    assert numbers.max() < 3
    assert numbers.mean() == pytest.approx(1, abs=0.02)
    assert numbers.var() == pytest.approx(16 / 12, rel=0.02)
    shares = torch.histc(numbers, 50, -1, 3) / MANY
    assert shares.min() > 0.018
    assert shares.max() < 0.022


def test_normal_numbers_have_the_moments_of_a_normal_distribution() -> None:
    numbers = RandomNumbers(0).normal((MANY + 1,), deviation=2)
    assert numbers.mean() == pytest.approx(0, abs=0.02)
    assert numbers.std() == pytest.approx(2, rel=0.01)
    assert (numbers / 2).pow(4).mean() == pytest.approx(3, rel=0.05)
    assert (numbers.abs() < 2).float().mean() == pytest.approx(0.6827, abs=0.005)


@pytest.mark.parametrize("other", [1, 2**31, 2**40 + 1])
def test_neighbours_calls_and_seeds_do_not_correlate(other: int) -> None:
    stream = RandomNumbers(0)
    first, second = stream.uniform((MANY,)), stream.uniform((MANY,))
    third = RandomNumbers(other).uniform((MANY,))
    for a, b in ((first, second), (first, third), (first[1:], first[:-1]), (first[64:], first[:-64])):
        assert abs(float(torch.corrcoef(torch.stack([a, b]))[0, 1])) < 0.01


def test_integers_reach_both_ends_of_their_range_and_no_further() -> None:
    numbers = RandomNumbers(0).integers((5000,), -2, 3)
    assert numbers.dtype == torch.int64
    assert sorted(set(numbers.tolist())) == [-2, -1, 0, 1, 2]
    stream = RandomNumbers(0)
    assert {stream.integer(4, 6) for _ in range(50)} == {4, 5}


def test_a_mask_and_rows_select_the_share_asked_for() -> None:
    stream = RandomNumbers(0)
    assert stream.mask(MANY, 0.3).float().mean() == pytest.approx(0.3, abs=0.01)
    rows = stream.rows(MANY, 0.3)
    assert len(rows) / MANY == pytest.approx(0.3, abs=0.01)
    assert (rows.diff() > 0).all()
    assert (len(stream.rows(50, 0)), len(stream.rows(50, 1))) == (0, 50)


def test_a_number_is_drawn_for_a_share_of_the_pictures_only() -> None:
    numbers = RandomNumbers(0).occasional(MANY, 0.25, 2, 3, 1)
    assert numbers.shape == (MANY, 1, 1, 1)
    assert (numbers != 1).float().mean() == pytest.approx(0.25, abs=0.01)
    assert ((numbers == 1) | ((numbers >= 2) & (numbers < 3))).all()


def test_a_change_is_applied_to_a_share_of_the_pictures_and_computed_for_these_only() -> None:
    x, seen = torch.zeros(2000, 1, 2, 2), list[int]()

    def add_one(pictures: torch.Tensor) -> torch.Tensor:
        seen.append(len(pictures))
        return pictures + 1

    changed = RandomNumbers(0).apply(0.2, add_one, x)
    assert changed.sum() / 4 == seen[0] == pytest.approx(400, abs=60)
    assert (x == 0).all()
    assert RandomNumbers(0).apply_(0.2, add_one, x) is x
    assert torch.equal(x, changed)
