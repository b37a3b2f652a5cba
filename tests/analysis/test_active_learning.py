"""A label spreads from a few examples, questions are chosen well, and what can't be meant is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from pochade.analysis import active_learning
from pochade.analysis.active_learning import suggested, worth_asking
from pochade.analysis.arrays import Floats, Integers
from pochade.errors import UsageError
from pochade.images.base.picture import Array
from pochade.images.features.descriptors import LENGTH, PLAN_LENGTH, plan, traits
from pochade.images.geometry.letterbox import squared


def kinds(count: int = 600, of_a_kind: int = 60, noise: float = 0.6) -> tuple[Floats, Integers]:
    """Unit vectors of several kinds, and the kind of each."""
    random = np.random.default_rng(0)
    kind = np.arange(count) % (count // of_a_kind)
    points = random.normal(size=(count // of_a_kind, 24))[kind] + noise * random.normal(size=(count, 24))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32), kind


def average_precision(rows: Integers, truth: Array) -> float:
    """How early in a ranking the true ones (N,) come: 1 when they are all in front."""
    hits = truth[rows]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())


# Suggestions ---------------------------------------------------------------------------------------------------------


def test_the_likeliest_rows_are_those_of_the_confirmed_kind() -> None:
    features, kind = kinds()
    confirmed = np.flatnonzero(kind == 3)[:5]
    found = suggested(features, confirmed)
    assert set(found.rows[:55]) == set(np.flatnonzero(kind == 3)[5:])
    assert found.likelihoods[54] > 0.5 > found.likelihoods[55]


def test_one_example_is_enough_to_begin_with() -> None:
    features, kind = kinds()
    found = suggested(features, [3])
    assert average_precision(found.rows, kind == 3) > 0.9


def test_a_label_may_have_two_kinds_of_examples_with_nothing_between_them() -> None:
    features, kind = kinds()
    both = np.isin(kind, (2, 7))
    found = suggested(features, np.flatnonzero(both)[:10])
    assert average_precision(found.rows, both) > 0.9


def test_every_row_that_nobody_has_judged_comes_once_and_no_other() -> None:
    features, _ = kinds()
    found = suggested(features, [3, 13, 13], [4, 5])
    assert sorted(found.rows) == sorted(set(range(600)) - {3, 13, 4, 5})
    assert (np.diff(found.likelihoods) <= 0).all()
    assert 0 <= found.likelihoods[-1] <= found.likelihoods[0] <= 1


def test_a_refusal_lowers_what_looks_like_it() -> None:
    features, kind = kinds()
    both = np.flatnonzero(np.isin(kind, (2, 7)))
    confirmed, refused = both[:6], np.flatnonzero(kind == 7)[10:14]
    alike = np.flatnonzero(kind == 7)[14:]
    before, after = suggested(features, confirmed), suggested(features, confirmed, refused)
    for row in alike:
        assert after.likelihoods[after.rows == row] < before.likelihoods[before.rows == row]


def test_the_same_question_has_the_same_answer_and_the_seed_decides_who_stands_for_the_others() -> None:
    features, _ = kinds(3_000, 300, noise=1.5)
    first, again, other = (suggested(features, [3, 13], seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(first.rows, again.rows)
    assert np.array_equal(first.likelihoods, again.likelihoods)
    assert not np.array_equal(first.likelihoods, other.likelihoods)


def test_the_order_of_examples_and_the_kind_of_list_change_nothing() -> None:
    features, _ = kinds()
    first, second = suggested(features, [3, 13], [5, 4]), suggested(features, np.array([13, 3], np.int32), (4, 5))
    assert np.array_equal(first.likelihoods, second.likelihoods)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    features, _ = kinds()
    whole = suggested(features, [3, 13])
    monkeypatch.setattr(active_learning, "BLOCK", 7)
    np.testing.assert_allclose(suggested(features, [3, 13]).likelihoods, whole.likelihoods, atol=1e-5)


def test_more_examples_than_can_be_fitted_are_drawn_from(monkeypatch: pytest.MonkeyPatch) -> None:
    features, kind = kinds()
    monkeypatch.setattr(active_learning, "EXAMPLES", 20)
    found = suggested(features, np.flatnonzero(kind == 3)[:40], np.flatnonzero(kind == 4)[:40])
    assert set(found.rows[:20]) == set(np.flatnonzero(kind == 3)[40:])
    assert len(found.rows) == 520


@settings(max_examples=40, deadline=None)
@given(count=st.integers(1, 8), dimensions=st.integers(1, 4), data=st.data())
def test_a_handful_of_rows_of_any_numbers_is_ranked(count: int, dimensions: int, data: st.DataObject) -> None:
    numbers = data.draw(st.lists(st.sampled_from([-1.0, 0.0, 1e-30, 0.5, 1e6]), min_size=32, max_size=32))
    features = np.array(numbers[: count * dimensions], np.float32).reshape(count, dimensions)
    said = data.draw(st.lists(st.sampled_from(["yes", "no", "unasked"]), min_size=count, max_size=count))
    rows = {word: [row for row, other in enumerate(said) if other == word] for word in ("yes", "no", "unasked")}
    if not rows["yes"]:
        return
    found = suggested(features, rows["yes"], rows["no"])
    assert sorted(found.rows) == rows["unasked"]
    assert np.isfinite(found.likelihoods).all()
    assert sorted(worth_asking(features, rows["yes"], rows["no"], count=9)) == rows["unasked"]


def test_rows_that_are_all_the_same_are_equally_likely() -> None:
    found = suggested(np.ones((50, 4), np.float32), [7], [8])
    assert np.ptp(found.likelihoods) == 0
    assert list(found.rows) == [row for row in range(50) if row not in {7, 8}]


def test_features_are_left_as_they_are() -> None:
    features, _ = kinds()
    before = features.copy()
    suggested(features, [3])
    worth_asking(features, [3])
    assert np.array_equal(features, before)


# Questions -----------------------------------------------------------------------------------------------------------


def after_answers(features: Floats, truth: Array, chosen: bool) -> float:
    """The mean average precision on rows never asked for, after twenty answers, over ten beginnings."""
    found = []
    for seed in range(10):
        random = np.random.default_rng(seed)
        order = random.permutation(len(features))
        asked, rest = np.sort(order[: len(order) // 2]), order[len(order) // 2 :]
        pool, known = features[asked], truth[asked]
        said = list(random.permutation(np.flatnonzero(known))[:5])
        for _ in range(4):
            unasked = np.setdiff1d(np.arange(len(pool)), said)
            yes, no = [row for row in said if known[row]], [row for row in said if not known[row]]
            said += worth_asking(pool, yes, no, count=5) if chosen else list(random.permutation(unasked)[:5])
        found.append(precision_elsewhere(features, truth, asked[said], rest))
    return float(np.mean(found))


def precision_elsewhere(features: Floats, truth: Array, said: Integers, rest: Integers) -> float:
    """The average precision among some rows, with the answers of others."""
    rows = suggested(features, said[truth[said]], said[~truth[said]]).rows
    return average_precision(rows[np.isin(rows, rest)], truth)


def test_twenty_answers_that_were_chosen_teach_more_than_twenty_at_random() -> None:
    features, kind = kinds(1_000, 50, noise=1.4)
    truth = kind < 4  # four kinds of fifty
    assert after_answers(features, truth, chosen=True) > after_answers(features, truth, chosen=False) + 0.03


def test_questions_are_not_asked_twice_for_what_looks_the_same() -> None:
    features, _ = kinds(noise=1.0)
    twins = np.concatenate([features, features])
    asked = worth_asking(twins, range(5), range(20, 30), count=10)
    assert len({row % 600 for row in asked}) == 10


def test_questions_are_of_rows_that_nobody_has_judged_and_each_comes_once() -> None:
    features, _ = kinds(60, 10)
    asked = worth_asking(features, range(10), range(20, 30), count=100)
    assert sorted(asked) == [*range(10, 20), *range(30, 60)]
    assert worth_asking(features, range(10), range(20, 30), count=7) == asked[:7]
    assert worth_asking(features, range(10), count=0) == []


def test_when_everything_is_judged_nothing_is_suggested_and_nothing_asked() -> None:
    features, _ = kinds(60, 10)
    found = suggested(features, range(30), range(30, 60))
    assert (len(found.rows), len(found.likelihoods)) == (0, 0)
    assert worth_asking(features, range(60)) == []


# What is refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("confirmed", "refused", "words"),
    [
        ([], [1], "without an example$"),
        ([1, 2], [3, 2], "row 2 is both confirmed and refused$"),
        ([60], [], "there is no row 60 among 60$"),
        ([1], [-1], "there is no row -1 among 60$"),
    ],
)
def test_labels_that_cannot_be_meant_are_refused(confirmed: list[int], refused: list[int], words: str) -> None:
    features, _ = kinds(60, 10)
    for ask in (suggested, worth_asking):
        with pytest.raises(UsageError, match=words) as caught:
            ask(features, confirmed, refused)
        assert caught.value.hint


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_features_that_are_no_numbers_are_refused_and_their_row_named(bad: float) -> None:
    features, _ = kinds(60, 10)
    features[17, 3] = bad
    with pytest.raises(UsageError, match=r"the features of row 17 aren't all numbers$"):
        suggested(features, [1])


# Traits --------------------------------------------------------------------------------------------------------------


def drawn(shape: str, colour: str, place: int = 60, soft: bool = False) -> Array:
    """A shape of a colour on white paper, (240, 240, 3)."""
    image = Image.new("RGB", (240, 240), "white")
    draw = ImageDraw.Draw(image)
    box = (place, place, place + 100, place + 100)
    if shape == "round":
        draw.ellipse(box, fill=colour)
    else:
        draw.rectangle(box, fill=colour)
    if soft:
        fade = Image.radial_gradient("L").resize(image.size)
        image = Image.composite(image, Image.new("RGB", image.size, "grey"), fade)
    return np.asarray(image)


def distance(first: Array, second: Array) -> float:
    return float(np.linalg.norm(traits(squared(first)) - traits(squared(second))))


def test_traits_are_numbers_of_one_length_for_pictures_of_any_shape() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (300, 200, 3), np.uint8)
    pictures = [drawn("round", "red"), noise, noise[:1], noise[:, :1], noise[:1, :1], np.zeros((9, 9, 3), np.uint8)]
    for picture in pictures:
        found = traits(squared(picture))
        assert found.shape == (LENGTH,)
        assert found.dtype == np.float32
        assert np.isfinite(found).all()


def test_traits_are_the_same_wherever_the_subject_lies_on_its_paper() -> None:
    here, there, other = drawn("round", "red"), drawn("round", "red", place=110), drawn("square", "red")
    assert distance(here, there) < 0.2 * distance(here, other)


def test_traits_tell_outlines_colours_and_soft_light_apart() -> None:
    red = drawn("round", "red")
    found = [distance(red, other) for other in (drawn("square", "red"), drawn("round", "blue"))]
    assert min([*found, distance(red, drawn("round", "red", soft=True))]) > 0.5


def test_turning_a_picture_by_a_right_angle_turns_its_outlines_and_leaves_its_colours() -> None:
    striped = drawn("square", "blue").copy()
    for top in range(0, 240, 24):
        striped[top : top + 12] = 0
    upright, turned = (traits(squared(each)) for each in (striped, np.rot90(striped).copy()))
    assert np.linalg.norm(upright[:128] - turned[:128]) > 0.3
    np.testing.assert_allclose(upright[144:174], turned[144:174], atol=0.1)


def test_a_plan_knows_where_the_subject_lies_and_traits_do_not() -> None:
    left, right = Image.new("RGB", (96, 96), "white"), Image.new("RGB", (96, 96), "white")
    ImageDraw.Draw(left).ellipse((8, 30, 44, 66), fill="navy")
    ImageDraw.Draw(right).ellipse((52, 30, 88, 66), fill="navy")
    one, other = squared(np.asarray(left)), squared(np.asarray(right))
    assert plan(one).shape == (PLAN_LENGTH,)
    assert np.linalg.norm(plan(one) - plan(other)) > 1
    assert np.linalg.norm(traits(one) - traits(other)) < 0.3


def test_an_empty_page_has_a_plan_of_nothing() -> None:
    assert not plan(squared(np.full((40, 60, 3), 255, np.uint8))).any()
