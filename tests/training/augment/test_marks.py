"""Marks have the number, the size and the length that they should, and overlap in any order."""

import pytest
import torch

from pochade.training.augment.marks import Specks, Threads, draw_specks, draw_threads, spread_marks
from pochade.training.augment.random_numbers import RandomNumbers


def speck(radius: float, reach: int = 4) -> Specks:
    """One speck on the first layer."""
    return Specks(torch.zeros(1, dtype=torch.int64), torch.tensor([radius]), torch.ones(1), reach)


def thread(length: float, radius: float = 0.5, bend: float = 0.0) -> Threads:
    """One thread on the first layer."""
    numbers = (torch.tensor([value]) for value in (length, radius, bend, 1.0))
    return Threads(torch.zeros(1, dtype=torch.int64), *numbers)


def test_the_number_of_marks_of_a_layer_is_poisson_distributed() -> None:
    means = torch.tensor([0.0, 2.0, 5.0, 0.0, 1.0])
    counts = []
    for seed in range(600):
        layers, present = spread_marks(RandomNumbers(seed), means, 60)
        counts.append(torch.bincount(layers[present], minlength=5))
    numbers = torch.stack(counts).float()
    torch.testing.assert_close(numbers.mean(0), means, atol=0.25, rtol=0)
    torch.testing.assert_close(numbers.var(0), means, atol=0.8, rtol=0)
    assert numbers[:, [0, 3]].sum() == 0


def test_too_many_marks_are_thinned_on_all_layers_alike() -> None:
    layers, present = spread_marks(RandomNumbers(0), torch.full((4,), 10_000.0), 2000)
    counts = torch.bincount(layers[present], minlength=4)
    assert 1600 < int(counts.sum()) <= 2000
    assert counts.min() > 0.8 * counts.max()


def test_a_speck_has_about_the_area_of_its_disc() -> None:
    areas = []
    for seed in range(30):
        canvas = torch.zeros(1, 60, 60)
        draw_specks(RandomNumbers(seed), canvas, speck(6.0, 12))
        areas.append(float(canvas.sum()))
    assert max(areas) == pytest.approx(3.14 * 36, rel=0.3)  # some are cut off by the edge of the sheet


def test_a_speck_smaller_than_a_pixel_covers_part_of_it() -> None:
    canvas = torch.zeros(1, 9, 9)
    draw_specks(RandomNumbers(3), canvas, speck(0.2))
    assert 0 < canvas.max() < 0.5
    assert (canvas > 0).sum() <= 4


def test_a_thread_has_the_given_length_and_no_gaps() -> None:
    for seed in range(40):
        canvas = torch.zeros(1, 90, 90)
        draw_threads(RandomNumbers(seed), canvas, thread(30, radius=0.5), 60)
        rows, columns = torch.nonzero(canvas[0] > 0.3).T
        if min(rows.min(), columns.min()) > 1 and max(rows.max(), columns.max()) < 88:
            span = torch.hypot((rows.max() - rows.min()).float(), (columns.max() - columns.min()).float())
            assert float(span) == pytest.approx(30, abs=3)
            assert int((canvas[0] > 0.3).sum()) >= 28
            return
    pytest.fail("no thread lay wholly on the sheet")


def test_a_thread_that_bends_ends_nearer_to_its_start() -> None:
    spans = []
    for bend in (0.0, 5.0):
        canvas = torch.zeros(1, 200, 200)
        draw_threads(RandomNumbers(2), canvas, thread(60, bend=bend), 100)
        rows, columns = torch.nonzero(canvas[0] > 0.3).T
        spans.append(float(torch.hypot((rows.max() - rows.min()).float(), (columns.max() - columns.min()).float())))
    assert spans[1] < 0.8 * spans[0]


def test_marks_without_size_cover_nothing() -> None:
    canvas = torch.zeros(1, 20, 20)
    draw_specks(RandomNumbers(0), canvas, speck(0.0))
    draw_threads(RandomNumbers(0), canvas, thread(0.0), 20)
    assert canvas.max() == 0
