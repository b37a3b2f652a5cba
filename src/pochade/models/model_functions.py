"""The functions of models that run without torch, as torch modules: what is exported to `graphs/`.

Pictures go in and out as they are stored: uint8, red, green and blue last. So a graph has all that happens to a picture
between its pixels and its latent.
"""

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pochade.errors import CheckpointDamaged
from pochade.models.checkpoints import MODEL_CLASSES
from pochade.models.embedding_model import EmbeddingModel
from pochade.models.flow_matching_vae import FlowMatchingVAE
from pochade.models.model_configs import STORED_KINDS
from pochade.models.model_input import LetterboxedBatch, frame_mask, model_input
from pochade.models.sketch_model import SketchVAE
from pochade.models.stored_model import StoredModel


class EmbedSquares(nn.Module):
    """Letterboxed squares (B, S, S, 3) uint8 and their frames (B, 2) to embeddings (B, 64)."""

    def __init__(self, model: EmbeddingModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, squares: Tensor, frames: Tensor) -> Tensor:
        """Embed a batch; `input_of_squares` says more of it."""
        embeddings: Tensor = self.model(input_of_squares(squares, frames, self.model.config.side))
        return embeddings


class EncodeSquares(nn.Module):
    """Letterboxed squares (B, S, S, 3) uint8 and their frames (B, 2) to latents of sketches (B, 128, S/16, S/16)."""

    def __init__(self, model: SketchVAE) -> None:
        super().__init__()
        self.model = model

    def forward(self, squares: Tensor, frames: Tensor) -> Tensor:
        """Encode a batch; `input_of_squares` says more of it."""
        return self.model.encode(input_of_squares(squares, frames, squares.shape[1]))


class DecodeLatents(nn.Module):
    """Latents of sketches (B, 128, h, w) and their log-steps (B,) to pictures (B, 16 h, 16 w, 3) uint8."""

    def __init__(self, model: SketchVAE) -> None:
        super().__init__()
        self.model = model

    def forward(self, latents: Tensor, log_steps: Tensor) -> Tensor:
        """Decode a batch; the log-steps are natural logarithms of the quantisation steps per unit."""
        pictures = self.model.decode(latents, log_steps).clamp(0, 1)
        return (pictures * 255).round().to(torch.uint8).permute(0, 2, 3, 1)


class EncodeGrids(nn.Module):
    """Latents of sketches (B, 128, 8, 8) to the means (B, 64) of the generator's posteriors."""

    def __init__(self, model: FlowMatchingVAE) -> None:
        super().__init__()
        self.model = model

    def forward(self, grids: Tensor) -> Tensor:
        """Encode a batch."""
        return self.model.encode(grids).mean


class SampleStep(nn.Module):
    """A step of the generator's decoder: noisy grids (B, 128, 8, 8), times (B,) and latents (B, 64) to clean grids."""

    def __init__(self, model: FlowMatchingVAE) -> None:
        super().__init__()
        self.model = model

    def forward(self, noisy: Tensor, times: Tensor, latents: Tensor) -> Tensor:
        """Predict the clean grids (B, 128, 8, 8), in normalised units, that noisy ones lead to."""
        return self.model.predict_clean(noisy, times, latents)


class Denoise(nn.Module):
    """Pictures (B, 3, H, W) in [0, 1] and conditioning planes (B, P, H, W) to changes and logits of defects."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, pictures: Tensor, conditioning: Tensor) -> tuple[Tensor, Tensor]:
        """Estimate the changes (B, 3, H, W) to add, and the logits of defects (B, F, H, W)."""
        change, defects = self.model(pictures, conditioning)
        return change, defects


class EstimatePage(nn.Module):
    """Thumbnails of sheets (B, 3, 128, 128) in [0, 1] to the logarithm of the light and the logits of bare paper."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, thumbnails: Tensor) -> tuple[Tensor, Tensor]:
        """Estimate the light (B, 3, 16, 16) and bare paper (B, 1, 128, 128)."""
        light, paper = self.model(thumbnails)
        return light, paper


class Signature(NamedTuple):
    """One function: its module, and the names of what goes in and comes out."""

    module: type[nn.Module]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


SIGNATURES = {
    "embed": Signature(EmbedSquares, ("squares", "frames"), ("embeddings",)),
    "encode_squares": Signature(EncodeSquares, ("squares", "frames"), ("latents",)),
    "decode_latents": Signature(DecodeLatents, ("latents", "log_steps"), ("pictures",)),
    "encode_grids": Signature(EncodeGrids, ("grids",), ("means",)),
    "predict_clean": Signature(SampleStep, ("noisy", "times", "latents"), ("clean",)),
    "denoise": Signature(Denoise, ("pictures", "conditioning"), ("changes", "defects")),
    "estimate_page": Signature(EstimatePage, ("thumbnails",), ("light", "paper")),
}


class TorchFunction:
    """One function of a stored model, run by torch: for sizes that no graph has.

    Args:
        stored: The model.
        function: A name in `SIGNATURES`.

    Raises:
        CheckpointDamaged: The weights do not fit the config.
    """

    def __init__(self, stored: StoredModel[Any], function: str) -> None:
        weights = {name: torch.from_numpy(np.array(array, np.float32)) for name, array in stored.weights.items()}
        try:
            with torch.device("meta"):  # allocates no memory, whatever sizes a hostile file claims
                model = MODEL_CLASSES[STORED_KINDS[type(stored.config)]][0](stored.config)
            model.load_state_dict(weights, assign=True)
        except (AttributeError, TypeError, RuntimeError, ValueError) as error:
            raise CheckpointDamaged(
                f"a model's weights do not fit its config: {error}", "look for an undamaged copy"
            ) from error
        self._module = SIGNATURES[function].module(model.to(memory_format=torch.channels_last)).eval()  # type: ignore[call-overload]

    @torch.inference_mode()
    def run(self, *arrays: NDArray[Any]) -> list[NDArray[Any]]:
        """Return the outputs for one array of each input."""
        outputs = self._module(*(torch.from_numpy(np.ascontiguousarray(array)) for array in arrays))
        return [output.contiguous().numpy() for output in (outputs if isinstance(outputs, tuple) else (outputs,))]


def input_of_squares(squares: Tensor, frames: Tensor, side: int) -> Tensor:
    """Pictures with their frame masks: what `model_input` makes of squares, with fewer passes over the pixels.

    Args:
        squares: (B, S, S, 3) uint8.
        frames: Widths and heights of the frames (B, 2), as shares of S.
        side: Pixels per side that the model expects.

    Returns:
        Red, green, blue and the frame mask (B, 4, side, side), in [0, 1].
    """
    pictures = squares.permute(0, 3, 1, 2).float().div(255)
    if side != squares.shape[1]:
        return model_input(LetterboxedBatch(pictures, frames), side)
    mask = frame_mask(frames, side)
    return torch.cat([torch.maximum(pictures, 1 - mask), mask], 1)  # white outside of the frame
