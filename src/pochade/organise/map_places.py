"""The map of a collection: pictures keep their places, and new pictures are placed among them."""

import numpy as np

from pochade.analysis.tsne import fit_map, place_points
from pochade.index.database import Index
from pochade.index.library import Library
from pochade.index.organisation_store import MapPlace, add_map_places, read_map_places
from pochade.organise.group_records import Spot
from pochade.organise.point_features import PicturePoints, group_points
from pochade.system.progress import Progress, Report


def update_map(library: Library, report: Report, *, from_scratch: bool = False) -> list[Spot]:
    """Place every picture that has no place yet, and list the places of all files, sorted by path.

    Args:
        library: The collection.
        report: Called with the progress.
        from_scratch: Delete all places, and make the whole map again.
    """
    files = library.files_by_number()
    places = place_on_map(library.index, group_points(library, files, report), report, from_scratch=from_scratch)
    spots = [Spot(file.path, *places[number]) for number, copies in files.items() for file in copies]
    return sorted(spots, key=lambda spot: spot.path)


def place_on_map(
    index: Index, points: PicturePoints, report: Report, *, from_scratch: bool = False
) -> dict[int, MapPlace]:
    """Give a place to every picture that has none, store it, and return all places by picture number.

    Args:
        index: The database that stores the places.
        points: The pictures to place.
        report: Called with the progress.
        from_scratch: Delete all places, and place all pictures again.
    """
    places = {} if from_scratch else read_map_places(index)
    is_placed = np.array([number in places for number in points.numbers.tolist()], bool)
    if not is_placed.all():
        report(Progress("drawing the map", int(is_placed.sum()), len(is_placed)))
        if is_placed.any():
            positions = np.array([places[number] for number in points.numbers[is_placed].tolist()], np.float32)
            new_positions = place_points(points.features[~is_placed], points.features[is_placed], positions)
        else:
            new_positions = fit_map(points.features)
        new_numbers = points.numbers[~is_placed].tolist()
        new_places = dict(zip(new_numbers, map(tuple, new_positions.tolist()), strict=True))
        add_map_places(index, new_places, replace=from_scratch)
        places |= new_places
        report(Progress("drawing the map", len(is_placed), len(is_placed)))
    return places
