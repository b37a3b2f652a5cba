"""How pairs of pictures are related: as was measured, unless their pixels are equal or the person has judged them."""

from collections.abc import Mapping

from pochade.images.geometry.letterbox import Box
from pochade.index.verdict_store import Verdict
from pochade.organise.pair_prover import PairKey, PairProver
from pochade.organise.pair_relation import UNRELATED, PairRelation
from pochade.organise.pixel_duplicates import PixelDuplicates

CERTAIN = 1e3  # a likelihood so high that every mean with it links two pictures: what was measured may come near 1, too
FORBIDDEN = -1e6  # a likelihood so low that no mean with it links two pictures, whatever else is certain
MIN_LIKELIHOOD = 0.02  # of being related; pairs with less say nothing about series


class JudgedRelations:
    """The relations of all pairs that were compared.

    Args:
        prover: Compares pairs and knows the stored relations.
        duplicates: Knows which pictures have equal pixels.
        verdicts: What the person said, by pair.
    """

    def __init__(self, prover: PairProver, duplicates: PixelDuplicates, verdicts: Mapping[PairKey, Verdict]) -> None:
        self.prover, self.duplicates, self.verdicts = prover, duplicates, verdicts
        self.measured: dict[PairKey, PairRelation] = {}
        self.reload()

    def reload(self) -> None:
        """Read the relations again, because more pairs were compared."""
        self.measured = self.prover.relations()

    def is_known(self, number: int, other: int) -> bool:
        """Whether it is known how two pictures are related."""
        pair = _key(number, other)
        return pair in self.measured or self.verdicts.get(pair, "keep") != "keep" or self.are_equal(*pair)

    def between(self, number: int, other: int) -> PairRelation:
        """The relation of two pictures, as it was measured."""
        return self.measured.get(_key(number, other), UNRELATED)

    def differing_region(self, number: int, other: int) -> Box | None:
        """The largest region of the first picture that differs from the second, in pixels of a view of 256."""
        region = self.between(number, other).region
        if region is None:
            return None
        return region.in_first if number < other else region.in_second

    def verdict(self, number: int, other: int) -> Verdict | None:
        """What the person said about two pictures."""
        return self.verdicts.get(_key(number, other))

    def are_equal(self, number: int, other: int) -> bool:
        """Whether two pictures have equal pixels."""
        return self.duplicates.are_equal(number, other)

    def same_works(self) -> dict[PairKey, float]:
        """The likelihoods that pairs are one work; `CERTAIN` or `FORBIDDEN` where nothing measured may change that."""
        links = {pair: relation.same for pair, relation in self.measured.items()}
        equal_pairs = self.duplicates.first_equal.items()
        links |= {(first, number): CERTAIN for number, first in equal_pairs if number != first}
        for pair, verdict in self.verdicts.items():
            if verdict != "keep":
                links[pair] = FORBIDDEN if verdict == "different" else CERTAIN
        return links

    def related_works(self) -> dict[PairKey, float]:
        """The likelihoods that pairs are related, for all pairs where that is possible.

        Of two pictures that aren't one work, it is the likelihood that they are variants: a pair that may be an edit or
        a variant is one of the two for sure.
        """
        return {
            pair: relation.same + relation.variant
            for pair, relation in self.measured.items()
            if relation.same + relation.variant >= MIN_LIKELIHOOD and self.verdicts.get(pair, "keep") == "keep"
        }


def _key(number: int, other: int) -> PairKey:
    return (number, other) if number < other else (other, number)
