"""A two-dimensional map of points on which near stays near, and on which a new point can be placed."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from openTSNE import TSNE

from pochade.analysis.arrays import Floats
from pochade.analysis.pca import PrincipalComponents

PERPLEXITY = 30  # about how many neighbours a point keeps close
ROUNDS = 300  # after the 250 of early exaggeration; what comes later only spreads the groups
PLANE = 2
MOST_DIMENSIONS = 50  # principal components that distances are measured in: the rest is mostly noise, and slow


@dataclass(frozen=True)
class Map:
    """A t-SNE map (van der Maaten & Hinton, 2008) by openTSNE.

    t-SNE keeps neighbours together; sizes of groups and distances between them mean nothing.
    """

    positions: Floats  # (N, 2)
    components: PrincipalComponents | None  # the directions in which distances are measured
    embedding: Any  # openTSNE's own object, which places new points; None where the points are their own map

    @classmethod
    def draw(cls, points: Floats, seed: int = 0) -> "Map":
        """Lay out points (N, D) on a plane, N from 10 to some 10,000; points of two numbers lie there already."""
        if points.shape[1] == PLANE:
            return cls(points, None, None)
        perplexity = min(PERPLEXITY, max(2, (len(points) - 1) // 3))
        components = PrincipalComponents.fit(points, MOST_DIMENSIONS)
        start = "pca" if components.dimensions > 1 else "random"  # a line has no second direction to begin with
        layout = TSNE(perplexity=perplexity, n_iter=ROUNDS, initialization=start, n_jobs=-1, random_state=seed)
        embedding = layout.fit(components.encode(points).astype(np.float64))
        return cls(np.array(embedding), components, embedding)

    def place(self, points: Floats) -> Floats:
        """Positions (M, 2) for new points (M, D); the map itself does not move.

        A new point is *always* drawn near its nearest neighbours, however far away those are: its place on the map says
        nothing about whether it lies in empty space. See `emptiness.py`.
        """
        if self.components is None:
            return points
        placed = self.embedding.transform(self.components.encode(points).astype(np.float64), perplexity=5)
        moved = np.asarray(self.embedding)[0] - self.positions[0]  # openTSNE centres its map when it is first added to
        return np.asarray(placed) - moved
