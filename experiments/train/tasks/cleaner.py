"""The cleaner's denoiser, which removes grain, specks and smudges from scans.

The shipped weights were trained on squares of openclipart's training drawings and of synthetic drawings that were
damaged beforehand, in batches of 16 at a rate of 1.2e-2: 20,000 squares for 4 epochs (commit 01fb3dd), and twice
further at half the rate, 14,000 squares for 2 epochs (just before commit 010b917) and 16,000 for 2 epochs (commit
38a2f4b). This task goes on with squares of 256 pixels, and damages every square in another way each time.
`docs/log.md` has the results.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from experiments.pack.pack_file import pack_path, read_pack
from experiments.shared.sampling import sample_evenly
from experiments.train.tasks.task_data import held_out_loss, load_weights, split_rows, stack_pixels
from experiments.train.training_task import PreparedTraining
from pochade.models import weights
from pochade.models.checkpoints import save_model
from pochade.models.denoiser import Denoiser
from pochade.training.augment.random_numbers import RandomNumbers
from pochade.training.augment.scan_damage import DAMAGE_KINDS, HELD_OUT_KINDS, MM_PER_INCH, damage_scans
from pochade.training.losses.denoising import scan_denoising_loss

RESOLUTIONS = (150, 200, 300, 300, 400, 600)  # dots per inch
UNDAMAGED_SHARE, NOISY_SHARE, EVENLY_LIT_SHARE = 0.12, 0.16, 0.47  # of a batch; the others have all kinds of damage
NOISE_DEVIATIONS = (2 / 255, 55 / 255)  # of white noise, lowest and highest
TRAINING_KINDS = DAMAGE_KINDS - HELD_OUT_KINDS
LIGHT_KINDS = frozenset({"paper", "light", "exposure"})
EVENLY_LIT_KINDS = TRAINING_KINDS - LIGHT_KINDS  # what is left once the light has been evened out
EVALUATED_PATCHES = 128
EVALUATION_BATCH = 32
MAX_ROUNDS = 16  # of damaging all held-out squares until enough of them show a rare kind
VISIBLE_DECIBELS = 50.0  # a scan closer to its original than this has no damage to remove
MIN_MEAN_SQUARED_ERROR = 1e-6  # of pixels in [0, 1]: 60 dB


class DamagedPatches(NamedTuple):
    """Damaged squares, and the stages of their damage; all in [0, 1]."""

    pictures: Tensor  # (B, 3, S, S)
    layers: Tensor  # (B, 9, S, S): without grain; without specks as well; without stains as well
    defects: Tensor  # (B, 1, S, S)


@dataclass(frozen=True)
class CleanerTask:
    """Denoising training of the cleaner."""

    name: str = "cleaner"
    file: str = weights.CLEANER_FILE
    batch_size: int = 8
    rate: float = 6e-3
    headline: str = "gain"

    def prepare(self, device: torch.device, *, small: bool = False) -> PreparedTraining:
        """Read the clean squares."""
        pack = read_pack(pack_path("scans"))
        training, held_out = split_rows(pack, small=small, among=~pack.extra["is_page"])
        patches, unseen = (stack_pixels(list(pack.pictures(rows)), device) for rows in (training, held_out))
        model = load_weights(weights.FOLDER / self.file, Denoiser, device)
        return PreparedTraining(model, (patches,), cleaner_loss, CleanerFigures(unseen).measure)

    def write(self, model: nn.Module, path: Path) -> None:
        """Write the weights."""
        save_model(path, model)


def cleaner_loss(model: Denoiser, patches: Tensor) -> Tensor:
    """The denoising loss on clean squares (B, 3, S, S) in [0, 1] that are damaged here; a scalar."""
    damaged = damage_patches(patches, RandomNumbers.from_torch(patches.device))
    return scan_denoising_loss(model, damaged.pictures, damaged.layers * 255, damaged.defects * 255)


@torch.no_grad()
def damage_patches(patches: Tensor, random: RandomNumbers) -> DamagedPatches:
    """Damage clean squares as the cleaner meets them.

    Some stay as they are. Some get white noise, which scanners hardly make but every denoiser is compared by. Of the
    others, two thirds have no damage of light and paper, as if the light had been evened out before. The order of a
    batch is random, so fixed numbers of its first squares are taken for each.

    Args:
        patches: (B, 3, S, S) in [0, 1].
        random: The source of all randomness.
    """
    undamaged, noisy, evenly_lit, unevenly_lit = _split_batch(patches)
    deviations = random.per_picture(len(noisy), *NOISE_DEVIATIONS)
    noise = ((noisy + random.normal(noisy.shape) * deviations).clamp(0, 1) * 255).round() / 255
    parts = [
        _without_stages(undamaged, undamaged),
        _without_stages(noise, noisy),
        *(
            damage_by_kinds(part, kinds, random)
            for part, kinds in ((evenly_lit, EVENLY_LIT_KINDS), (unevenly_lit, TRAINING_KINDS))
            if len(part)
        ),
    ]
    return DamagedPatches(*(torch.cat(tensors) for tensors in zip(*parts, strict=True)))


def _split_batch(patches: Tensor) -> tuple[Tensor, ...]:
    """The squares that stay undamaged, that get noise, that are damaged under even light, and under uneven light."""
    first, second, third = (round(share * len(patches)) for share in (UNDAMAGED_SHARE, NOISY_SHARE, EVENLY_LIT_SHARE))
    return patches.split([first, second, third, len(patches) - first - second - third])


def _without_stages(pictures: Tensor, clean: Tensor) -> DamagedPatches:
    """Squares whose only damage is grain, or none."""
    return DamagedPatches(pictures, torch.cat([clean] * 3, 1), torch.zeros_like(clean[:, :1]))


def damage_by_kinds(patches: Tensor, kinds: frozenset[str], random: RandomNumbers) -> DamagedPatches:
    """Damage clean squares (B, 3, S, S) in [0, 1] by some kinds of damage, as if scanned at common resolutions."""
    resolutions = torch.tensor(RESOLUTIONS, device=patches.device) / MM_PER_INCH  # dots per millimetre
    dots_per_mm = resolutions[random.integers((len(patches),), 0, len(RESOLUTIONS))]
    damaged = damage_scans(patches, dots_per_mm, random, kinds)
    layers = torch.cat([damaged.with_specks, damaged.with_stains, damaged.with_light], 1)
    return DamagedPatches(damaged.pictures, layers, damaged.defects.float())


class CleanerFigures:
    """Held-out squares, damaged once, and how well a model cleans them.

    Args:
        patches: Clean squares (N, 3, S, S) uint8.
    """

    def __init__(self, patches: Tensor) -> None:
        random = RandomNumbers(0, patches.device)
        self.patches = patches
        self.clean = patches[sample_evenly(range(len(patches)), EVALUATED_PATCHES)]
        self.familiar = _damaged_pairs(patches, EVENLY_LIT_KINDS, random)
        self.unfamiliar = _damaged_pairs(patches, HELD_OUT_KINDS, random)

    def measure(self, model: nn.Module) -> dict[str, float]:
        """Measure the product's cleaning at full strength, without its treatment of light.

        Returns:
            `gain` is the mean gain of PSNR in dB on damage of the kinds that are trained on, `gain_held_out_kinds` that
            on the kinds that are never trained on. `clean_in` is the PSNR of undamaged squares, in dB and 60 at most.
            `loss` is the mean loss.
        """
        return {
            "gain": _mean_gain(model, self.familiar),
            "gain_held_out_kinds": _mean_gain(model, self.unfamiliar),
            "clean_in": float(torch.cat([_decibels(_clean(model, x), x) for x in _batches(self.clean)]).mean()),
            "loss": held_out_loss(model, cleaner_loss, (self.clean,), EVALUATION_BATCH),
        }


def _damaged_pairs(patches: Tensor, kinds: frozenset[str], random: RandomNumbers) -> tuple[Tensor, Tensor]:
    """Damage squares until enough of them show damage: damaged and clean ones, both (n, 3, S, S) uint8."""
    damaged_parts, clean_parts, count = list[Tensor](), list[Tensor](), min(EVALUATED_PATCHES, len(patches))
    for _ in range(MAX_ROUNDS):
        for batch in _batches(patches):
            damaged = damage_by_kinds(batch, kinds, random)
            pictures, clean = ((x * 255).round().byte() for x in (damaged.pictures, damaged.layers[:, 6:]))
            is_damaged = _decibels(damaged.pictures, damaged.layers[:, 6:]) < VISIBLE_DECIBELS
            damaged_parts.append(pictures[is_damaged])
            clean_parts.append(clean[is_damaged])
            if sum(map(len, clean_parts)) >= count:
                return torch.cat(damaged_parts)[:count], torch.cat(clean_parts)[:count]
    return torch.cat(damaged_parts), torch.cat(clean_parts)


def _batches(pixels: Tensor) -> Iterator[Tensor]:
    """Batches (B, 3, S, S) in [0, 1] of squares (N, 3, S, S) uint8."""
    return (batch.float() / 255 for batch in pixels.split(EVALUATION_BATCH))


def _mean_gain(model: nn.Module, pairs: tuple[Tensor, Tensor]) -> float:
    gains = [
        _decibels(_clean(model, damaged), clean) - _decibels(damaged, clean)
        for damaged, clean in zip(*map(_batches, pairs), strict=True)
    ]
    return float(torch.cat(gains).mean())


@torch.no_grad()
def _clean(model: nn.Module, x: Tensor) -> Tensor:
    """Clean squares (B, 3, S, S) with the model alone at full strength; no mark is judged or filled."""
    change, _ = model(x, torch.ones_like(x))
    return (x + change).clamp(0, 1)


def _decibels(x: Tensor, clean: Tensor) -> Tensor:
    """The PSNR (B,) of pictures (B, 3, S, S) in [0, 1], in dB and 60 at most."""
    return -10 * ((x - clean).square().mean((1, 2, 3)) + MIN_MEAN_SQUARED_ERROR).log10()
