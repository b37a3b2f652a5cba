"""The order of pairs is complete, and keeps what belongs together near each other."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pochade.analysis.pair_order import order_pairs

PAIRS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.floats(0, 1)), max_size=80)


@given(PAIRS)
def test_every_pair_comes_once(table: list[tuple[int, int, float]]) -> None:
    pairs = np.array([row[:2] for row in table], np.int64).reshape(-1, 2)
    order = order_pairs(pairs, np.array([row[2] for row in table]))
    assert sorted(order.tolist()) == list(range(len(pairs)))


def test_things_that_lie_on_a_line_are_needed_for_a_short_time_whatever_their_numbers() -> None:
    things = np.random.default_rng(0).permutation(300)
    steps = np.concatenate([np.column_stack([things[:-gap], things[gap:]]) for gap in (1, 2)])
    distances = np.repeat([1.0, 2.0], [299, 298])
    shuffle = np.random.default_rng(1).permutation(len(steps))
    ordered = steps[shuffle][order_pairs(steps[shuffle], distances[shuffle])].tolist()
    last = {thing: position for position, pair in enumerate(ordered) for thing in pair}
    first = {thing: position for position, pair in reversed([*enumerate(ordered)]) for thing in pair}
    needed_long = [thing for thing in last if last[thing] - first[thing] > 10]
    assert len(needed_long) <= 2  # where the walk begins, and leaves in both directions
