"""The map of a collection: places are kept, and new pieces are placed among the old ones."""

import numpy as np

from pochade.analysis.tsne import laid_out, placed
from pochade.index.database import Index
from pochade.index.organisation_store import Place, add_places, places_in
from pochade.organise.results import Points
from pochade.system.progress import Progress, Report


def with_places(index: Index, points: Points, report: Report, *, anew: bool = False) -> dict[int, Place]:
    """The place of every piece, by its number; those that had none, or all of them anew, get one, and keep it."""
    known = {} if anew else places_in(index)
    old = np.array([number in known for number in points.numbers.tolist()], bool)
    if not old.all():
        report(Progress("drawing the map", int(old.sum()), len(old)))
        if old.any():
            positions = np.array([known[number] for number in points.numbers[old].tolist()], np.float32)
            found = placed(points.features[~old], points.features[old], positions)
        else:
            found = laid_out(points.features)
        new = dict(zip(points.numbers[~old].tolist(), map(tuple, found.tolist()), strict=True))
        add_places(index, new, anew=anew)
        known |= new
        report(Progress("drawing the map", len(old), len(old)))
    return known
