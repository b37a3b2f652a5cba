"""How a restorer of AVIFs is trained, and how many bits it saves: a trial, which nothing that is shipped uses yet.

    python -m recipes.avif_restoring train --samples 16000 --epochs 3 --to avif.safetensors
    python -m recipes.avif_restoring measure --weights avif.safetensors [--art FOLDER]

Cuts of openclipart's drawings, but for the fixed tenth, and of art made by us are coded as AVIF at qualities from 15
to 75; the net, told the quality, undoes what that took. It is measured on the tenth, or on a folder of one's own.
"""

import argparse
import io
import random
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image
from scipy.interpolate import PchipInterpolator
from torch import Tensor, nn

from bench.openclipart import held_out
from pochade.images.read import read_preview
from pochade.images.ssimulacra2 import ssimulacra2
from pochade.learn.checkpoints import load_net, save_net
from pochade.learn.loop import train
from pochade.learn.recipe import Recipe
from pochade.learn.restoring import apart, turned
from pochade.nets import Restorer
from pochade.nets.restorer import RestorerConfig
from recipes.fingerprints import DRAWINGS, said
from recipes.handmade import drawn
from recipes.sheets import PATCH, cuts, sources

CONFIG = RestorerConfig(planes=1, finds=0, widths=(32, 64, 96))
LOW, HIGH = 15, 76  # qualities that are learnt
QUALITIES = (20, 30, 40, 50, 60, 70)  # that are measured
MEASURED, LONGEST = 24, 512  # pictures, and pixels of their longer side
BATCH, RATE = 16, 1.2e-2


class Pairs(NamedTuple):
    """What the net learns from."""

    coded: Tensor  # (N, 3, 128, 128) uint8
    clean: Tensor  # (N, 3, 128, 128) uint8
    quality: Tensor  # (N, 1, 1, 1) uint8: of 100


def coded(pixels: np.ndarray, quality: int) -> tuple[np.ndarray, int]:
    """A picture (H, W, 3) uint8 as AVIF gives it back, and the file's bytes."""
    file = io.BytesIO()
    options: dict[str, Any] = {"quality": quality, "subsampling": "4:4:4", "speed": 6, "max_threads": 1}
    Image.fromarray(pixels).save(file, "AVIF", **options)
    return np.asarray(Image.open(file).convert("RGB")), len(file.getvalue())


def some(number: int, folder: str, paths: list[str]) -> list[tuple[np.ndarray, np.ndarray, int]]:
    """Coded and clean cuts with their qualities: of one drawing, or as many made by us."""
    rng = np.random.default_rng(number)
    if number % 2:
        clean = [drawn(rng, PATCH) for _ in range(4)]
    else:
        clean = list(cuts(Path(folder) / paths[rng.integers(len(paths))], rng))
    qualities = [int(rng.integers(LOW, HIGH)) for _ in clean]
    return [(coded(one, quality)[0], one, quality) for one, quality in zip(clean, qualities, strict=True)]


