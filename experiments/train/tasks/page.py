"""The cleaner's page model, which finds bare paper and the light on it in a thumbnail.

The shipped weights were trained on 3,000 pages of openclipart's training drawings and of synthetic drawings that were
damaged beforehand: 12 epochs in batches of 32 at a rate of 1e-2. This task goes on from them at half the rate, and
damages every page in another way each time it is seen. `docs/log.md` has the results.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from experiments.pack.pack_file import pack_path, read_pack
from experiments.shared.sampling import sample_evenly
from experiments.train.tasks.cleaner import LIGHT_KINDS, TRAINING_KINDS
from experiments.train.tasks.task_data import held_out_loss, load_weights, split_rows, stack_pixels
from experiments.train.training_task import PreparedTraining
from pochade.cleaning.page_light import BARE_PROBABILITY, MIN_BARE_SHARE, read_page
from pochade.models import weights
from pochade.models.checkpoints import save_model
from pochade.models.model_configs import PageConfig
from pochade.models.page_model import PageModel
from pochade.models.runnable_model import RunnableModel
from pochade.models.stored_model import StoredModel
from pochade.training.augment.random_numbers import RandomNumbers
from pochade.training.augment.scan_damage import damage_scans
from pochade.training.losses.denoising import page_loss

PAGE_SIDE, THUMBNAIL_SIDE, LIGHT_SIDE = 320, 128, 16  # pixels
BARE_LEVEL = 248 / 255  # as white as paper
MIN_LIGHT = 0.02  # keeps logarithms finite
PAGE_MILLIMETRES = (150.0, 420.0)  # the longer side of a page, lowest and highest
INVISIBLE_IN_THUMBNAILS = {"dust", "hairs"}  # and slow to draw by the thousand
UNLIT_SHARE = 0.15  # of a batch are pages under even light, on white paper without grain
KINDS = TRAINING_KINDS - INVISIBLE_IN_THUMBNAILS
UNLIT_KINDS = KINDS - LIGHT_KINDS - {"grain"}
EVALUATED_PAGES = 96


class DamagedPages(NamedTuple):
    """Damaged pages at full size, in squares that are filled by repeating their edges."""

    pictures: Tensor  # (B, 3, S, S) in [0, 1]
    log_light: Tensor  # (B, 3, S, S), natural logarithm of the light times the colour of the paper
    bare: Tensor  # (B, 1, S, S), 1 where the paper is bare
    bare_shares: Tensor  # (B,), of the page


@dataclass(frozen=True)
class PageTask:
    """Training of the page model."""

    name: str = "page"
    file: str = weights.PAGE_FILE
    batch_size: int = 32
    rate: float = 5e-3
    headline: str = "light_error"

    def prepare(self, device: torch.device, *, small: bool = False) -> PreparedTraining:
        """Read the clean pages."""
        pack = read_pack(pack_path("scans"))
        training, held_out = split_rows(pack, small=small, among=pack.extra["is_page"])
        data, unseen = (
            stack_pages(list(pack.pictures(rows)), device)
            for rows in (training, sample_evenly(held_out, EVALUATED_PAGES))
        )
        model = load_weights(weights.FOLDER / self.file, PageModel, device)
        return PreparedTraining(model, data, damaged_page_loss, PageFigures(*unseen).measure)

    def write(self, model: nn.Module, path: Path) -> None:
        """Write the weights."""
        save_model(path, model)


def stack_pages(pages: Sequence[np.ndarray], device: torch.device) -> tuple[Tensor, Tensor]:
    """Stack clean pages whose longer side has 320 pixels.

    Returns:
        Squares (N, 3, 320, 320) uint8, filled by repeating the pages' right and lower edges, and the height and width
        of each page (N, 2).
    """
    sizes = [page.shape[:2] for page in pages]
    padding = [[(0, PAGE_SIDE - height), (0, PAGE_SIDE - width), (0, 0)] for height, width in sizes]
    squares = [np.pad(page, widths, mode="edge") for page, widths in zip(pages, padding, strict=True)]
    return stack_pixels(squares, device), torch.tensor(sizes, device=device)


def damaged_page_loss(model: PageModel, pages: Tensor, sizes: Tensor) -> Tensor:
    """The loss of the page model on clean pages that are damaged here; a scalar.

    Args:
        model: The model in training.
        pages: (B, 3, 320, 320) in [0, 1], filled by repeating the pages' right and lower edges.
        sizes: Height and width of each page in pixels (B, 2).
    """
    damaged = damage_pages(pages, sizes, RandomNumbers.from_torch(pages.device))
    is_light_known = (damaged.bare_shares > MIN_BARE_SHARE).view(-1, 1, 1, 1)
    light = _resize(_resize(damaged.log_light, THUMBNAIL_SIDE), LIGHT_SIDE) * is_light_known
    thumbnails, paper = _resize(damaged.pictures, THUMBNAIL_SIDE), _resize(damaged.bare, THUMBNAIL_SIDE)
    return page_loss(model, thumbnails, light, paper * 255)


@torch.no_grad()
def damage_pages(pages: Tensor, sizes: Tensor, random: RandomNumbers) -> DamagedPages:
    """Damage clean pages as scanners and time damage them; the first ones of the batch only a little.

    Args:
        pages: (B, 3, 320, 320) in [0, 1].
        sizes: Height and width of each page in pixels (B, 2).
        random: The source of all randomness.
    """
    unlit = round(UNLIT_SHARE * len(pages))
    parts = [
        _damage(part, random, kinds)
        for part, kinds in ((pages[:unlit], UNLIT_KINDS), (pages[unlit:], KINDS))
        if len(part)
    ]
    pictures, light, defects = (torch.cat(tensors) for tensors in zip(*parts, strict=True))
    bare = (pages.amin(1, keepdim=True) >= BARE_LEVEL) & ~defects  # (B, 1, S, S)
    inside = _inside(sizes, pages.shape[2])
    shares = (bare & inside).sum((1, 2, 3)) / inside.sum((1, 2, 3))
    pictures, light, paper = (_repeat_edges(x, sizes) for x in (pictures, light, bare.float()))
    return DamagedPages(pictures, light.clamp(min=MIN_LIGHT).log(), paper, shares)


def _damage(pages: Tensor, random: RandomNumbers, kinds: frozenset[str]) -> tuple[Tensor, Tensor, Tensor]:
    """Damaged pages, their light, and where they have defects; (B, 3, S, S) twice and (B, 1, S, S)."""
    dots_per_mm = PAGE_SIDE / random.uniform((len(pages),), *PAGE_MILLIMETRES)
    damaged = damage_scans(pages, dots_per_mm, random, kinds)
    return damaged.pictures, damaged.light, damaged.defects


def _inside(sizes: Tensor, side: int) -> Tensor:
    """Where a square lies inside its page, (B, 1, S, S)."""
    positions = torch.arange(side, device=sizes.device)
    rows, columns = (positions < sizes[:, axis : axis + 1] for axis in (0, 1))  # (B, S)
    return (rows.unsqueeze(2) & columns.unsqueeze(1)).unsqueeze(1)


def _repeat_edges(x: Tensor, sizes: Tensor) -> Tensor:
    """Fill squares (B, C, S, S) by repeating the right and lower edges of their pages, as the product does."""
    positions = torch.arange(x.shape[2], device=x.device)
    rows, columns = (torch.minimum(positions, sizes[:, axis : axis + 1] - 1) for axis in (0, 1))  # (B, S)
    x = x.gather(2, rows.view(len(x), 1, -1, 1).expand_as(x))
    return x.gather(3, columns.view(len(x), 1, 1, -1).expand_as(x))


def _resize(x: Tensor, side: int) -> Tensor:
    return functional.interpolate(x, size=(side, side), mode="area")


class PageFigures:
    """Held-out pages, damaged once, and how well a model reads them.

    Args:
        pages: Clean pages (N, 3, 320, 320) uint8.
        sizes: Height and width of each page in pixels (N, 2).
    """

    def __init__(self, pages: Tensor, sizes: Tensor) -> None:
        self.data = (pages, sizes)
        damaged = damage_pages(pages.float() / 255, sizes, RandomNumbers(0, pages.device))
        self.thumbnails = _resize(damaged.pictures, THUMBNAIL_SIDE)
        self.bare = _resize(damaged.bare, THUMBNAIL_SIDE) > BARE_PROBABILITY
        self.scans = list[np.ndarray]()  # (h, w, 3) uint8, of pages whose light can be known
        self.log_lights = list[Tensor]()  # (1, 3, h, w), of the same pages
        for number in torch.nonzero(damaged.bare_shares > MIN_BARE_SHARE).flatten().tolist():
            height, width = sizes[number].tolist()
            scan = (damaged.pictures[number, :, :height, :width] * 255).round().byte()
            self.scans.append(scan.permute(1, 2, 0).contiguous().cpu().numpy())
            self.log_lights.append(damaged.log_light[number : number + 1, :, :height, :width].cpu())

    def measure(self, model: nn.Module) -> dict[str, float]:
        """Measure a model.

        Returns:
            `paper_found` is the share of bare paper that is found, and `paper_right` the share of what is found that is
            bare paper. `light_error` is the mean error of the light as the product corrects it, in percent, on pages
            that show enough bare paper. `loss` is the mean loss.
        """
        found = torch.cat([model(batch)[1] for batch in self.thumbnails.split(32)]).sigmoid() > BARE_PROBABILITY
        right = float((found & self.bare).sum())
        assert isinstance(model, PageModel)
        reader = _run_on_cpu(model)
        errors = [_light_error(reader, *page) for page in zip(self.scans, self.log_lights, strict=True)]
        return {
            "paper_found": right / max(1, int(self.bare.sum())),
            "paper_right": right / max(1, int(found.sum())),
            "light_error": 100 * float(np.mean(errors)),
            "loss": held_out_loss(model, damaged_page_loss, self.data, 32),
        }


def _run_on_cpu(model: PageModel) -> RunnableModel[PageConfig]:
    """The model as the product runs it."""
    current_weights = {name: tensor.cpu().numpy().copy() for name, tensor in model.state_dict().items()}
    return RunnableModel(StoredModel(model.config, current_weights))


def _light_error(model: RunnableModel[PageConfig], scan: np.ndarray, log_light: Tensor) -> float:
    """The mean absolute error of the light on a page (h, w, 3) uint8, as a difference of natural logarithms."""
    field = torch.from_numpy(read_page(model, scan).field(1.0, 1.0))[None]  # (1, 3, a, b)
    fitted = functional.interpolate(field, size=log_light.shape[2:], mode="bilinear")
    return float((fitted - log_light).abs().mean())
