"""Sketches are decoded to what was encoded, damaged ones are refused, and old ones are read for ever."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pochade import fingerprint, redraw
from pochade.embedding.embedder import shipped_embedder
from pochade.embedding.sketch_codec import SketchCodec
from pochade.embedding.sketch_format import FRAME_SIDE, HEADER_BYTES, SKETCH_BYTES, Frame, steps_at
from pochade.errors import PictureDamaged
from tests.support.drawings import drawing
from tests.support.sketch_priors import prior_weights, small_prior

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parents[1] / "golden"


def small_codec() -> SketchCodec:
    """A codec with an untrained prior."""
    prior = small_prior()
    return SketchCodec(prior.groups, prior_weights(prior), 6)


@pytest.fixture(scope="module")
def shipped_codec() -> SketchCodec:
    """The codec of the shipped model."""
    return shipped_embedder().codec


@settings(max_examples=30, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(st.integers(0, 2**32 - 1), st.floats(0, 30), st.integers(1, 96), st.booleans())
def test_whatever_is_encoded_is_decoded(seed: int, spread: float, short: int, upright: bool) -> None:
    codec = small_codec()
    latents = (np.random.default_rng(seed).laplace(0, 1, (1, *codec.shape)) * spread).astype(np.float32)
    frame = Frame(short, FRAME_SIDE) if upright else Frame(FRAME_SIDE, short)
    (sketch,) = codec.encode([frame], latents)
    (decoded,) = codec.decode([sketch])
    assert len(sketch) == SKETCH_BYTES
    assert decoded.frame == frame
    latents_again = (decoded.quantised / steps_at(np.array([decoded.level]))).astype(np.float32)
    words = codec.words(latents_again, decoded.level).astype("<u4").tobytes()  # what was decoded is encoded alike
    assert words.ljust(SKETCH_BYTES - HEADER_BYTES, b"\0") == sketch[HEADER_BYTES:]


def test_numbers_within_reach_are_exact() -> None:
    codec = small_codec()
    latents = np.random.default_rng(3).laplace(0, 0.3, (1, *codec.shape)).astype(np.float32)
    (decoded,) = codec.decode(codec.encode([Frame(96, 96)], latents))
    assert (decoded.quantised == np.rint(latents[0] * steps_at(np.array([decoded.level])))).all()


def test_latents_that_are_not_finite_are_encoded_all_the_same() -> None:
    codec = small_codec()
    latents = np.full((2, *codec.shape), np.nan, np.float32)
    latents[1] = np.inf
    assert len(codec.decode(codec.encode([Frame(96, 96)] * 2, latents))) == 2
    assert codec.decode([]) == []


def test_a_finer_level_is_chosen_where_there_is_room(shipped_codec: SketchCodec) -> None:
    busy = np.random.default_rng(0).laplace(0, 1, (1, *shipped_codec.shape)).astype(np.float32)
    sketches = shipped_codec.encode([Frame(96, 96)] * 2, np.concatenate([busy * 0.1, busy]))
    calm_decoded, busy_decoded = shipped_codec.decode(sketches)
    assert calm_decoded.level > busy_decoded.level


@pytest.mark.parametrize(("byte", "value"), [(0, 9), (1, 250), (3, 77), (100, None)])
def test_a_damaged_sketch_is_refused(byte: int, value: int | None) -> None:
    sketches = fingerprint([drawing(0)]).sketches.copy()
    sketches[0, byte] = (sketches[0, byte] ^ 1) if value is None else value
    with pytest.raises(PictureDamaged):
        redraw(sketches)


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=252, max_size=252), st.integers(0, 255), st.integers(0, 190))
def test_any_bytes_with_the_right_checksum_give_a_picture(payload: bytes, level: int, frame: int) -> None:
    sketch = np.frombuffer(bytes((1, frame, level, sum(payload) % 256)) + payload, np.uint8)
    with suppress(PictureDamaged):  # the entropy coder may find that no numbers lead to these bytes
        assert redraw(sketch[None]).shape == (1, 96, 96, 3)


# Files that must be read for ever ------------------------------------------------------------------------------------


def test_old_sketches_are_still_decoded() -> None:
    """`golden/codes.npz` holds a small prior, sketches of random latents encoded with it, and their content."""
    with np.load(GOLDEN / "codes.npz") as golden:
        weights = {name[6:]: golden[name] for name in golden if name.startswith("prior.")}
        decoded = SketchCodec((2, 4), weights, 6).decode([sketch.tobytes() for sketch in golden["codes"]])
        assert (np.stack([sketch.quantised for sketch in decoded]) == golden["numbers"]).all()
        assert [sketch.level for sketch in decoded] == golden["levels"].tolist()


def test_old_sketches_of_the_shipped_model_are_still_decoded(shipped_codec: SketchCodec) -> None:
    with np.load(GOLDEN / "shipped.npz") as golden:
        decoded = shipped_codec.decode([sketch.tobytes() for sketch in golden["codes"]])
        assert (np.stack([sketch.quantised for sketch in decoded]) == golden["numbers"]).all()
