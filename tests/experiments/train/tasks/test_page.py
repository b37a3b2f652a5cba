"""The page model is trained on pages that are damaged anew each time, and judged by the paper and light it finds."""

from pathlib import Path

import numpy as np
import pytest
import torch

from experiments.train.tasks.page import PAGE_SIDE, PageTask, damage_pages, stack_pages
from experiments.train.tasks.task_data import load_weights
from pochade.models.page_model import PageModel
from pochade.training.augment.random_numbers import RandomNumbers
from tests.support.drawings import drawing
from tests.support.training_tasks import CPU, check_figures, check_learning, check_writing

TASK = PageTask()


@pytest.mark.slow
def test_the_shipped_model_learns_and_is_written(tmp_path: Path) -> None:
    prepared = check_learning(TASK)
    check_writing(TASK, prepared.model, tmp_path / TASK.file, lambda path: load_weights(path, PageModel, CPU))


@pytest.mark.slow
def test_the_shipped_model_finds_more_paper_and_light_than_an_untrained_one() -> None:
    prepared = TASK.prepare(CPU, small=True)
    shipped = check_figures(TASK, prepared)
    assert shipped["paper_found"] > 0.7
    assert shipped["paper_right"] > 0.7
    untrained = prepared.evaluate(PageModel().eval())
    assert untrained["paper_found"] < shipped["paper_found"]
    assert untrained["light_error"] > shipped["light_error"]


def test_pages_of_all_shapes_are_filled_to_squares_by_repeating_their_edges() -> None:
    page = np.random.default_rng(0).integers(0, 256, (PAGE_SIDE, 200, 3), np.uint8)
    squares, sizes = stack_pages([page, page.transpose(1, 0, 2)], CPU)
    assert sizes.tolist() == [[PAGE_SIDE, 200], [200, PAGE_SIDE]]
    np.testing.assert_array_equal(squares[0, :, :, :200].permute(1, 2, 0), page)
    assert (squares[0, :, :, 200:] == squares[0, :, :, 199:200]).all()
    assert (squares[1, :, 200:] == squares[1, :, 199:200]).all()


def test_bare_paper_is_white_paper_and_its_edges_are_repeated_after_the_damage() -> None:
    page = np.full((PAGE_SIDE, 160, 3), 255, np.uint8)
    page[:240] = 40
    squares, sizes = stack_pages([page] * 8, CPU)
    damaged = damage_pages(squares.float() / 255, sizes, RandomNumbers(0))
    assert (damaged.bare[:, :, :240] == 0).all()
    assert damaged.bare[:, :, 240:].mean() > 0.8
    assert ((damaged.bare_shares > 0.15) & (damaged.bare_shares <= 0.25)).all()
    for field in (damaged.pictures, damaged.log_light, damaged.bare):
        assert (field[..., 160:] == field[..., 159:160]).all()
    assert (damaged.log_light[2:] != 0).any()
    assert (damaged.log_light[:1] == 0).all()  # the first of the batch are under even light


def test_damage_is_made_on_the_device_of_the_pages() -> None:
    squares, sizes = stack_pages([np.asarray(drawing(seed, PAGE_SIDE))[:, :240] for seed in range(8)], CPU)
    pages = squares.float() / 255
    expected = damage_pages(pages, sizes, RandomNumbers(0))
    with torch.device("meta"):  # whatever is made without a device can't be mixed with the pages
        damaged = damage_pages(pages, sizes, RandomNumbers(0, CPU))
    torch.testing.assert_close(damaged.pictures, expected.pictures)
