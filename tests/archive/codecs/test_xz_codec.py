"""Packed files unpack to the same bytes."""

import io

from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.archive.codecs.xz_codec import pack_xz, unpack_xz


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=5000), st.integers(1, 40))
def test_packed_bytes_unpack_to_the_same(content: bytes, times: int) -> None:
    into, out = io.BytesIO(), io.BytesIO()
    if pack_xz([content] * times, len(content) * times, into):
        into.seek(0)
        unpack_xz(into, len(content) * times, out.write)
        assert out.getvalue() == content * times
