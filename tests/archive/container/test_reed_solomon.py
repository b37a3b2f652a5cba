"""Reed-Solomon: whatever columns are missing, as many as there are parity columns are recovered."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.archive.container.reed_solomon import ORDER, ColumnRecovery, multiply
from pochade.images.base.picture import Array


def recover(columns: list[Array | None]) -> Array:
    """The missing columns."""
    missing = [number for number, column in enumerate(columns) if column is None]
    recovery = ColumnRecovery(missing, next(len(column) for column in columns if column is not None))
    for column in reversed(columns):
        recovery.add_next(column)
    return recovery.result()


def test_the_field_multiplies_as_its_polynomial_says() -> None:
    def carry_less(first: int, second: int) -> int:
        product = 0
        for bit in range(8):
            product ^= (first << bit) if second >> bit & 1 else 0
        for bit in range(14, 7, -1):
            product ^= (0x11D << bit - 8) if product >> bit & 1 else 0
        return product

    assert all(multiply(a, b) == carry_less(a, b) for a in range(256) for b in range(256))


@settings(max_examples=60)
@given(data=st.data())
def test_any_missing_columns_are_recovered(data: st.DataObject) -> None:
    parity = data.draw(st.integers(1, 12))
    count = data.draw(st.integers(1, 100))
    columns = np.random.default_rng(data.draw(st.integers(0, 99))).integers(0, 256, (count, 34), np.uint8)
    whole = [*columns, *recover([*columns, *[None] * parity])]
    missing = data.draw(st.sets(st.integers(0, count + parity - 1), min_size=1, max_size=parity))
    if len(missing) == len(whole):
        missing.pop()
    recovered = recover([None if number in missing else column for number, column in enumerate(whole)])
    np.testing.assert_array_equal(recovered, [whole[number] for number in sorted(missing)])


def test_the_sums_that_the_format_states_are_zero() -> None:
    columns = np.random.default_rng(1).integers(0, 256, (7, 2), np.uint8)
    whole = [*columns, *recover([*columns, None, None, None])]
    for j in range(3):
        total = 0
        for number, column in enumerate(whole):
            factor = 1
            for _ in range(number * j):
                factor = multiply(factor, 2)
            total ^= multiply(factor, int(column[0]))
        assert total == 0


def test_columns_that_several_threads_share_are_recovered() -> None:
    columns = np.random.default_rng(2).integers(0, 256, (5, 2**18 + 2), np.uint8)
    whole = [*columns, *recover([*columns, None, None])]
    np.testing.assert_array_equal(recover([None, whole[1], None, *whole[3:]]), [whole[0], whole[2]])
    assert len(whole) < ORDER
