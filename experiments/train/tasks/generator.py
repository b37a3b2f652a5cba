"""The generator, behind imagine, vary and morph: a flow-matching model on the grids of the sketch model.

The shipped weights were trained on nine tenths of openclipart at 128 pixels: 15 epochs in batches of 32, at a rate of
1e-2, in an hour on two cores that other work shared (`docs/log.md` has the results). The principal components and
scales in them were computed from these pictures by `fit_linear_parts`. This task goes on at half the rate, on drawings
and paintings. The grids come from the shipped sketch model, so it has to be run again after that has changed. All
sketch models began as the same cosine transform: the weights still fit, and only drift.
"""

import copy
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from experiments.pack.pack_file import Pack, pack_path, read_pack
from experiments.shared.sampling import sample_evenly
from experiments.train.tasks.task_data import held_out_loss, load_weights, split_rows, stack_pixels
from experiments.train.training_task import PreparedTraining
from pochade.images.geometry.letterbox import letterbox
from pochade.models import weights
from pochade.models.checkpoints import save_model
from pochade.models.flow_matching_vae import FlowMatchingVAE
from pochade.models.sketch_model import SketchVAE
from pochade.training.losses.flow_matching import FlowMatchingObjective

SIDE = 128  # pixels
EVALUATED_PICTURES = 512


@dataclass(frozen=True)
class GeneratorTask:
    """Flow-matching training of the generator's model."""

    name: str = "generator"
    file: str = weights.GENERATOR_FILE
    batch_size: int = 32
    rate: float = 5e-3
    headline: str = "loss"

    def prepare(self, device: torch.device, *, small: bool = False) -> PreparedTraining:
        """Letterbox the pictures as the generator sees them."""
        pack = read_pack(pack_path("art"))
        training, held_out = split_rows(pack, small=small)
        pictures = _read_squares(pack, training, device)
        unseen = _read_squares(pack, sample_evenly(held_out, EVALUATED_PICTURES), device)
        objective = FlowMatchingObjective(load_weights(weights.FOLDER / weights.SKETCH_FILE, SketchVAE, device))
        model = load_weights(weights.FOLDER / self.file, FlowMatchingVAE, device)

        def evaluate(model: nn.Module) -> dict[str, float]:
            return {"loss": held_out_loss(model, objective.loss, (unseen,), self.batch_size)}

        return PreparedTraining(model, (pictures,), objective.loss, evaluate)

    def write(self, model: nn.Module, path: Path) -> None:
        """Write the weights as 16-bit floats."""
        save_model(path, copy.deepcopy(model).half())


def _read_squares(pack: Pack, rows: list[int], device: torch.device) -> Tensor:
    """Letterboxed pictures of a pack (N, 3, 128, 128) uint8."""
    return stack_pixels([letterbox(pixels, SIDE).pixels for pixels in pack.pictures(rows)], device)
