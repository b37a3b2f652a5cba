"""Average-linkage clustering (Sokal & Michener, 1958) of points for which the likelihoods of some pairs are known.

The likelihood of a single pair may be wrong, and a chain of wrong pairs can connect anything. Two clusters are
therefore merged only if the mean likelihood of the known pairs between them is high, the likeliest clusters first.
"""

import heapq
from collections import defaultdict

from pochade.analysis.arrays import Floats, Integers

_Links = dict[int, dict[int, tuple[float, int]]]  # by two clusters: sum of likelihoods and number of known pairs


def average_linkage(pairs: Integers, likelihoods: Floats, min_likelihood: float) -> list[list[int]]:
    """Cluster points by average linkage over the known pairs.

    Args:
        pairs: The known pairs (M, 2), each pair once, in any order.
        likelihoods: How likely the two points of each pair belong together (M,), 0 to 1; far above or below to decide
            about a pair whatever the others say.
        min_likelihood: The mean of the known pairs between two clusters, from which they are merged.

    Returns:
        Clusters of two or more points, each sorted, ordered by their first point.
    """
    links: _Links = defaultdict(dict)
    queue = list[tuple[float, int, int]]()  # likeliest first; outdated entries stay and are skipped
    for (first, second), likelihood in zip(pairs.tolist(), likelihoods.tolist(), strict=True):
        links[first][second] = links[second][first] = (likelihood, 1)
        queue.append((-likelihood, first, second))
    heapq.heapify(queue)
    members = {point: [point] for point in links}
    while queue:
        negative, first, second = heapq.heappop(queue)
        link = links.get(first, {}).get(second)
        if -negative < min_likelihood:
            break
        if link and -negative == link[0] / link[1]:
            for other, (total, count) in _merge(links, members, first, second):
                heapq.heappush(queue, (-total / count, first, other))
    return sorted(sorted(cluster) for cluster in members.values() if len(cluster) > 1)


def _merge(
    links: _Links, members: dict[int, list[int]], first: int, second: int
) -> list[tuple[int, tuple[float, int]]]:
    """Merge the second cluster into the first; returns the links of the first cluster that changed."""
    members[first] += members.pop(second)
    changed = list[int]()
    for other, (total, count) in links.pop(second).items():
        links[other].pop(second)
        if other != first:
            old_total, old_count = links[first].get(other, (0.0, 0))
            links[first][other] = links[other][first] = (old_total + total, old_count + count)
            changed.append(other)
    return [(other, links[first][other]) for other in changed]
