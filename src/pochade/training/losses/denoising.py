"""What teaches the restorers, told how much of each kind of damage to undo or how a picture was coded, and the page."""

import torch
from torch import Tensor, nn
from torch.nn import functional

EDGES = 0.2  # of the loss on differences between neighbours, beside that on pixels
DEFECTS = 0.03  # of the loss on where defects are
SMALL = 1e-3  # differences below it are squared, above it they count as they are (Charbonnier et al., 1994)
WHOLE = 0.6  # share of the pictures of which all damage is to be undone
RARE = 5.0  # a pixel of a defect, or of a small thing that must stay, counts so many times as much as another
WIDE, PLAIN = 9, 4.0  # pixels about a small thing, and how many times its contrast counts
CUT = 96  # pixels a side of what is learnt from at once of a coded picture
FLOOR = 1e-6  # mean squared error, of 1, below which nothing is worth learning: 60 dB, less than rounding to 8 bits
PAPER = 0.05  # of the loss on where paper is bare, beside that on light


def restored(net: nn.Module, pictures: Tensor, layers: Tensor, defects: Tensor) -> Tensor:
    """How far the net is from undoing as much as it is told.

    Args:
        net: A `Restorer` with three planes: how much of smudges, of specks and of grain it shall undo, 0 to 1.
        pictures: Damaged pictures (B, 3, S, S) in [0, 1].
        layers: The same before each kind of damage, (B, 9, S, S) in [0, 255]: without grain, without specks too,
            without smudges too.
        defects: 255 where specks are (B, 1, S, S).
    """
    whole = torch.cat([pictures, layers / 255, defects / 255], 1)  # (B, 13, S, S)
    whole = turned(whole)
    pictures, specked, smudged, clean = whole[:, :12].split(3, 1)
    strengths = strengths_for(len(whole)).to(whole.device)  # (B, 3, 1, 1)
    smudges, specks, grain = ((1 - strengths)[:, kind : kind + 1] for kind in range(3))
    wanted = clean + smudges * (smudged - clean) + specks * (specked - smudged) + grain * (pictures - specked)
    told = strengths.expand(-1, 3, *pictures.shape[2:])
    change, found = net(pictures.contiguous(memory_format=torch.channels_last), told)
    missing = change + pictures - wanted
    weight = 1 + (RARE - 1) * torch.maximum(whole[:, 12:], fine(clean))
    here = whole[:, 12:] * (strengths[:, 1:2] > 0)
    there = functional.binary_cross_entropy_with_logits(found, here, 1 + (RARE - 1) * here)
    edges = apart(missing.diff(dim=2)) + apart(missing.diff(dim=3))
    return apart(missing, weight) + EDGES * edges + DEFECTS * there


def uncoded(net: nn.Module, pictures: Tensor, clean: Tensor, told: Tensor) -> Tensor:
    """How many decibels, as natural logarithms, the net's pictures are from what was there before coding.

    Logarithms, because a coder's dial is turned over a range in which the error grows a hundredfold, and a decibel is
    worth about as many bytes anywhere in it. Edges count as well: eyes, and what measures for them, want them sharp.

    Args:
        net: A `Restorer` with as many planes as there are things told.
        pictures: Coded pictures (B, 3, S, S) in [0, 1].
        clean: The originals (B, 3, S, S) in [0, 255].
        told: How they were coded (B, P, 1, 1), of 100.
    """
    both = turned(cut(torch.cat([pictures, clean.float() / 255], 1), CUT))  # (B, 6, s, s)
    coded, wanted = both.split(3, 1)
    planes = (told.float() / 100).expand(-1, -1, *both.shape[2:])
    change, _ = net(coded.contiguous(memory_format=torch.channels_last), planes)
    missing = change + coded - wanted
    edges = missing.diff(dim=2).square().mean((1, 2, 3)) + missing.diff(dim=3).square().mean((1, 2, 3))
    worth = (missing.square().mean((1, 2, 3)) + FLOOR).log() + EDGES * (edges + FLOOR).log()
    return worth.mean()


def cut(x: Tensor, side: int) -> Tensor:
    """The same part (B, C, side, side) of all pictures (B, C, S, S), at random."""
    top, left = (int(torch.randint(whole - side + 1, (1,))) for whole in x.shape[2:])
    return x[:, :, top : top + side, left : left + side]


def fine(x: Tensor) -> Tensor:
    """Where pictures (B, 3, S, S) have small things, (B, 1, S, S) from 0 to 1: a dot must stay as a speck must go."""
    around = functional.avg_pool2d(x, WIDE, 1, WIDE // 2, count_include_pad=False)
    return (PLAIN * (x - around).abs().amax(1, keepdim=True)).clamp(max=1)


def strengths_for(count: int) -> Tensor:
    """How much to undo of each kind (B, 3, 1, 1): mostly all of it; else none, all or some of each."""
    some = torch.empty(count, 3, 1, 1).uniform_(-0.5, 1.5).clamp(0, 1)
    return torch.where(torch.rand(count, 1, 1, 1) < WHOLE, torch.ones(1), some)


def turned(x: Tensor) -> Tensor:
    """All pictures (B, C, S, S) mirrored and turned by quarters in one of the eight ways."""
    way = int(torch.randint(8, (1,)))
    x = x.rot90(way % 4, (2, 3))
    return x.flip(3) if way >= 4 else x  # noqa: PLR2004


def apart(difference: Tensor, weight: Tensor | float = 1.0) -> Tensor:
    """The mean size of a difference, smooth about zero, each counted as much as its weight says."""
    return (weight * ((difference.square() + SMALL**2).sqrt() - SMALL)).mean()


def page_read(net: nn.Module, thumbnails: Tensor, light: Tensor, paper: Tensor) -> Tensor:
    """How far the net is from the light and the paper of sheets.

    Args:
        net: A `PageNet`.
        thumbnails: Sheets (B, 3, 128, 128) in [0, 1].
        light: The natural logarithm of light times the paper's colour (B, 3, 16, 16); 0 where it can't be told.
        paper: 255 where paper is bare (B, 1, 128, 128).
    """
    coarse = thumbnails.shape[2] // light.shape[2]
    wide = functional.interpolate(light, scale_factor=coarse, mode="nearest")
    both = turned(torch.cat([thumbnails, wide, paper / 255], 1))
    thumbnails, wide, bare = both.split([3, 3, 1], 1)
    read, bareness = net(thumbnails)
    missing = read - functional.avg_pool2d(wide, coarse)
    return apart(missing) + PAPER * functional.binary_cross_entropy_with_logits(bareness, bare)
