"""Watermarks: a row of letters, rows of letters all over a picture, or a badge in a corner."""

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

from pochade.training.augment.random_numbers import RandomNumbers

# A to Z and 0 to 9 in 5 columns of 7 dots; the lowest bit is the uppermost dot.
LETTERS = (
    "7C1211127C 7F49494936 3E41414122 7F4141413E 7F49494941 7F09090901 3E41415173 7F0808087F 00417F4100 2040413F01 "
    "7F08142241 7F40404040 7F021C027F 7F0408107F 3E4141413E 7F09090906 3E4151215E 7F09192946 2649494932 03017F0103 "
    "3F4040403F 1F2040201F 3F4038403F 6314081463 0304780403 6159494D43 3E5149453E 00427F4000 7249494946 2141494D33 "
    "1814127F10 2745454539 3C4A494931 4121110907 3649494936 464949291E"
)
ROWS, COLUMNS = 8, 6  # dots of a letter with the gaps below it and behind it
LONGEST_WORD = 10  # letters
WIDTH_OF_LETTER = COLUMNS / ROWS  # in units of its height
SHARPNESS = 3.0  # how steep the edges of letters are, which are sampled from few dots
ROW, TILES, CORNER = range(3)  # the kinds of watermark


@dataclass(frozen=True)
class WordPlaces:
    """Where and how large the words of a batch are written; lengths are shares of the picture's square."""

    kinds: Tensor  # (B, 1, 1): ROW, TILES or CORNER
    lengths: Tensor  # (B, 1, 1) in letters
    heights: Tensor  # (B, 1, 1) of a letter
    centres: Tensor  # (B, 2, 1, 1), from 0 to 1
    angles: Tensor  # (B, 1, 1) in radians


def print_watermarks(x: Tensor, mask: Tensor, random: RandomNumbers) -> Tensor:
    """Print watermarks on a fifth of the pictures (B, 3, S, S), within their frame masks (B, 1, S, S), in place."""
    rows = random.rows(len(x), 0.2)
    return x.index_copy_(0, rows, add_watermark(x[rows], mask[rows], random)) if len(rows) else x


def add_watermark(x: Tensor, mask: Tensor, random: RandomNumbers) -> Tensor:
    """Print a watermark on each picture, more or less transparent.

    Args:
        x: Pictures (B, 3, S, S) in [0, 1].
        mask: Their frame masks (B, 1, S, S).
        random: The random numbers.

    Returns:
        Pictures (B, 3, S, S).
    """
    count = len(x)
    grey = random.uniform((count, 1, 1, 1), -0.3, 1.3).clamp_(0, 1)  # more of black and of white
    colour = torch.where(random.mask(count, 0.3).view(-1, 1, 1, 1), random.uniform((count, 3, 1, 1)), grey)
    places = _place_words(mask, random)
    cover = _draw_words(_random_words(count, random), places, x.shape[-1], random)
    return torch.lerp(x, colour, cover.unsqueeze(1) * random.per_picture(count, 0.2, 0.8))


def _place_words(mask: Tensor, random: RandomNumbers) -> WordPlaces:
    """Random places within frames, given by their masks (B, 1, S, S)."""
    shape = (len(mask), 1, 1)
    kinds = random.integers(shape, 0, 3)
    lengths = torch.where(kinds == CORNER, random.integers(shape, 1, 4), random.integers(shape, 4, LONGEST_WORD + 1))
    tiny, large = random.uniform(shape, 0.07, 0.13), random.uniform(shape, 0.06, 0.25)
    heights = torch.where(kinds == ROW, large.minimum(1.3 / (lengths * WIDTH_OF_LETTER)), tiny)
    anywhere = random.uniform((len(mask), 2, 1, 1), -0.35, 0.35)
    corners = random.integers((len(mask), 2, 1, 1), 0, 2) * 0.74 - 0.37
    shifts = torch.where((kinds == CORNER).unsqueeze(1), corners, anywhere)
    extents = torch.stack([mask[:, 0].amax(1).mean(1), mask[:, 0].amax(2).mean(1)], 1)  # (B, 2): width and height
    angles = torch.where(kinds == TILES, random.uniform(shape, -0.9, 0.9), random.normal(shape, 0.05))
    return WordPlaces(kinds, lengths, heights, 0.5 + shifts * extents.view(-1, 2, 1, 1), angles)


def _draw_words(words: Tensor, places: WordPlaces, side: int, random: RandomNumbers) -> Tensor:
    """How much of each pixel words (B, 1, ROWS, LONGEST_WORD * COLUMNS) cover at their places (B, side, side)."""
    across, down = _distances(places, side)  # in letters, in lines
    is_tiled, half = places.kinds == TILES, places.lengths / 2
    radius = across.square().mul_(WIDTH_OF_LETTER**2).add_(down.square())
    badge = (radius < (half * WIDTH_OF_LETTER + 0.25).square()) & (places.kinds == CORNER)
    gap = random.uniform(half.shape, 1.5, 4)
    across, down = across + half, down + 0.5
    across = torch.where(is_tiled, across.remainder(places.lengths + 2), across)
    down = torch.where(is_tiled, down.remainder(gap), down)
    grid = torch.stack([across * (2 / LONGEST_WORD) - 1, down * 2 - 1], 3)
    dots = functional.grid_sample(words, grid, align_corners=False).squeeze(1)
    letters = (dots.sub_(0.5) * SHARPNESS + 0.5).clamp_(0, 1) * (across < places.lengths)
    has_badge = random.mask(len(words), 0.6).view(-1, 1, 1)
    return torch.where(badge & has_badge, 1 - letters, letters)


def _distances(places: WordPlaces, side: int) -> tuple[Tensor, Tensor]:
    """How far each pixel is from the centre of its words, along them in letters and across them in lines."""
    positions = (torch.arange(side, device=places.angles.device) + 0.5) / side
    x, y = positions - places.centres[:, 0], positions.view(-1, 1) - places.centres[:, 1]  # (B, 1, S), (B, S, 1)
    cosine, sine = places.angles.cos() / places.heights, places.angles.sin() / places.heights
    return (x * cosine + y * sine) / WIDTH_OF_LETTER, y * cosine - x * sine


def _random_words(count: int, random: RandomNumbers) -> Tensor:
    """Words of random letters, of 0 and 1: (B, 1, ROWS, LONGEST_WORD * COLUMNS)."""
    letters = _letters(random.device)
    words = letters[random.integers((count, LONGEST_WORD), 0, len(letters))]  # (B, LONGEST_WORD, ROWS, COLUMNS)
    return words.transpose(1, 2).flatten(2).unsqueeze(1)


@cache
def _letters(device: torch.device) -> Tensor:
    """All letters, of 0 and 1: (36, ROWS, COLUMNS)."""
    columns = [[*bytes.fromhex(letter), 0] for letter in LETTERS.split()]
    dots = [[[float(column >> row & 1) for column in letter] for row in range(ROWS)] for letter in columns]
    return torch.tensor(dots, device=device)
