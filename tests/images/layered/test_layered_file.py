"""A layered file is taken apart into pictures and other bytes, and comes back byte for byte."""

import itertools
import zlib
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pochade.images.base.picture import Array
from pochade.images.layered.layered_file import LayeredFile, put_together
from pochade.images.layered.parts import RestPart
from pochade.images.layered.take_apart import take_apart
from tests.support.layered_files import (
    MadeLayer,
    RowPacker,
    make_layered_psd,
    pack_in_blocks,
    pack_like_gimp,
    pack_pairs_as_runs,
    pack_tile_like_gimp,
    painted_layers,
)
from tests.support.paintings import painting
from tests.support.picture_files import make_xcf

MADE_BY_GIMP = Path(__file__).parents[2] / "golden" / "layers"


def rebuild(file: LayeredFile) -> bytes:
    return b"".join(put_together(file.parts, bytes(file.rest), lambda number: file.pictures[number]))


@pytest.mark.parametrize("large", [False, True], ids=["PSD", "PSB"])
@pytest.mark.parametrize(
    "pack",
    [pack_like_gimp, pack_pairs_as_runs, pack_in_blocks, partial(pack_in_blocks, segment=140), None],
    ids=["GIMP", "pairs", "blocks", "segments", "raw"],
)
def test_layers_masks_and_the_merged_picture_become_pictures(pack: RowPacker | None, large: bool) -> None:
    layers = painted_layers()
    content = make_layered_psd(layers, painting(90, 150), pack=pack, large=large)
    file = take_apart(content)
    assert file is not None
    assert [picture.shape for picture in file.pictures] == [(90, 150, 3), (70, 110, 4), (70, 110, 1), (90, 150, 3)]
    assert np.array_equal(file.pictures[1], layers[1].values)
    assert len(file.rest) < 1_000
    assert rebuild(file) == content


def test_layers_that_two_programs_saved_become_pictures() -> None:
    """The second layer does not follow the rules that were learned from the first one."""
    packers = itertools.chain(itertools.repeat(pack_like_gimp, 3 * 90), itertools.repeat(pack_pairs_as_runs))

    def pack(row: bytes) -> bytes:
        return next(packers)(row)

    content = make_layered_psd(painted_layers(), painting(90, 150), pack=pack)
    file = take_apart(content)
    assert file is not None
    assert len(file.pictures) == 4
    assert len(file.rest) < 1_000
    assert rebuild(file) == content


def test_layers_of_16_bits_become_pictures() -> None:
    values: Array = painting(60, 80).astype(np.uint16) * np.uint16(257) + np.arange(80, dtype=np.uint16)[:, None]
    content = make_layered_psd([MadeLayer(values)], values)
    file = take_apart(content)
    assert file is not None
    assert np.array_equal(file.pictures[0], values)
    assert rebuild(file) == content


@pytest.mark.parametrize("path", sorted(MADE_BY_GIMP.iterdir()), ids=lambda path: path.name)
def test_files_that_gimp_wrote_are_taken_apart_to_the_last_tile(path: Path) -> None:
    content = path.read_bytes()
    file = take_apart(content)
    assert file is not None
    shapes = [picture.shape for picture in file.pictures]
    assert sorted(shapes)[:3] == [(50, 110, 1), (50, 110, 4), (70, 150, 3)]
    assert len(file.rest) < 10_000
    assert all(not getattr(part, "exceptions", ()) for part in file.parts)
    assert rebuild(file) == content


@pytest.mark.parametrize("compression", [0, 1])
@pytest.mark.parametrize(("precision", "kind"), [(150, np.uint8), (250, np.uint16)])
def test_layers_of_an_xcf_become_pictures(compression: int, precision: int, kind: type[np.unsignedinteger]) -> None:
    layers = [painting(70, 130).astype(kind), painting(16, 24).astype(kind)]
    content = make_xcf(
        [(values, {}) for values in layers], compression=compression, precision=precision, pack=pack_tile_like_gimp
    )
    file = take_apart(content)
    assert file is not None
    assert [picture.dtype for picture in file.pictures] == [kind, kind]
    assert all(map(np.array_equal, file.pictures, layers))
    assert rebuild(file) == content


