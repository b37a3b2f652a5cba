"""Natural pairs of openclipart's drawings, and variants among the painted figures, judged by eye.

README.md says what each kind means, and how pairs were proposed and judged.
"""

import json
from pathlib import Path
from typing import Literal, NamedTuple

PAIRS = Path(__file__).with_name("pairs.json")
RELATED_DRAWINGS = Path(__file__).with_name("related_drawings.json")
PAINTED_VARIANTS = Path(__file__).with_name("painted_variants.json")

NaturalKind = Literal["exact", "resave", "edit", "version", "variant", "different"]
Half = Literal["train", "held_out"]


class NaturalPair(NamedTuple):
    """Two drawings that nobody made for this list, and how they are related."""

    paths: tuple[str, str]  # in the folder of openclipart's drawings, in alphabetical order
    kind: NaturalKind
    difference: str  # in a few words
    sure: bool  # whether the kind is beyond doubt
    half: Half  # no drawing is in pairs of both halves


def load_natural_pairs() -> list[NaturalPair]:
    """Read every pair, sorted by path."""
    pairs = json.loads(PAIRS.read_text(encoding="utf-8"))["pairs"]
    return [NaturalPair(**pair | {"paths": tuple(pair["paths"])}) for pair in pairs]


def load_related_drawings() -> list[frozenset[str]]:
    """Read the pairs of drawings that are copies, edits or versions of each other, as paths in their folder.

    Those that Pochade itself proposed (`related_drawings.json`) are among them, so a measurement may only leave these
    pairs out, and not count them as right.
    """
    judged = [frozenset(pair.paths) for pair in load_natural_pairs() if pair.kind not in ("variant", "different")]
    proposed = json.loads(RELATED_DRAWINGS.read_text(encoding="utf-8"))["pairs"]
    return [*judged, *(frozenset(pair["paths"]) for pair in proposed)]


def load_painted_variants() -> list[tuple[str, str]]:
    """Read the pairs of painted figures that are variants of each other, as paths in their folder."""
    pairs = json.loads(PAINTED_VARIANTS.read_text(encoding="utf-8"))["pairs"]
    return [(first, second) for first, second in pairs]
