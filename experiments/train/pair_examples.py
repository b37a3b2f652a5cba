"""Labelled pairs of pictures for the pair model, made as collections have them.

    works ──►──┤resaves, edits, stages, variants├──►── made pictures ──►──┤thumbnails├──┐
    works ──►──┤nearest embeddings├──►── pairs of different works ────────────────────┼──►── features and relations
    judged pairs ─────────────────────────────────────────────────────────────────────┘

What was made from a made picture counts by what was done to it: a resave of a variant is a variant of the work. What
can't be seen wasn't done: a grey picture without its colours is a resave.
"""

import random
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from experiments.recipes.random_edits import RANDOM_EDITS, RANDOM_STAGES, resave
from experiments.recipes.random_variants import RANDOM_VARIANTS
from pochade.images.codecs.screen_encode import encode_compact_jpeg
from pochade.index.thumbnails import THUMBNAIL_PIXELS, THUMBNAIL_QUALITY

RESAVES, EDITS, STAGES, VARIANTS = 3, 4, 3, 4  # made from each work
RESAVED_SHARE = 0.3  # of the made pictures are saved again
EDITED_SHARE = 0.15  # of the variants are edited as a whole, too
PAIRS_WITH_WORK, OTHER_PAIRS = 11, 5  # of each work: with the work itself, and among what was made of it
VISIBLE_REACH, VISIBLE_LEVELS = 2, 14  # pixels around a pixel, and levels of 255 of their mean change
LEAST_LIKE = (
    "different",
    "variant",
    "version",
    "edit",
    "resave",
)  # of two steps, the relation of the pair is the first


class MadePicture(NamedTuple):
    """A picture made from a work."""

    thumbnail: bytes  # of a JPEG, as the index stores it
    relation: str  # to the work; "resave" for the work itself
    branch: int  # equal for pictures made from one stage or one variant; 0 for the work, its resaves and its edits


class LabelledPair(NamedTuple):
    """Two pictures and their relation."""

    first: int
    second: int
    relation: str


def make_pictures(pixels: np.ndarray, other: np.ndarray, seed: int) -> list[MadePicture]:
    """Make resaves, edits, stages and variants of a work.

    Args:
        pixels: The work (h, w, 3) uint8.
        other: Another work, which lends what is put into variants.
        seed: Of all chances.

    Returns:
        The work itself, and then what was made.
    """
    rng, whole = random.Random(seed), Image.fromarray(pixels)
    made = [(whole, "resave", 0)] + [(resave(whole, rng), "resave", 0) for _ in range(RESAVES)]
    for _ in range(EDITS):
        edited = rng.choice(RANDOM_EDITS)(whole, rng)
        made.append((_sometimes_resave(edited, rng), "edit" if _is_visible(whole, edited) else "resave", 0))
    for branch in range(1, STAGES + 1):
        made.append((_sometimes_resave(rng.choice(RANDOM_STAGES)(whole, rng), rng), "version", branch))
    for branch in range(STAGES + 1, STAGES + VARIANTS + 1):
        variant = rng.choice(RANDOM_VARIANTS)(whole, rng, Image.fromarray(other))
        if _is_visible(whole, variant):
            edited = rng.choice(RANDOM_EDITS)(variant, rng) if rng.random() < EDITED_SHARE else variant
            made.append((_sometimes_resave(edited, rng), "variant", branch))
    return [MadePicture(encode_thumbnail(picture), relation, branch) for picture, relation, branch in made]


def _is_visible(picture: Image.Image, changed: Image.Image) -> bool:
    """Whether a change can be seen: another size, or a patch that has clearly other colours."""
    if picture.size != changed.size:
        return True
    difference = ImageChops.difference(picture, changed).convert("RGB").filter(ImageFilter.BoxBlur(VISIBLE_REACH))
    return bool(np.asarray(difference).max() >= VISIBLE_LEVELS)


def _sometimes_resave(picture: Image.Image, rng: random.Random) -> Image.Image:
    return resave(picture, rng) if rng.random() < RESAVED_SHARE else picture


def encode_thumbnail(picture: Image.Image) -> bytes:
    """Shrink and encode a picture as the index does."""
    scale = THUMBNAIL_PIXELS / max(picture.size)
    if scale < 1:
        size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    return encode_compact_jpeg(np.ascontiguousarray(np.asarray(picture.convert("RGB"))), THUMBNAIL_QUALITY)


def pair_made_pictures(made: Sequence[MadePicture], seed: int) -> list[LabelledPair]:
    """Choose pairs of pictures that were made from one work, and say how they are related."""
    rng = random.Random(seed)
    with_work = [(0, number) for number in range(1, len(made))]
    others = list(combinations(range(1, len(made)), 2))
    chosen = rng.sample(with_work, min(PAIRS_WITH_WORK, len(with_work))) + rng.sample(others, OTHER_PAIRS)
    pairs = [(first, second, _relation(made[first], made[second])) for first, second in chosen]
    return [LabelledPair(first, second, relation) for first, second, relation in pairs if relation is not None]


def _relation(first: MadePicture, second: MadePicture) -> str | None:
    """How two pictures made from one work are related; None for a stage and a variant, which could be called both."""
    if {first.relation, second.relation} == {"version", "variant"}:
        return None
    return min(first.relation, second.relation, key=LEAST_LIKE.index)
