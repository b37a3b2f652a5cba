"""Which points are one work: pairs that surely are, gathered into families.

A verdict on a pair may be wrong, and chains of pairs lead anywhere: a star of 22 points to one of 23, and so on. So two
families become one only when the pairs between them speak for it on the whole, not one pair alone (average linkage:
Sokal & Michener, 1958), the surest first.
"""

import heapq
from collections import defaultdict

from pochade.analysis.arrays import Floats, Integers

SURE = 0.75  # mean likelihood of the pairs between two families that makes them one

Links = dict[int, dict[int, tuple[float, int]]]  # between families: the sum of their pairs' likelihoods, and how many


def families(pairs: Integers, likelihoods: Floats) -> list[list[int]]:
    """Points gathered by average linkage over the pairs that were looked at.

    Args:
        pairs: (M, 2), each pair once, in any order.
        likelihoods: That a pair is of one work (M,), 0 to 1.

    Returns:
        Families of two or more points, each in order, by their first point.
    """
    links: Links = defaultdict(dict)
    waiting = list[tuple[float, int, int]]()  # the surest first; old ones stay, and are passed over
    for (one, other), likelihood in zip(pairs.tolist(), likelihoods.tolist(), strict=True):
        links[one][other] = links[other][one] = (likelihood, 1)
        waiting.append((-likelihood, one, other))
    heapq.heapify(waiting)
    members = {point: [point] for point in links}
    while waiting:
        value, one, other = heapq.heappop(waiting)
        known = links.get(one, {}).get(other)
        if -value < SURE:
            break
        if known and -value == known[0] / known[1]:
            for near, (total, count) in merged(links, members, one, other):
                heapq.heappush(waiting, (-total / count, one, near))
    return sorted(sorted(family) for family in members.values() if len(family) > 1)


def merged(links: Links, members: dict[int, list[int]], one: int, other: int) -> list[tuple[int, tuple[float, int]]]:
    """Put the second family into the first, and give those of its links to others that changed."""
    members[one] += members.pop(other)
    changed = list[int]()
    for near, (total, count) in links.pop(other).items():
        links[near].pop(other)
        if near != one:
            had = links[one].get(near, (0.0, 0))
            links[one][near] = links[near][one] = (had[0] + total, had[1] + count)
            changed.append(near)
    return [(near, links[one][near]) for near in changed]
