"""The restorer of AVIFs, trained further on a person's pictures: cut at their own size, kept only where it helps."""

from pathlib import Path

import numpy as np
import pytest
import torch

from pochade.learn import finetune_artifact_remover, finetune_embedding
from pochade.learn.avif_crops import SIDE, cuts_of, part_of
from pochade.learn.finetune_artifact_remover import tuned_restorer
from pochade.models import Denoiser, DenoiserConfig, weights
from pochade.models.packed_weights import packed
from pochade.system.atomic_files import write_atomically
from pochade.training.losses.denoising import FLOOR, uncoded
from tests.archive.codecs.test_quality_search import as_png, painting


def test_parts_are_cut_at_the_picture_s_own_size() -> None:
    rng, pixels = np.random.default_rng(0), painting(300, 400)
    part = part_of(pixels, rng)
    assert part is not None
    places = [(top, left) for top in range(300 - SIDE + 1) for left in range(400 - SIDE + 1)]
    assert any(np.array_equal(pixels[top : top + SIDE, left : left + SIDE], part) for top, left in places)


def test_small_pictures_are_repeated_and_flat_ones_left_out() -> None:
    rng = np.random.default_rng(0)
    small = part_of(painting(20, 500), rng)
    assert small is not None
    assert small.shape == (SIDE, SIDE, 3)
    assert part_of(np.full((300, 300, 3), 90, np.uint8), rng) is None


def test_a_file_that_gives_no_picture_gives_no_parts(tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"\x89PNG nothing")
    (tmp_path / "good.png").write_bytes(as_png(painting(200, 210)))
    cuts = cuts_of([tmp_path / "bad.png", tmp_path / "gone.png", tmp_path / "good.png"], 3)
    assert len(cuts) == 3
    for coded, clean, quality in cuts:
        assert coded.shape == clean.shape == (SIDE, SIDE, 3)
        assert 0 < np.abs(coded.astype(int) - clean).mean() < 40
        assert 0 <= quality <= 100


def test_the_loss_falls_by_the_logarithm_of_the_error() -> None:
    clean = torch.randint(50, 200, (4, 3, SIDE, SIDE), dtype=torch.uint8)
    told = torch.full((4, 1, 1, 1), 50, dtype=torch.uint8)

    def off_by(error: float) -> float:
        nothing = Unchanging()
        return float(uncoded(nothing, clean.float() / 255 + error, clean, told))

    assert off_by(0.02) - off_by(0.01) == pytest.approx(np.log((4e-4 + FLOOR) / (1e-4 + FLOOR)), rel=0.01)


class Unchanging(torch.nn.Module):
    """A net that changes nothing."""

    def forward(self, x: torch.Tensor, told: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """No change, and no defects."""
        return torch.zeros_like(x), told


@pytest.fixture
def untrained(tmp_path: Path) -> Path:
    """An index whose own net has learnt nothing yet."""
    torch.manual_seed(0)
    net = Denoiser(DenoiserConfig(planes=1, finds=0, widths=(8, 8), change=0.1))
    write_atomically(tmp_path / "home" / weights.AVIF, packed(net))
    return tmp_path / "home"


def test_what_training_made_is_kept_only_if_it_is_better(
    untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = []
    for number in range(4):
        files.append(tmp_path / f"{number}.png")
        files[-1].write_bytes(as_png(painting(220 + 8 * number, 230)))
    monkeypatch.setattr(finetune_artifact_remover, "OF_A_PIECE", 8)
    net, said = tuned_restorer(untrained, files[:3], files[3:], 0.02, lambda _: None)
    assert (net is not None) == (said["after"] < said["before"])
    worse = iter([1.0, 2.0])
    monkeypatch.setattr(finetune_artifact_remover, "judged", lambda _net, _cuts: next(worse))
    assert tuned_restorer(untrained, files[:3], files[3:], 0.02, lambda _: None)[0] is None


def test_too_few_pictures_train_nothing(untrained: Path) -> None:
    assert tuned_restorer(untrained, [], [], 1, lambda _: None) == (None, {})


def test_a_plan_is_kept_for_the_same_minutes_and_pictures_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finetune_embedding, "seconds_of_an_epoch", lambda *_: 6.0)
    few, many = (torch.zeros(8),), (torch.zeros(9),)
    net = torch.nn.Linear(1, 1)
    assert finetune_embedding.planned(tmp_path / "plan.json", 1, net, torch.nn.MSELoss(), few) == 10
    monkeypatch.setattr(finetune_embedding, "seconds_of_an_epoch", lambda *_: 3.0)
    assert finetune_embedding.planned(tmp_path / "plan.json", 1, net, torch.nn.MSELoss(), few) == 10
    assert finetune_embedding.planned(tmp_path / "plan.json", 1, net, torch.nn.MSELoss(), many) == 20
    assert finetune_embedding.planned(tmp_path / "plan.json", 2, net, torch.nn.MSELoss(), many) == 40
