"""Damaged views: what they may change of a picture and what not."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from pochade.images.geometry.letterbox import letterboxed
from pochade.models import EmbeddingConfig, EmbeddingModel, SketchConfig, SketchVAE
from pochade.models.model_input import LetterboxedBatch, model_input
from pochade.models.muon import Muon
from pochade.training.augment import augmentations
from pochade.training.augment.augmentations import augment, recomposed, seen, to_the_subject
from pochade.training.losses.contrastive import ContrastiveLoss
from pochade.training.losses.rate_distortion import rate_distortion_loss
from tests.support.drawings import drawing


def sources(count: int, side: int = 200) -> LetterboxedBatch:
    """The first drawings, as they are read from a collection."""
    squares = [letterboxed(np.asarray(drawing(seed, side))) for seed in range(count)]
    pixels = torch.from_numpy(np.stack([square.pixels for square in squares])).permute(0, 3, 1, 2).float() / 255
    return LetterboxedBatch(pixels, torch.tensor([[square.width, square.height] for square in squares]) / 96)


def test_the_undamaged_view_is_the_picture() -> None:
    some = sources(3)
    view = model_input(some, 96)
    torch.testing.assert_close(view[:, :3], some.pictures, atol=1e-4, rtol=0)
    assert (view[:, 3] == 1).all()


@pytest.mark.parametrize("view", [augment, recomposed])
def test_views_are_pictures_in_their_frames(view: Callable[[LetterboxedBatch, int], Tensor]) -> None:
    torch.manual_seed(0)
    augmentations = view(sources(40), 64)
    colour, frame = augmentations[:, :3], augmentations[:, 3:]
    assert augmentations.shape == (40, 4, 64, 64)
    assert augmentations.isfinite().all()
    assert augmentations.min() >= 0
    assert augmentations.max() <= 1
    assert set(frame.unique().tolist()) <= {0.0, 1.0}
    assert (colour.masked_select((frame == 0).expand_as(colour)) == 1).all()


def test_the_same_seed_gives_the_same_views() -> None:
    torch.manual_seed(1)
    first = augment(sources(8), 64)
    torch.manual_seed(1)
    assert torch.equal(first, augment(sources(8), 64))
    assert not torch.equal(first, augment(sources(8), 64))


def test_a_quarter_turn_of_the_frame_shows_the_picture_turned() -> None:
    some = sources(1)
    quarter = torch.tensor([[[0.0, -1.0], [1.0, 0.0]]])
    view = seen(some.pictures, some.frames, quarter, torch.zeros(1, 2), 96)[:, :3]
    turned = torch.rot90(some.pictures, 1, (2, 3))
    torch.testing.assert_close(view, turned, atol=1e-3, rtol=0)


def test_a_wide_frame_leaves_white_above_and_below() -> None:
    some = sources(1)
    view = seen(some.pictures, torch.tensor([[1.0, 0.5]]), torch.eye(2)[None], torch.zeros(1, 2), 96)
    assert view[0, 3].sum() == 96 * 48
    assert (view[0, :3, :20] == 1).all()


@pytest.mark.parametrize("paper", [1.3, 1.8])
def test_paper_about_the_subject_is_found_wherever_it_lies(paper: float) -> None:
    page = torch.ones(1, 3, 96, 96)
    page[:, :, 20:60, 30:80] = 0.3  # 50 wide, 40 high
    corner = torch.tensor([[0.1, -0.2]]) * (paper > 1.5)
    frames, centres = to_the_subject(page, torch.full((1, 2), paper), torch.eye(2)[None], corner)
    torch.testing.assert_close(frames, torch.tensor([[50.0, 40.0]]) / 96, atol=0.17, rtol=0)
    torch.testing.assert_close(centres, torch.tensor([[55 / 48 - 1, 40 / 48 - 1]]), atol=0.07, rtol=0)


def test_a_page_without_a_subject_keeps_its_frame() -> None:
    frames, centres = to_the_subject(
        torch.full((1, 3, 96, 96), 0.5), torch.full((1, 2), 0.9), torch.eye(2)[None], torch.zeros(1, 2)
    )
    assert frames[0].tolist() == pytest.approx([0.9, 0.9])
    assert centres[0].tolist() == [0, 0]


def test_line_art_is_dark_lines_on_white() -> None:
    torch.manual_seed(0)
    lines = augmentations.line_art(sources(6).pictures)
    assert lines.median() > 0.9
    assert lines.min() < 0.3
    torch.testing.assert_close(lines[:, 0], lines[:, 2])


def test_agreement_teaches_a_net_to_find_its_pieces() -> None:
    torch.manual_seed(0)
    net, some = EmbeddingModel(EmbeddingConfig(side=64, widths=(8, 8, 8, 16), head=16)), sources(16)
    agreement, pieces = ContrastiveLoss(16, 64), torch.arange(16)
    optimiser = Muon(net.parameters(), 2e-2)  # what looks are trained with
    values = []
    for _ in range(140):
        value = agreement.loss(net, some.pictures, some.frames, pieces, pieces)
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        values.append(value.item())
    assert sum(values[-5:]) < 0.8 * sum(values[:5])
    assert (agreement.kinds == pieces).all()


def test_coding_redraws_better_with_the_same_bits() -> None:
    torch.manual_seed(0)
    config = SketchConfig(groups=(8, 24), widths=(8, 8, 8, 8), drawing=(8, 8, 8), fine=8, foretelling=8)
    net, some, values = SketchVAE(config), sources(8), []
    optimiser = torch.optim.Adam(net.parameters(), 3e-3)
    for _ in range(40):
        value = rate_distortion_loss(net, some.pictures, some.frames)
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        values.append(value.item())
    assert sum(values[-5:]) < sum(values[:5]) - 0.5
