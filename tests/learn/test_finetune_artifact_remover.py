"""A fine-tuned artifact remover is used only if it is better on held-out pictures."""

from pathlib import Path

import pytest
import torch

from pochade.learn import finetune_artifact_remover as finetuning
from pochade.learn.finetune_artifact_remover import finetune_artifact_remover
from pochade.models import weights
from pochade.models.denoiser import Denoiser
from pochade.models.model_configs import DenoiserConfig
from pochade.models.packed_weights import pack_model
from pochade.system.atomic_files import write_atomically
from pochade.system.progress import ignore_progress
from tests.support.paintings import painting, save_png


@pytest.fixture
def untrained(tmp_path: Path) -> Path:
    """The folder of an index with a model that has learnt nothing yet."""
    torch.manual_seed(0)
    model = Denoiser(DenoiserConfig(planes=1, finds=0, widths=(8, 8), change=0.1))
    write_atomically(tmp_path / "home" / weights.AVIF_FILE, pack_model(model))
    return tmp_path / "home"


@pytest.mark.slow
def test_only_a_better_model_is_returned(untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [tmp_path / f"{number}.png" for number in range(4)]
    for number, file in enumerate(files):
        file.write_bytes(save_png(painting(220 + 8 * number, 230)))
    monkeypatch.setattr(finetuning, "MAX_CROPS_PER_FILE", 8)
    model, figures = finetune_artifact_remover(untrained, files[:3], files[3:], 0.02, ignore_progress)
    assert (model is not None) == (figures["after"] < figures["before"])
    losses = iter([1.0, 2.0])
    monkeypatch.setattr(finetuning, "_mean_loss", lambda _model, _crops: next(losses))
    assert finetune_artifact_remover(untrained, files[:3], files[3:], 0.02, ignore_progress)[0] is None


def test_too_few_pictures_train_nothing(untrained: Path) -> None:
    assert finetune_artifact_remover(untrained, [], [], 1, ignore_progress) == (None, {})
