"""The stages that train a model, each from pictures to weights."""

import dataclasses
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from pochade.study.stages.stage_inputs import StageInputs
from pochade.study.stages.stage_store import StageResult
from pochade.study.study_models import model_plans
from pochade.training.loop import TrainingProgress, train

CURVES = ("losses", "trace")  # fields of the result: the mean loss of each epoch, and of its parts


def train_model(inputs: StageInputs, name: str, report: Callable[[TrainingProgress], None]) -> StageResult:
    """Train the model of that name; a run that was interrupted continues from its checkpoint.

    Args:
        inputs: The pictures, the settings, and where the checkpoint is stored.
        name: The model's name.
        report: Called with the progress.

    Returns:
        The losses, and the weights as arrays.

    Raises:
        TrainingDiverged: The loss is infinite or not a number.
        OutputUnwritable: The checkpoint can't be written.
    """
    plan = model_plans(inputs.data, inputs.settings)[name]
    split = inputs.data.train
    data = (split.images, split.labels) if plan.with_labels else (split.images,)
    checkpoint = inputs.store.path(name, ".training.safetensors")
    model: Any = plan.build()
    model.to(memory_format=torch.channels_last)  # a sixth faster on a CPU
    result = train(model, plan.loss, data, plan.recipe, seed=plan.seed, checkpoint=checkpoint, report=report)
    weights = model.to(memory_format=torch.contiguous_format).cpu().state_dict()
    checkpoint.unlink(missing_ok=True)
    numbers = dataclasses.asdict(result)
    for curve in CURVES:
        numbers[curve] = [loss / plan.loss_pictures for loss in numbers[curve]]
    return StageResult(numbers, weights)


def parameter_count(model: nn.Module) -> int:
    """The number of weights of a model."""
    return sum(parameter.numel() for parameter in model.parameters())