def test_a_tile_that_gimp_would_write_otherwise_is_kept_as_it_is() -> None:
    layer = painting(200, 200)
    odd = b"".join(bytes([0, value]) for value in layer[:64, :64, 0].tobytes())  # every byte a run
    packed = iter([odd])
    content = make_xcf([(layer, {})], pack=lambda plane: next(packed, None) or pack_tile_like_gimp(plane))
    file = take_apart(content)
    assert file is not None
    assert odd in bytes(file.rest)
    assert np.array_equal(file.pictures[0], layer)
    assert rebuild(file) == content


def test_an_xcf_of_another_kind_is_not_taken_apart() -> None:
    values = painting(20, 24)
    assert take_apart(make_xcf([(values, {})], compression=2)) is None
    assert take_apart(make_xcf([(values.astype(np.float32), {})], precision=600)) is None


def test_a_file_without_layers_has_its_merged_picture() -> None:
    content = make_layered_psd([], painting())
    file = take_apart(content)
    assert file is not None
    assert np.array_equal(file.pictures[0], painting())
    assert rebuild(file) == content


def test_a_row_that_no_rule_predicts_is_kept_as_it_is() -> None:
    odd_row = bytes([0, 9, 0, 9, 254, 9])  # five equal bytes as three tokens
    content = make_layered_psd([MadeLayer(np.full((40, 5, 3), 9, np.uint8))], np.full((40, 5, 3), 9, np.uint8))
    merged = content.rindex(b"\0\1")
    rows = [odd_row, *[bytes([252, 9])] * 119]
    content = content[:merged] + b"\0\1" + b"".join(bytes([0, len(row)]) for row in rows) + b"".join(rows)
    file = take_apart(content)
    assert file is not None
    assert odd_row in bytes(file.rest)
    assert rebuild(file) == content


def test_deflated_layers_stay_as_they_are() -> None:
    values = painting(60, 80)
    content = make_layered_psd([MadeLayer(values)], values, deflate=zlib.compress)
    file = take_apart(content)
    assert file is not None
    assert zlib.compress(values[..., 1].tobytes()) in bytes(file.rest)
    assert [picture.shape for picture in file.pictures] == [(60, 80, 3)]
    assert rebuild(file) == content


@pytest.mark.parametrize("content", [b"", b"8BPS", b"8BPS" + bytes(40), b"\x89PNG\r\n", b"GIF89a"])
def test_what_has_no_layers_is_not_taken_apart(content: bytes) -> None:
    assert take_apart(content) is None


SMALL_PSD = make_layered_psd(painted_layers(24, 48), painting(24, 48))
SMALL_XCF = make_xcf([(painting(30, 60), {}), (painting(16, 24), {})], pack=pack_tile_like_gimp)


@pytest.mark.parametrize("content", [SMALL_PSD, SMALL_XCF], ids=["PSD", "XCF"])
@given(where=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255), cut=st.floats(0, 1))
def test_a_damaged_file_comes_back_or_is_not_taken_apart(content: bytes, where: float, change: int, cut: float) -> None:
    at, end = int(where * len(content)), int(cut * len(content))
    changed = content[:at] + bytes([content[at] ^ change]) + content[at + 1 :]
    for damaged in (changed, changed[:end], changed + content[end:]):
        file = take_apart(damaged)
        assert file is None or rebuild(file) == damaged


def test_a_row_longer_than_any_honest_one_stays_as_it_is() -> None:
    content = make_layered_psd([], np.zeros((1, 2**20 + 1, 3), np.uint8), pack=None)
    assert take_apart(content) is None


def test_a_part_that_needs_more_than_there_is_is_refused() -> None:
    with pytest.raises(ValueError, match="are missing"):
        list(put_together([RestPart(5)], b"1234", lambda _: np.zeros((1, 1, 1), np.uint8)))
