"""Words for how the pictures of a group look, compared with the groups beside it: technique, colours, light, shape."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.images.features.technique import TechniqueMeasures, describe_techniques

MAX_SHARE_OF_SIBLINGS = 0.5  # of the siblings may have a word that is still distinctive
COMPARISONS = {  # words for less and for more of a measure than the siblings have
    "light": ("darker", "lighter"),
    "colourful": ("greyer", "more colourful"),
    "edges": ("fewer details", "more details"),
    "soft": ("sharper edges", "softer edges"),
    "grain": ("smoother", "grainier"),
    "flat": ("more shading", "more flat colour"),
    "contrast": ("less contrast", "more contrast"),
    "line": ("broader lines", "finer lines"),
    "paper": ("less empty space", "more empty space"),
}
SHAPES = ("more upright", "wider")
MIN_SPREAD = 0.02  # of a measure between siblings; smaller differences count less


@dataclass(frozen=True)
class GroupLooks:
    """What was measured on a sample of a group's pictures."""

    words: tuple[str, ...]  # that hold for most of the pictures, such as "line art" and "mostly red"
    levels: Floats  # (10,), the mean of each measure in `COMPARISONS`, and of the logarithm of width over height

    @classmethod
    def of(
        cls, measures: Sequence[TechniqueMeasures], techniques: Sequence[str], ratios: Sequence[float]
    ) -> "GroupLooks":
        """Sum up a sample of pictures.

        Args:
            measures: Of the pictures whose thumbnail can be read.
            techniques: The names of the pictures' techniques; an empty one is not known.
            ratios: The logarithm of width over height of the pictures; at least one.
        """
        levels = [[getattr(measured, name) for name in COMPARISONS] for measured in measures]
        means = np.mean(levels, 0) if levels else np.zeros(len(COMPARISONS))
        return cls(tuple(describe_techniques(measures, techniques).split(", ")), np.append(means, np.mean(ratios)))


def distinctive_looks(group: GroupLooks, siblings: Sequence[GroupLooks]) -> list[str]:
    """List words for a group, the most distinctive first.

    First come words that hold for the group and for few of its siblings, then comparisons with the siblings.

    Args:
        group: The group.
        siblings: The groups beside it, without itself.
    """
    frequent = [word for word in group.words if _share_with(word, siblings) > MAX_SHARE_OF_SIBLINGS]
    distinctive = [word for word in group.words if word not in frequent and word != "mixed"]
    return [*distinctive, *_comparisons(group, siblings)] if siblings else list(group.words)


def _share_with(word: str, siblings: Sequence[GroupLooks]) -> float:
    return sum(word in sibling.words for sibling in siblings) / max(1, len(siblings))


def _comparisons(group: GroupLooks, siblings: Sequence[GroupLooks]) -> list[str]:
    """What the group has less or more of than its siblings, the largest difference first."""
    if not siblings:
        return []
    others = np.stack([sibling.levels for sibling in siblings])
    differences = (group.levels - others.mean(0)) / np.maximum(others.std(0), MIN_SPREAD)
    words = [*COMPARISONS.values(), SHAPES]
    order = np.argsort(-np.abs(differences), kind="stable")
    return [words[place][int(differences[place] > 0)] for place in order.tolist() if differences[place]]
