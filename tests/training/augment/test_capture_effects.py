"""Scanning, photographing and publishing soften, darken, roughen and compress a picture."""

import torch

from pochade.training.augment.capture_effects import recompress, simulate_capture, soften
from pochade.training.augment.random_numbers import RandomNumbers
from tests.support.letterboxed import letterboxed_drawings


def test_softened_pictures_have_weaker_edges() -> None:
    x = letterboxed_drawings(1).pictures.expand(200, -1, -1, -1).clone()
    edges = x.diff(dim=3).abs().mean((1, 2, 3))
    softened_edges = soften(x, RandomNumbers(0)).diff(dim=3).abs().mean((1, 2, 3))
    assert (softened_edges <= edges + 1e-5).all()
    assert 0.3 < float((softened_edges < 0.98 * edges).float().mean()) < 0.55


def test_capture_darkens_paper_unevenly_and_adds_noise() -> None:
    paper = simulate_capture(torch.ones(400, 3, 32, 32), RandomNumbers(0))
    assert paper.mean((1, 2, 3)).max() < 1.01
    assert 0.25 < float((paper.mean((1, 2, 3)) < 0.97).float().mean()) < 0.55
    assert 0.2 < float((paper.diff(dim=3).std((1, 2, 3)) > 0.005).float().mean()) < 0.35


def test_a_share_of_the_pictures_is_compressed() -> None:
    x = letterboxed_drawings(1).pictures.expand(200, -1, -1, -1).clone()
    error = (recompress(x.clone(), RandomNumbers(0)) - x).abs().amax((1, 2, 3))
    assert 0.15 < float((error > 0.05).float().mean()) < 0.35
    assert ((error > 0.02) | (error == 0)).all()
