"""A model as it is stored: its config and its weights as arrays. No torch is imported.

`checkpoints.py` builds the torch module that such a file describes; `runnable_model.py` runs it without torch.
"""

import json
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from pochade.errors import CheckpointDamaged
from pochade.models.array_files import Arrays, read_arrays
from pochade.models.model_configs import STORED_KINDS, ShippedConfig, restore_tuples

MODEL_FORMAT = "pochade-net-1"

Config = TypeVar("Config", bound=ShippedConfig)


class StoredModel(NamedTuple, Generic[Config]):
    """One model, not yet ready to run."""

    config: Config
    weights: Arrays  # by the names that they have in the torch module

    def part(self, prefix: str) -> Arrays:
        """The weights of one part of the model, by their names inside of it."""
        start = f"{prefix}."
        return {name.removeprefix(start): array for name, array in self.weights.items() if name.startswith(start)}


def read_stored_model(path: Path, config_class: type[Config]) -> StoredModel[Config]:
    """Read a model from a safetensors file.

    Args:
        path: The file.
        config_class: The config of the expected kind of model.

    Raises:
        CheckpointDamaged: The file is missing, cut short, or holds another kind of model.
    """
    weights, metadata = read_arrays(path, MODEL_FORMAT)
    kind = STORED_KINDS[config_class]
    try:
        if metadata["net"] != kind:
            raise ValueError(f"it is a {metadata['net']!a}, not a {kind!a}")
        config = config_class(**restore_tuples(json.loads(metadata["config"])))
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointDamaged(
            f"'{path}' does not hold a model that this version knows: {error}",
            "train the model again, or use the version of Pochade that wrote the file",
        ) from error
    return StoredModel(config, weights)
