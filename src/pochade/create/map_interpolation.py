"""What lies between pieces on the map: their codes mixed, those of nearer ones more."""

from collections.abc import Mapping

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.errors import NotKnown
from pochade.index.organisation_store import Place

NEIGHBOURS = 6  # pieces that are mixed
HERE = 1e-6  # squared distance on the map, which is 2 wide, below which a place is the piece's own


def between(place: Place, places: Mapping[int, Place], codes: Mapping[int, Floats]) -> tuple[Floats, list[int]]:
    """The code (D,) that belongs to a place of the map, by inverse distance (Shepard, ACM National Conference 1968).

    At a piece's own place it is nearly that piece's code; far from all of them, the mean of the nearest.

    Args:
        place: The one that is asked for.
        places: Of pieces, by their numbers.
        codes: Of at least these pieces.

    Returns:
        The code, and the numbers of the pieces that it was mixed of, the nearest first.

    Raises:
        NotKnown: No piece has a place.
    """
    if not places:
        raise NotKnown("the map has not been laid yet", "'pochade map' lays it; on the page, a job of the kind 'map'")
    numbers = np.array(sorted(places))
    away = np.square(np.array([places[number] for number in numbers.tolist()]) - np.array(place)).sum(1)
    order = np.argsort(away, kind="stable")[:NEIGHBOURS]
    shares = 1 / np.maximum(away[order], HERE)
    chosen = numbers[order].tolist()
    mixed = np.average(np.stack([codes[number] for number in chosen]), axis=0, weights=shares)
    return mixed.astype(np.float32), chosen
