"""Pictures to codes and looks, and codes back to pictures: what must hold of the shipped nets and of the format."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pochade import fingerprint, redraw
from pochade.compress.codes import LENGTH, PLACES, CodeBook, Frame, Tables, frame_of, framed, steps_of
from pochade.errors import CheckpointDamaged, PictureDamaged, UsageError
from pochade.fingerprints import Fingerprinter, shipped
from pochade.images.letterbox import SIDE, letterboxed, squared, trimmed
from pochade.nets import CodeConfig, CodeVAE, LookEncoder, disagreement
from pochade.nets.code import laplace_bits
from tests.art import drawing

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def book() -> CodeBook:
    """The coder of the shipped net."""
    return shipped().book


# What is promised of fingerprints ------------------------------------------------------------------------------------


def test_a_fingerprint_has_256_bytes_and_a_unit_vector() -> None:
    prints = fingerprint([drawing(0), np.asarray(drawing(1)), drawing(2).convert("L"), drawing(3).convert("P")])
    assert prints.codes.shape == (4, 256)
    assert prints.codes.dtype == np.uint8
    assert prints.looks.shape == (4, 64)
    assert prints.looks.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(prints.looks, axis=1), 1, atol=1e-5)


def test_no_pictures_have_no_fingerprints() -> None:
    prints = fingerprint([])
    assert prints.codes.shape == (0, 256)
    assert prints.looks.shape == (0, 64)
    assert redraw(prints.codes).shape == (0, 96, 96, 3)


def test_a_fingerprint_does_not_depend_on_its_company() -> None:
    alone = fingerprint([drawing(5)])
    among = fingerprint([drawing(seed) for seed in range(70)])
    assert alone.looks.tobytes() == among.looks[5:6].tobytes()
    assert alone.codes.tobytes() == among.codes[5:6].tobytes()


def test_a_piece_is_redrawn_from_its_code() -> None:
    pictures = [drawing(seed, side=96) for seed in range(20)]
    redrawn = redraw(fingerprint(pictures).codes).astype(np.float32)
    errors = np.square(redrawn - np.stack([np.asarray(picture) for picture in pictures])).reshape(20, -1).mean(1)
    grey = np.square(np.stack([np.asarray(picture, np.float32) for picture in pictures]) - 128).reshape(20, -1).mean(1)
    assert (errors < 0.5 * grey).all()


@pytest.mark.parametrize("size", [(300, 100), (100, 300), (1, 1), (97, 96), (5, 4)])
def test_any_shape_is_fitted_and_redrawn_in_its_frame(size: tuple[int, int]) -> None:
    picture = Image.new("RGB", size, (200, 30, 30))
    redrawn = redraw(fingerprint([picture]).codes)[0]
    square = letterboxed(np.asarray(picture))
    outside = np.ones((SIDE, SIDE), bool)
    top, left = (SIDE - square.height) // 2, (SIDE - square.width) // 2
    outside[top : top + square.height, left : left + square.width] = False
    assert (redrawn[outside] == 255).all()
    assert np.abs(redrawn[~outside].mean(0) - (200, 30, 30)).max() < 60


@pytest.mark.parametrize(
    "wrong", [np.zeros((4, 4), np.float32), np.zeros((0, 4, 3), np.uint8), np.zeros((4, 4, 2), np.uint8)]
)
def test_what_is_no_picture_is_refused(wrong: np.ndarray) -> None:
    with pytest.raises(UsageError, match="a picture is"):
        fingerprint([wrong])


def test_an_image_of_16_bits_is_refused_rather_than_cut_off() -> None:
    with pytest.raises(UsageError, match="more than 8 bits"):
        fingerprint([Image.fromarray(np.full((8, 8), 30_000, np.uint16))])


def test_codes_of_another_shape_are_refused() -> None:
    with pytest.raises(UsageError, match="codes are"):
        redraw(np.zeros((3, 255), np.uint8))


def test_weights_that_are_missing_are_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointDamaged, match=r"look\.safetensors"):
        Fingerprinter(tmp_path)


# The format of codes -------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0, 30), st.integers(1, 96), st.booleans())
def test_whatever_is_written_is_read_back(seed: int, spread: float, short: int, upright: bool) -> None:
    book, chance = shipped().book, np.random.default_rng(seed)
    classes = chance.integers(0, len(book.tables.class_counts), PLACES)
    offsets = (chance.laplace(0, 1, (PLACES, book.tables.scales.shape[1])) * spread).astype(np.float32)
    frame = Frame(short, SIDE) if upright else Frame(SIDE, short)
    (code,) = book.write([frame], offsets[None], classes[None])
    kept = book.read(code)
    assert len(code) == LENGTH
    assert kept.frame == frame
    assert (kept.classes == classes).all()
    expected = book.whole(offsets, kept.level)
    assert (kept.numbers == expected).all() or not kept.numbers.any()


@given(st.integers(1, 96), st.booleans())
def test_every_frame_has_its_byte(short: int, upright: bool) -> None:
    frame = Frame(short, SIDE) if upright else Frame(SIDE, short)
    assert frame_of(framed(frame)) == frame


def test_a_finer_level_is_chosen_where_there_is_room(book: CodeBook) -> None:
    classes = np.full(PLACES, int(book.tables.class_counts.argmax()))
    little = np.zeros((PLACES, book.tables.scales.shape[1]), np.float32)
    much = np.random.default_rng(0).laplace(0, 1, little.shape).astype(np.float32)
    codes = book.write([Frame(96, 96)] * 2, np.stack([little, much]), np.stack([classes, classes]))
    assert book.read(codes[0]).level > book.read(codes[1]).level


@pytest.mark.parametrize(("byte", "value"), [(0, 9), (1, 250), (2, 200), (3, 77), (100, None)])
def test_a_damaged_code_is_refused(byte: int, value: int | None) -> None:
    code = fingerprint([drawing(0)]).codes.copy()
    code[0, byte] = (code[0, byte] ^ 1) if value is None else value
    with pytest.raises(PictureDamaged):
        redraw(code)


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=252, max_size=252), st.integers(0, 127), st.integers(0, 190))
def test_any_bytes_with_the_right_sum_draw_something(payload: bytes, level: int, frame: int) -> None:
    code = np.frombuffer(bytes((1, frame, level, sum(payload) % 256)) + payload, np.uint8)
    with suppress(PictureDamaged):  # a coder may find that no numbers lead to these bytes
        assert redraw(code[None]).shape == (1, 96, 96, 3)


def test_the_tables_are_whole_numbers_that_fill_the_coder(book: CodeBook) -> None:
    written = book.tables.counts
    assert (written.sum(1) == 65_536).all()
    assert (written > 0).all()
    assert book.tables.class_counts.sum() == 65_536


def test_steps_grow_with_the_level() -> None:
    assert steps_of(0) < steps_of(1) < steps_of(127)


# The squares ---------------------------------------------------------------------------------------------------------


@given(st.integers(1, 300), st.integers(1, 300))
@settings(max_examples=40, deadline=None)
def test_the_longer_side_fills_the_square(width: int, height: int) -> None:
    square = letterboxed(np.zeros((height, width, 3), np.uint8))
    assert max(square.width, square.height) == SIDE
    assert square.pixels.shape == (SIDE, SIDE, 3)
    assert (square.pixels == 0).all(2).sum() == square.width * square.height


@given(st.integers(0, 80), st.integers(0, 80), st.integers(0, 80), st.integers(0, 80))
@settings(max_examples=40, deadline=None)
def test_the_subject_is_the_same_whatever_paper_is_about_it(left: int, top: int, right: int, bottom: int) -> None:
    subject = np.asarray(drawing(1))
    with_paper = np.pad(subject, ((top, bottom), (left, right), (0, 0)), constant_values=255)
    small, large = trimmed(subject).shape, trimmed(with_paper).shape
    assert abs(small[0] - large[0]) <= 16
    assert abs(small[1] - large[1]) <= 16


def test_a_picture_without_a_subject_is_left_whole() -> None:
    assert trimmed(np.full((40, 60, 3), 200, np.uint8)).shape == (40, 60, 3)


def test_a_slow_change_of_light_is_no_subject() -> None:
    light = np.linspace(255, 180, 300)[None, :, None]
    scan = np.asarray(drawing(2).resize((100, 100)).convert("RGB"), np.float32)
    page = np.full((300, 300, 3), 255, np.float32)
    page[100:200, 100:200] = scan
    assert max(trimmed((page * light / 255).astype(np.uint8)).shape[:2]) < 130


# The nets ------------------------------------------------------------------------------------------------------------


def test_the_bits_of_all_numbers_are_those_of_one_distribution() -> None:
    offsets = torch.arange(-4000, 4001).float()
    for scale in (0.05, 0.3, 1.0, 7.0, 50.0):
        shares = torch.exp2(-laplace_bits(offsets, torch.tensor(scale)))
        assert shares.sum().item() == pytest.approx(1, abs=2e-3)


def test_latents_that_are_usual_cost_less() -> None:
    torch.manual_seed(0)
    net = CodeVAE(CodeConfig(widths=(4, 4, 4, 4), drawing=(4, 4, 4), latent_dim=6, classes=3))
    usual = net.means[1].detach().view(1, 6, 1, 1).expand(1, 6, 6, 6)
    log_steps = torch.zeros(1)
    assert net.cost(usual, log_steps).bits < net.cost(usual + 5, log_steps).bits
    assert net.cost(usual, log_steps).bits < net.cost(usual + 0.4, log_steps + 3).bits


def test_a_code_net_draws_what_it_is_given() -> None:
    net = CodeVAE(CodeConfig(widths=(4, 4, 4, 4), drawing=(4, 4, 4), latent_dim=6, classes=3))
    latents = net.encode(torch.rand(2, 4, 96, 96))
    assert latents.shape == (2, 6, 6, 6)
    assert net.decode(latents, torch.zeros(2)).shape == (2, 3, 96, 96)
    assert net.classes(latents, torch.zeros(2)).shape == (2, 36)


def test_looks_are_told_apart_only_from_other_pieces() -> None:
    torch.manual_seed(0)
    first = torch.nn.functional.normalize(torch.randn(4, 8))
    others = first.clone()  # the same pieces, remembered: no others
    pieces = torch.arange(4)
    same = pieces.view(-1, 1) == torch.cat([pieces, pieces])
    assert disagreement(first, first, others, same, 0.05) < 0.05
    assert disagreement(first, first.flip(0), others, same, 0.05) > 5


def test_a_look_net_gives_unit_vectors() -> None:
    looks = LookEncoder().eval()(torch.rand(3, 4, 64, 64))
    assert looks.shape == (3, 64)
    torch.testing.assert_close(looks.norm(dim=1), torch.ones(3))


# Files that must be read for ever ------------------------------------------------------------------------------------


def test_codes_written_long_ago_are_still_read() -> None:
    """`golden/codes.npz` holds codes of four drawings, the tables that they were written with, and what they say."""
    with np.load(GOLDEN / "codes.npz") as golden:
        book = CodeBook(Tables(golden["class_counts"], golden["scales"], golden["counts"]))
        for code, classes, numbers in zip(golden["codes"], golden["classes"], golden["numbers"], strict=True):
            kept = book.read(code.tobytes())
            assert (kept.classes == classes).all()
            assert (kept.numbers == numbers).all()


def test_squares_are_a_pair() -> None:
    whole, subject = squared(np.asarray(drawing(4)))
    assert whole.pixels.shape == subject.pixels.shape == (SIDE, SIDE, 3)
