"""Pairs of pictures: laid over each other, compared, and gathered into families."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter, ImageOps
from torch import Tensor
from torch.nn import functional

from pochade.analysis.linkage import families
from pochade.analysis.near_pairs import largest, nearest_pairs
from pochade.analysis.pair_features import COMPARED, Subjects, compared, subjects
from pochade.analysis.registration import composed, moved, overlaid, transforms_of_turns
from pochade.images.features.edge_map import around, edge_map
from pochade.images.geometry.letterbox import squared
from pochade.models import PairConfig, PairModel
from tests.support.drawings import drawing


def square(picture: Image.Image) -> np.ndarray:
    """A picture's subject, (96, 96, 3) uint8."""
    return squared(np.asarray(picture.convert("RGB"))).subject.pixels


def said(known: Subjects, looks: Tensor, pairs: Tensor) -> Tensor:
    """What is said of pairs, as they lie best on each other."""
    return compared(known.small, looks, pairs, overlaid(known.maps, pairs))


def agreement(one: Image.Image, other: Image.Image) -> float:
    """How well the edges of two pictures agree."""
    maps = subjects([square(one), square(other)]).maps
    return float(overlaid(maps, torch.tensor([[0, 1]])).agreement)


# Laying one over the other -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "change",
    [
        lambda picture: picture,
        lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
        lambda picture: ImageOps.mirror(picture.rotate(180)),
        lambda picture: picture.rotate(4, Image.Resampling.BICUBIC, expand=True, fillcolor="white"),
        lambda picture: picture.crop((20, 20, 180, 180)),
        lambda picture: ImageOps.invert(picture.convert("L")),
    ],
    ids=["as it is", "turned", "mirrored", "crooked", "cropped", "inverted"],
)
def test_a_changed_copy_agrees_more_than_any_other_drawing(seed: int, change: object) -> None:
    own = agreement(drawing(seed), change(drawing(seed)))  # type: ignore[operator]
    assert own > max(agreement(drawing(seed), drawing(other)) for other in range(10, 14)) + 0.1


def test_the_transform_leads_back_to_the_first_picture() -> None:
    first = drawing(3).filter(ImageFilter.GaussianBlur(2))
    squares = [square(first), square(first.transpose(Image.Transpose.ROTATE_270))]
    overlay = overlaid(subjects(squares).maps, torch.tensor([[0, 1]]))
    pair = torch.from_numpy(np.stack(squares)).permute(0, 3, 1, 2) / 255
    grid = functional.affine_grid(overlay.transforms, [1, 3, 96, 96], align_corners=False)
    back = functional.grid_sample(pair[1:], grid, padding_mode="border", align_corners=False)
    apart = float((pair[1] - pair[0]).abs().mean())
    assert float((back - pair[:1]).abs().mean()) < apart / 5  # the rest is what trimming to whole pixels leaves


def test_nothing_to_compare_gives_nothing() -> None:
    maps = torch.zeros(3, 32, 32)
    assert overlaid(maps, torch.empty(0, 2, dtype=torch.long)).agreement.shape == (0,)


def test_an_empty_page_has_no_edges_and_breaks_nothing() -> None:
    page = np.full((2, 96, 96, 3), 255, np.uint8)
    found = said(subjects(list(page)), torch.ones(2, 64) / 8, torch.tensor([[0, 1]]))
    assert found.shape == (1, COMPARED)
    assert torch.isfinite(found).all()


def test_edges_are_where_colours_change_however_much() -> None:
    picture = np.full((96, 96, 3), 200, np.uint8)
    picture[:, 48:] = 205
    faint, strong = edge_map(picture), edge_map(np.where(picture > 200, 0, picture).astype(np.uint8))
    assert set(faint.argmax(1).tolist()) == {15}
    assert np.abs(faint - strong).max() < 0.02
    assert not edge_map(np.full((96, 96, 3), 7, np.uint8)).any()


def test_what_is_about_a_place_ends_with_the_picture() -> None:
    values = np.random.default_rng(0).integers(0, 256, (96, 96))
    found = around(values)
    assert found[0, 0] == pytest.approx(values[:5, :5].mean())
    assert found[50, 95] == pytest.approx(values[46:55, 91:].mean())
    assert found[40, 30] == pytest.approx(values[36:45, 26:35].mean())


@given(across=st.floats(-0.4, 0.4), down=st.floats(-0.4, 0.4), way=st.integers(0, 23))
@settings(deadline=None)
def test_a_moved_view_shows_what_lay_beside(across: float, down: float, way: int) -> None:
    view = transforms_of_turns()[way]
    shifted = moved(view, torch.tensor([across, down]))
    point = torch.tensor([0.3, -0.2])
    before = view[:, :2] @ (point - 2 * torch.tensor([across, down])) + view[:, 2]
    assert torch.allclose(shifted[:, :2] @ point + shifted[:, 2], before, atol=1e-5)


@given(first=st.integers(0, 23), second=st.integers(0, 23))
def test_composed_transforms_do_the_inner_one_first(first: int, second: int) -> None:
    outer, inner = transforms_of_turns()[first], transforms_of_turns()[second]
    point = torch.tensor([0.7, 0.1])
    expected = outer[:, :2] @ (inner[:, :2] @ point + inner[:, 2]) + outer[:, 2]
    both = composed(outer, inner)
    assert torch.allclose(both[:, :2] @ point + both[:, 2], expected, atol=1e-5)


# Comparing -----------------------------------------------------------------------------------------------------------


