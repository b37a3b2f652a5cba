"""The order in which the latents of a sketch are decoded. No torch is imported.

`sketch_prior.py` predicts the latents in this order in floats, and `embedding/integer_prior.py` in whole numbers.
"""

from collections.abc import Iterator
from typing import NamedTuple

CONTEXT_GAIN = 10.0  # scales the outputs of the prior's networks, so that they can follow latents of many steps


class SketchPart(NamedTuple):
    """The latents of a sketch that are decoded together."""

    group: int
    start: int  # the group has the channels `start` to `end`
    end: int
    half: int  # 0 or 1: the places whose row and column add up to an even or an odd number


def sketch_parts(groups: tuple[int, ...]) -> Iterator[SketchPart]:
    """The parts of a sketch in decoding order, given the channels of each group."""
    for group, width in enumerate(groups):
        start = sum(groups[:group])
        yield from (SketchPart(group, start, start + width, half) for half in (0, 1))
