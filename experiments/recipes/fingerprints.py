"""How the shipped fingerprint nets were trained: on openclipart, but for a fixed tenth, and on synthetic pictures.

    python -m experiments.recipes.fingerprints look --side 64 --epochs 33 --to first.safetensors
    python -m experiments.recipes.fingerprints look --side 64 --epochs 14 --to second.safetensors --onwards first.safetensors
    python -m experiments.recipes.fingerprints look --epochs 16 --to look.safetensors --onwards second.safetensors
    python -m experiments.recipes.fingerprints code --epochs 24 --to code.safetensors

The third run was begun with 24 epochs and shortened after six. Each run keeps a checkpoint beside its result after
every epoch, and goes on from it. What was measured on the tenth that was held out, and what else was tried, is in
`docs/log.md`.
"""

import argparse
import hashlib
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from scipy.fft import dctn
from torch import nn

from experiments.recipes.synthetic import synthetic
from pochade.analysis.nearest_neighbours import connected_components
from pochade.errors import PictureUnreadable
from pochade.images.geometry.letterbox import SQUARE_SIDE, Squares, make_squares
from pochade.images.io.read import read_preview
from pochade.models import EmbeddingConfig, EmbeddingModel, SketchVAE
from pochade.models.checkpoints import load_model, save_model
from pochade.training.recipe import Recipe
from pochade.training.loop import TrainingProgress, train
from pochade.training.losses.contrastive import ContrastiveLoss
from pochade.training.losses.rate_distortion import rate_distortion_loss

DRAWINGS = Path.home() / ".cache" / "pochade" / "openclipart"
HELD_OUT = 10  # one content in ten, by its hash, is never trained on
NEAR = 40  # of 256 bits: drawings whose hashes differ by less may show the same: not both learnt and held out
SAME = 14  # bits: they do show the same, and are not told apart; the others are what it is hardest to tell apart
SYNTHETIC = {"look": 3_000, "code": 2_000}  # pictures
STARS = "shapes/stars"  # 1,378 drawings that nobody can tell apart: one in twenty is trained on, and all count as one
RATE = {"look": 2e-2, "code": 1.5e-2}
BATCH = {"look": 192, "code": 64}


class Drawing(NamedTuple):
    """A drawing of the collection."""

    path: str
    content: str  # SHA-256
    squares: Squares

    @property
    def held_out(self) -> bool:
        """Whether it is in the tenth that is never trained on."""
        return is_held_out(self.content)


def is_held_out(content: str) -> bool:
    """Whether the content with that SHA-256 is in the tenth that is never trained on."""
    return int(content[:8], 16) % HELD_OUT == 0


def read(path: Path) -> Drawing | None:
    """A drawing as the nets see it; None when it can't be read."""
    try:
        return Drawing(
            str(path), hashlib.sha256(path.read_bytes()).hexdigest(), make_squares(read_preview(path, 256).pixels)
        )
    except PictureUnreadable as error:
        print(f"left out: {error.sentence}", file=sys.stderr)
        return None


def drawings(folder: Path) -> list[Drawing]:
    """Every drawing of openclipart, by path."""
    paths = sorted(folder.rglob("*.png"))
    with ProcessPoolExecutor(2) as pool:
        return [drawing for drawing in pool.map(read, paths, chunksize=16) if drawing]


def hashes(squares: np.ndarray, turn: int, mirrored: bool) -> np.ndarray:
    """Perceptual hashes (N, 256) of +1 and -1, of grey squares (N, 96, 96) turned by quarters and mirrored."""
    turned = np.rot90(squares, turn, (1, 2))[:, :, :: -1 if mirrored else 1]
    low = dctn(turned, axes=(1, 2))[:, :16, :16].reshape(len(squares), -1)
    bits: np.ndarray = np.where(low > np.median(low, 1, keepdims=True), 1, -1).astype(np.float32)
    return bits