def numbers(one: Image.Image, other: Image.Image) -> dict[str, float]:
    """Some of what is said of a pair."""
    found = said(subjects([square(one), square(other)]), torch.ones(2, 64) / 8, torch.tensor([[0, 1], [1, 0]]))
    names = ("cosine", "agreement", "covered", "likeness", "difference", "least unexplained", "most unexplained")
    return dict(zip(names, found[0].tolist(), strict=False))


def test_a_recoloured_copy_follows_from_the_colours_and_line_art_does_not() -> None:
    whole = drawing(5)
    swapped = Image.merge("RGB", whole.split()[::-1])
    lines = whole.convert("L").filter(ImageFilter.FIND_EDGES).point([255 - value for value in range(256)])
    assert numbers(whole, swapped)["most unexplained"] < 0.1
    assert numbers(whole, lines)["most unexplained"] > 0.3


def test_which_of_two_pictures_is_named_first_hardly_matters() -> None:
    pair = subjects([square(drawing(1)), square(drawing(1).rotate(90))])
    found = said(pair, torch.ones(2, 64) / 8, torch.tensor([[0, 1], [1, 0]]))
    assert torch.allclose(found[0], found[1], atol=0.15)


def test_few_pairs_at_a_time_say_the_same_as_many() -> None:
    known = subjects([square(drawing(seed)) for seed in range(6)])
    looks = functional.normalize(torch.randn(6, 64, generator=torch.Generator().manual_seed(0)))
    pairs = torch.combinations(torch.arange(6))
    alone = torch.cat([said(known, looks, pair.view(1, 2)) for pair in pairs])
    assert torch.allclose(said(known, looks, pairs), alone, atol=1e-4)


def test_subjects_are_small_enough_to_keep_a_hundred_thousand() -> None:
    kept: Subjects = subjects([np.zeros((96, 96, 3), np.uint8)])
    assert sum(part.numel() * part.element_size() for part in kept) < 12_000


def test_the_verdicts_likelihoods_add_up_to_one() -> None:
    torch.manual_seed(0)
    found = PairModel(PairConfig(compared=COMPARED)).likelihoods(torch.randn(5, COMPARED))
    assert torch.allclose(found.sum(1), torch.ones(5))


# Who is compared with whom -------------------------------------------------------------------------------------------


@given(st.integers(0, 1000), st.integers(1, 6), st.floats(-0.5, 0.9))
@settings(deadline=None, max_examples=30)
def test_each_point_proposes_its_nearest_and_no_pair_comes_twice(seed: int, most: int, cosine: float) -> None:
    chance = np.random.default_rng(seed)
    points = chance.normal(size=(40, 5)).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    pairs, values = nearest_pairs(points, cosine, most)
    cosines = points @ points.T
    np.fill_diagonal(cosines, -2)
    expected = {
        (min(row, other), max(row, other))
        for row in range(40)
        for other in np.argsort(-cosines[row])[:most].tolist()
        if cosines[row, other] >= cosine
    }
    assert {(one, other) for one, other in pairs.tolist()} == expected
    assert (np.diff(values) <= 0).all()


@given(st.integers(0, 1000), st.integers(1, 5), st.integers(300, 900))
@settings(deadline=None, max_examples=30)
def test_the_largest_of_a_long_row_are_found_wherever_they_are(seed: int, count: int, length: int) -> None:
    rows = torch.randn(3, length, generator=torch.Generator().manual_seed(seed))
    values, columns = largest(rows, count)
    assert torch.equal(values, rows.topk(count).values)
    assert torch.equal(rows.gather(1, columns), values)


def test_many_equal_points_propose_few_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pochade.analysis.near_pairs.AT_ONCE", 3_000)  # several blocks
    points = np.tile(np.array([[1, 0]], np.float32), (300, 1))
    assert len(nearest_pairs(points, 0.5, 10)[0]) <= 3_000


# Families ------------------------------------------------------------------------------------------------------------


def gathered(pairs: dict[tuple[int, int], float]) -> list[list[int]]:
    """The families of these pairs."""
    return families(np.array(list(pairs), np.int64).reshape(-1, 2), np.array(list(pairs.values()), np.float32))


def test_sure_pairs_make_families_and_doubtful_ones_do_not() -> None:
    assert gathered({(1, 2): 0.9, (2, 3): 0.95, (1, 3): 0.8, (4, 5): 0.99, (6, 7): 0.2}) == [[1, 2, 3], [4, 5]]
    assert gathered({}) == []


def test_one_wrong_pair_does_not_join_two_families() -> None:
    inside = {(a, b): 0.95 for part in (range(4), range(4, 8)) for a in part for b in part if a < b}
    between = {(a, b): 0.01 for a in range(4) for b in range(4, 8)} | {(0, 4): 0.9}
    assert gathered(inside | between) == [[0, 1, 2, 3], [4, 5, 6, 7]]


@given(st.dictionaries(st.tuples(st.integers(0, 9), st.integers(10, 19)), st.floats(0, 1), max_size=30))
def test_no_point_is_in_two_families_and_the_order_of_pairs_is_nothing(pairs: dict[tuple[int, int], float]) -> None:
    found = gathered(pairs)
    everybody = [point for family in found for point in family]
    assert len(everybody) == len(set(everybody))
    assert all(len(family) > 1 for family in found)
    if len(set(pairs.values())) == len(pairs):  # no ties
        assert gathered(dict(reversed(pairs.items()))) == found
