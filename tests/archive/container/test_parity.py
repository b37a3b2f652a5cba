"""A repair record repairs any damage that touches each sum at most once."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.archive.container import zip_layout
from pochade.archive.container.parity import BLOCK_BYTES, make_repair_record, parse_repair_record, repair_blocks


@settings(max_examples=100, deadline=None)
@given(data=st.data(), length=st.integers(1, 9000), seed=st.integers(0, 2**32))
def test_a_damaged_range_of_a_manifest_is_repaired(data: st.DataObject, length: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    packed = chance.bytes(length)
    record = parse_repair_record(
        make_repair_record(
            zip_layout.ZipMember(zip_layout.MANIFEST_NAME, 1, length, 2, zip_layout.METHOD_DEFLATED), packed
        )
    )
    assert record
    stretch = min(length, BLOCK_BYTES * max(1, len(record.sums) - 1))  # it meets no two blocks of a sum
    start = data.draw(st.integers(0, length - stretch))
    damaged = packed[:start] + chance.bytes(stretch) + packed[start + stretch :]
    assert repair_blocks(damaged, record) == packed