def apart(squares: np.ndarray) -> np.ndarray:
    """By how many bits the hashes of (N, 96, 96) grey squares differ, turned or mirrored as is best: (N, N)."""
    upright = hashes(squares, 0, mirrored=False)
    bits = np.full((len(squares), len(squares)), 256.0, np.float32)
    for turn in range(4):
        for mirrored in (False, True):
            bits = np.minimum(bits, (256 - upright @ hashes(squares, turn, mirrored).T) / 2)
    both: np.ndarray = np.minimum(bits, bits.T)
    return both


class Data(NamedTuple):
    """What a net is trained on."""

    pixels: torch.Tensor  # (N, 3, 96, 96) uint8
    frames: torch.Tensor  # (N, 2)
    kinds: torch.Tensor  # (N,)


def learnt_from(known: list[Drawing]) -> tuple[list[int], np.ndarray]:
    """Which drawings may be trained on, and a number for each drawing: the same for what shows the same."""
    grey = np.stack([drawing.squares.whole.pixels.mean(2) for drawing in known])
    differences = apart(grey)
    work, kind = (connected_components(np.argwhere(differences < bits), len(known)) for bits in (NEAR, SAME))
    stars = np.array([STARS in drawing.path for drawing in known])
    kind[stars] = kind.max() + 1
    held = {
        number for drawing, number in zip(known, work, strict=True) if drawing.held_out and STARS not in drawing.path
    }
    chosen = [
        number
        for number, drawing in enumerate(known)
        if not drawing.held_out and work[number] not in held and (not stars[number] or number % 20 == 0)
    ]
    return chosen, kind


def data(folder: Path, net: str) -> Data:
    """The drawings that may be trained on, and synthetic pictures."""
    known = drawings(folder)
    chosen, kind = learnt_from(known)
    squares = [known[number].squares.subject if net == "look" else known[number].squares.whole for number in chosen]
    made = [make_squares(synthetic(seed)).whole for seed in range(SYNTHETIC[net])]
    pixels = np.stack([square.pixels for square in (*squares, *made)])
    frames = torch.tensor([[square.width, square.height] for square in (*squares, *made)]) / SQUARE_SIDE
    own = kind.max() + 1 + np.arange(len(made))
    return Data(
        torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous(),
        frames,
        torch.from_numpy(np.append(kind[chosen], own)),
    )


def said(progress: TrainingProgress) -> None:
    """One line now and then."""
    print(f"step {progress.step} of {progress.steps}, epoch {progress.epoch}, loss {progress.loss:.4f}", flush=True)


def begun(name: str, side: int, weights: Path | None) -> nn.Module:
    """The net to train: a new one, or one with the weights of another run."""
    net: nn.Module = SketchVAE() if name == "code" else EmbeddingModel(EmbeddingConfig(side=side))
    if weights:
        net.load_state_dict(load_model(weights).state_dict())
    return net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def main() -> None:
    """Train one of the two nets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("net", choices=("look", "code"))
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument(
        "--side", type=int, default=EmbeddingConfig.side, help="pixels a side of what looks are made of"
    )
    parser.add_argument("--onwards", type=Path, help="weights to begin with, at half the rate")
    parser.add_argument("--drawings", type=Path, default=DRAWINGS)
    wanted = parser.parse_args()
    torch.manual_seed(0)
    net, learnt = begun(wanted.net, wanted.side, wanted.onwards), data(wanted.drawings, wanted.net)
    rate = RATE[wanted.net] / (2 if wanted.onwards else 1)
    recipe = Recipe("fast", wanted.epochs, BATCH[wanted.net], "muon", rate, one_cycle=True)
    checkpoint = wanted.to.with_suffix(".training")
    count = torch.arange(len(learnt.pixels))
    if isinstance(net, EmbeddingModel):
        loss = ContrastiveLoss(len(count), net.config.latent_dim).loss
        pieces = (learnt.pixels, learnt.frames, count, learnt.kinds)
        train(net, loss, pieces, recipe, checkpoint=checkpoint, report=said)
    else:
        train(net, rate_distortion_loss, (learnt.pixels, learnt.frames), recipe, checkpoint=checkpoint, report=said)
    save_model(wanted.to, net)


if __name__ == "__main__":
    main()
