"""Torch modules as models that run without torch."""

from typing import Any

from torch import nn

from pochade.models.runnable_model import RunnableModel
from pochade.models.stored_model import StoredModel


def runnable(model: nn.Module) -> RunnableModel[Any]:
    """A model with the weights and the config of a torch module; small ones run by torch, as no graph fits them."""
    weights = {name: tensor.numpy().copy() for name, tensor in model.state_dict().items()}
    return RunnableModel(StoredModel(model.config, weights))
