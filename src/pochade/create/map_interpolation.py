"""Latents for places on the map: the latents of the nearest pictures, mixed by distance."""

from collections.abc import Mapping

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.errors import NotKnown
from pochade.index.organisation_store import MapPlace

MIXED_PICTURES = 6  # number of nearest pictures whose latents are mixed
MIN_SQUARED_DISTANCE = 1e-6  # on the map, which is 2 wide; a shorter distance counts as this one


def mix_latents(
    place: MapPlace, places: Mapping[int, MapPlace], latents: Mapping[int, Floats]
) -> tuple[Floats, list[int]]:
    """Compute the latent of a place on the map by inverse distance weighting (Shepard, ACM National Conference 1968).

    The result is nearly a picture's latent at the picture's place, and nearly the mean of the nearest far from all.

    Args:
        place: The place (x, y).
        places: The places of pictures, by number.
        latents: The latents (D,) of at least these pictures, by number.

    Returns:
        The latent (D,), and the numbers of the pictures that were mixed, nearest first.

    Raises:
        NotKnown: There is no map yet.
    """
    if not places:
        raise NotKnown("there is no map yet", "run 'pochade map', or make the map on the page")
    numbers = np.array(sorted(places))
    coordinates = np.array([places[number] for number in numbers.tolist()])
    squared_distances = np.square(coordinates - np.array(place)).sum(1)
    order = np.argsort(squared_distances, kind="stable")[:MIXED_PICTURES]
    shares = 1 / np.maximum(squared_distances[order], MIN_SQUARED_DISTANCE)
    nearest = numbers[order].tolist()
    latent = np.average(np.stack([latents[number] for number in nearest]), axis=0, weights=shares)
    return latent.astype(np.float32), nearest