def pairs(folder: Path, count: int) -> Pairs:
    """About so many pairs, half of them of drawings."""
    paths = [str(path.relative_to(folder)) for path in sources(folder)]
    found: list[tuple[np.ndarray, np.ndarray, int]] = []
    with ProcessPoolExecutor(2) as pool:
        for each in pool.map(partial(some, folder=str(folder), paths=paths), range(count // 4), chunksize=16):
            found += each
    qualities = torch.tensor([quality for _, _, quality in found], dtype=torch.uint8)
    return Pairs(
        planes([one for one, _, _ in found]), planes([one for _, one, _ in found]), qualities.view(-1, 1, 1, 1)
    )


def planes(pictures: Sequence[np.ndarray]) -> Tensor:
    """Pictures (S, S, 3) as one tensor (N, 3, S, S)."""
    return torch.from_numpy(np.stack(pictures).transpose(0, 3, 1, 2).copy())


def undone(net: nn.Module, pictures: Tensor, clean: Tensor, quality: Tensor) -> Tensor:
    """How far the net is from what was there before coding.

    Args:
        net: A `Restorer` with one plane: the quality, 0 to 1.
        pictures: Coded pictures (B, 3, S, S) in [0, 1].
        clean: The originals (B, 3, S, S) in [0, 255].
        quality: (B, 1, 1, 1), of 100.
    """
    both = turned(torch.cat([pictures, clean.float() / 255], 1))
    told = (quality.float() / 100).expand(-1, 1, *both.shape[2:])
    change, _ = net(both[:, :3].contiguous(memory_format=torch.channels_last), told)
    return apart(change + both[:, :3] - both[:, 3:])


@torch.no_grad()
def restored(net: Restorer, pixels: np.ndarray, quality: int) -> np.ndarray:
    """A decoded picture (H, W, 3) uint8 without what its coding did."""
    height, width = pixels.shape[:2]
    multiple = net.config.multiple
    room = ((0, -height % multiple), (0, -width % multiple), (0, 0))
    x = torch.from_numpy(np.pad(pixels, room, "edge")).permute(2, 0, 1)[None].float() / 255
    change, _ = net(x, torch.full((1, 1, *x.shape[2:]), quality / 100))
    whole = ((x + change)[0, :, :height, :width].clamp(0, 1) * 255).round().byte()
    return whole.permute(1, 2, 0).numpy()


def bd_rate(bits: np.ndarray, worth: np.ndarray, other_bits: np.ndarray, other_worth: np.ndarray) -> float:
    """How many percent of bits the second needs more than the first, by monotone cubics over what both reach."""
    low, high = max(worth.min(), other_worth.min()), min(worth.max(), other_worth.max())
    at = np.linspace(low, high, 200)
    first, second = (
        PchipInterpolator(one, np.log(rate))(at) for one, rate in ((worth, bits), (other_worth, other_bits))
    )
    return 100 * float(np.exp(np.mean(second - first)) - 1)


def measure(net: Restorer, paths: list[Path]) -> None:
    """Print decibels and SSIMULACRA2 of AVIF and of restored AVIF, and what the second saves at the same figures."""
    rows = []
    originals = [read_preview(path, LONGEST).pixels for path in paths]
    for quality in QUALITIES:
        each = []
        for pixels in originals:
            plain, size = coded(pixels, quality)
            better = restored(net, pixels=plain, quality=quality)
            figures = [(decibels(pixels, one), ssimulacra2(pixels, one)) for one in (plain, better)]
            each.append([8 * size / (pixels.shape[0] * pixels.shape[1]), *figures[0], *figures[1]])
        rows.append(np.mean(each, 0))
        print(quality, *(f"{value:.3f}" for value in rows[-1]), flush=True)
    bits, db, score, better_db, better_score = np.array(rows).T
    print(
        "BD-rate, PSNR:", bd_rate(bits, db, bits, better_db), "SSIMULACRA2:", bd_rate(bits, score, bits, better_score)
    )


def decibels(one: np.ndarray, other: np.ndarray) -> float:
    """PSNR, at most 60."""
    return min(60.0, float(10 * np.log10(255**2 / max(1e-9, np.square(one.astype(float) - other).mean()))))


def main() -> None:
    """Train, or measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    teach, look = verbs.add_parser("train"), verbs.add_parser("measure")
    teach.add_argument("--samples", type=int, required=True)
    teach.add_argument("--epochs", type=int, required=True)
    teach.add_argument("--to", type=Path, required=True)
    teach.add_argument("--drawings", type=Path, default=DRAWINGS)
    look.add_argument("--weights", type=Path, required=True)
    look.add_argument("--art", type=Path)
    wanted = parser.parse_args()
    torch.manual_seed(0)
    if wanted.verb == "train":
        net = Restorer(CONFIG).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        recipe = Recipe("fast", wanted.epochs, BATCH, "muon", RATE, one_cycle=True)
        checkpoint = wanted.to.with_suffix(".training")
        made = pairs(wanted.drawings, wanted.samples)
        train(net, undone, made, recipe, checkpoint=checkpoint, report=said)
        save_net(wanted.to, net)
        return
    folder = wanted.art
    known = sorted(folder.rglob("*.png")) if folder else sorted(Path(one.path) for one in held_out())
    loaded = load_net(wanted.weights)
    assert isinstance(loaded, Restorer)
    measure(loaded.eval(), random.Random(0).sample(known, min(MEASURED, len(known))))


if __name__ == "__main__":
    main()
