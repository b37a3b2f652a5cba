"""Denoisers as torch modules, packed and unpacked; `packed_file.py` has the bytes."""

import torch

from pochade.errors import CheckpointDamaged
from pochade.models.denoiser import Denoiser
from pochade.models.packed_file import pack_arrays, read_packed


def pack_model(model: Denoiser) -> bytes:
    """Quantise and compress a denoiser."""
    return pack_arrays(model.config, {name: tensor.numpy() for name, tensor in model.state_dict().items()})


def unpack_model(content: bytes) -> Denoiser:
    """Build the denoiser that `pack_model` packed, in evaluation mode.

    Raises:
        CheckpointDamaged: The content is damaged, or of a newer version.
    """
    config, weights = read_packed(content)
    with torch.device("meta"):  # allocates no memory, whatever sizes a hostile file claims
        model = Denoiser(config)
    try:
        model.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()}, assign=True)
    except (AttributeError, RuntimeError, TypeError) as error:
        raise CheckpointDamaged(
            f"the archive's model can't be read: {error}", "look for an undamaged copy of the archive"
        ) from error
    return model.eval()
