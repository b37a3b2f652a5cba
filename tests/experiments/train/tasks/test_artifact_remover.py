"""The artifact removers are trained on encoded squares, and judged by the decibels that the packed models gain."""

from pathlib import Path

import pytest
import torch

from experiments.train.tasks.artifact_remover import ArtifactRemoverTask, AvifTask, PreviewTask
from pochade.models.denoiser import Denoiser
from pochade.models.packed_weights import unpack_model
from tests.support.small_packs import CROP_SIDE, HELD_OUT_EVERY
from tests.support.training_tasks import CPU, check_figures, check_learning, check_writing

TASKS = (AvifTask(), PreviewTask())


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_the_shipped_model_learns_and_is_written_packed(task: ArtifactRemoverTask, tmp_path: Path) -> None:
    prepared = check_learning(task)
    check_writing(task, prepared.model, tmp_path / task.file, lambda path: unpack_model(path.read_bytes()))


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_every_encoding_lies_beside_its_original_and_its_conditioning(task: ArtifactRemoverTask) -> None:
    prepared = task.prepare(CPU, small=True)
    decoded, rows, conditioning = prepared.data
    assert isinstance(prepared.model, Denoiser)
    assert decoded.dtype == torch.uint8
    assert decoded.shape[1:] == (3, CROP_SIDE, CROP_SIDE)
    assert conditioning.shape == (len(decoded), prepared.model.config.planes, 1, 1)
    assert (rows % HELD_OUT_EVERY > 0).all()
    originals = prepared.loss.__self__.pixels[rows].float()  # type: ignore[attr-defined]
    errors = (decoded.float() - originals).abs().flatten(1).mean(1)
    strangers = (decoded.float() - originals.roll(2, 0)).abs().flatten(1).mean(1)
    assert (errors < 0.5 * strangers).all()


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_the_shipped_model_gains_and_an_untrained_one_does_not(task: ArtifactRemoverTask) -> None:
    prepared = task.prepare(CPU, small=True)
    assert check_figures(task, prepared)["gain"] > 0.1
    assert isinstance(prepared.model, Denoiser)
    untrained = prepared.evaluate(Denoiser(prepared.model.config).eval())
    assert untrained["gain"] == 0
