"""A label spreads from a few examples, questions are chosen well, and impossible labels are refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pochade.analysis import active_learning
from pochade.analysis.active_learning import choose_questions, score_unlabelled
from pochade.analysis.arrays import Floats, Integers
from pochade.errors import UsageError

Booleans = NDArray[np.bool_]


def make_kinds(count: int = 600, kind_size: int = 60, noise: float = 0.6) -> tuple[Floats, Integers]:
    """Unit vectors of several kinds, and the kind of each."""
    random = np.random.default_rng(0)
    kind = np.arange(count) % (count // kind_size)
    points = random.normal(size=(count // kind_size, 24))[kind] + noise * random.normal(size=(count, 24))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32), kind


def average_precision(rows: Integers, truth: Booleans) -> float:
    """The average precision of a ranking, given which of all rows are true (N,)."""
    hits = truth[rows]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())


# Scores --------------------------------------------------------------------------------------------------------------


def test_the_likeliest_rows_are_those_of_the_confirmed_kind() -> None:
    features, kind = make_kinds()
    confirmed = np.flatnonzero(kind == 3)[:5]
    scores = score_unlabelled(features, confirmed)
    assert set(scores.rows[:55]) == set(np.flatnonzero(kind == 3)[5:])
    assert scores.likelihoods[54] > 0.5 > scores.likelihoods[55]


def test_one_example_is_enough_to_begin_with() -> None:
    features, kind = make_kinds()
    assert average_precision(score_unlabelled(features, [3]).rows, kind == 3) > 0.9


def test_a_label_may_have_two_kinds_of_examples_with_nothing_between_them() -> None:
    features, kind = make_kinds()
    labelled = np.isin(kind, (2, 7))
    scores = score_unlabelled(features, np.flatnonzero(labelled)[:10])
    assert average_precision(scores.rows, labelled) > 0.9


def test_every_unjudged_row_is_scored_once_and_no_other() -> None:
    features, _ = make_kinds()
    scores = score_unlabelled(features, [3, 13, 13], [4, 5])
    assert sorted(scores.rows) == sorted(set(range(600)) - {3, 13, 4, 5})
    assert (np.diff(scores.likelihoods) <= 0).all()
    assert 0 <= scores.likelihoods[-1] <= scores.likelihoods[0] <= 1


def test_a_refused_row_lowers_the_scores_of_similar_rows() -> None:
    features, kind = make_kinds()
    candidates = np.flatnonzero(np.isin(kind, (2, 7)))
    confirmed, refused = candidates[:6], np.flatnonzero(kind == 7)[10:14]
    before, after = score_unlabelled(features, confirmed), score_unlabelled(features, confirmed, refused)
    for row in np.flatnonzero(kind == 7)[14:]:
        assert after.likelihoods[after.rows == row] < before.likelihoods[before.rows == row]


def test_the_seed_alone_decides_which_rows_are_weak_negatives() -> None:
    features, _ = make_kinds(3_000, 300, noise=1.5)
    first, again, other = (score_unlabelled(features, [3, 13], seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(first.rows, again.rows)
    assert np.array_equal(first.likelihoods, again.likelihoods)
    assert not np.array_equal(first.likelihoods, other.likelihoods)


def test_the_order_of_examples_and_the_kind_of_list_change_nothing() -> None:
    features, _ = make_kinds()
    first = score_unlabelled(features, [3, 13], [5, 4])
    second = score_unlabelled(features, np.array([13, 3], np.int32), (4, 5))
    assert np.array_equal(first.likelihoods, second.likelihoods)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    features, _ = make_kinds()
    whole = score_unlabelled(features, [3, 13])
    monkeypatch.setattr(active_learning, "ROWS_PER_BLOCK", 7)
    np.testing.assert_allclose(score_unlabelled(features, [3, 13]).likelihoods, whole.likelihoods, atol=1e-5)


def test_too_many_examples_are_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    features, kind = make_kinds()
    monkeypatch.setattr(active_learning, "MAX_EXAMPLES", 20)
    scores = score_unlabelled(features, np.flatnonzero(kind == 3)[:40], np.flatnonzero(kind == 4)[:40])
    assert set(scores.rows[:20]) == set(np.flatnonzero(kind == 3)[40:])
    assert len(scores.rows) == 520


@settings(max_examples=40, deadline=None)
@given(count=st.integers(1, 8), dimensions=st.integers(1, 4), data=st.data())
def test_a_handful_of_rows_with_any_numbers_is_ranked(count: int, dimensions: int, data: st.DataObject) -> None:
    numbers = data.draw(st.lists(st.sampled_from([-1.0, 0.0, 1e-30, 0.5, 1e6]), min_size=32, max_size=32))
    features = np.array(numbers[: count * dimensions], np.float32).reshape(count, dimensions)
    answers = data.draw(st.lists(st.sampled_from(["yes", "no", "unasked"]), min_size=count, max_size=count))
    rows = {word: [row for row, answer in enumerate(answers) if answer == word] for word in ("yes", "no", "unasked")}
    if not rows["yes"]:
        return
    scores = score_unlabelled(features, rows["yes"], rows["no"])
    assert sorted(scores.rows) == rows["unasked"]
    assert np.isfinite(scores.likelihoods).all()
    assert sorted(choose_questions(features, rows["yes"], rows["no"], count=9)) == rows["unasked"]


def test_equal_rows_are_equally_likely() -> None:
    scores = score_unlabelled(np.ones((50, 4), np.float32), [7], [8])
    assert np.ptp(scores.likelihoods) == 0
    assert list(scores.rows) == [row for row in range(50) if row not in {7, 8}]


def test_features_are_not_changed() -> None:
    features, _ = make_kinds()
    before = features.copy()
    score_unlabelled(features, [3])
    choose_questions(features, [3])
    assert np.array_equal(features, before)


# Questions -----------------------------------------------------------------------------------------------------------


def precision_after_answers(features: Floats, truth: Booleans, chosen: bool) -> float:
    """The mean average precision on rows never asked about, after twenty answers, over ten random starts."""
    precisions = []
    for seed in range(10):
        random = np.random.default_rng(seed)
        order = random.permutation(len(features))
        pool_rows, test_rows = np.sort(order[: len(order) // 2]), order[len(order) // 2 :]
        pool, pool_truth = features[pool_rows], truth[pool_rows]
        judged = list(random.permutation(np.flatnonzero(pool_truth))[:5])
        for _ in range(4):
            unasked = np.setdiff1d(np.arange(len(pool)), judged)
            yes, no = [row for row in judged if pool_truth[row]], [row for row in judged if not pool_truth[row]]
            judged += choose_questions(pool, yes, no, count=5) if chosen else list(random.permutation(unasked)[:5])
        precisions.append(precision_on(features, truth, pool_rows[judged], test_rows))
    return float(np.mean(precisions))


def precision_on(features: Floats, truth: Booleans, judged: Integers, test_rows: Integers) -> float:
    """The average precision among test rows, given the labels of the judged rows."""
    rows = score_unlabelled(features, judged[truth[judged]], judged[~truth[judged]]).rows
    return average_precision(rows[np.isin(rows, test_rows)], truth)


@pytest.mark.slow
def test_twenty_chosen_answers_teach_more_than_twenty_random_ones() -> None:
    features, kind = make_kinds(1_000, 50, noise=1.4)
    truth = kind < 4  # four kinds of fifty
    chosen, random = (precision_after_answers(features, truth, chosen) for chosen in (True, False))
    assert chosen > random + 0.03


def test_no_two_questions_are_about_rows_that_are_equal() -> None:
    features, _ = make_kinds(noise=1.0)
    with_copies = np.concatenate([features, features])
    questions = choose_questions(with_copies, range(5), range(20, 30), count=10)
    assert len({row % 600 for row in questions}) == 10


def test_each_unjudged_row_is_asked_about_once() -> None:
    features, _ = make_kinds(60, 10)
    questions = choose_questions(features, range(10), range(20, 30), count=100)
    assert sorted(questions) == [*range(10, 20), *range(30, 60)]
    assert choose_questions(features, range(10), range(20, 30), count=7) == questions[:7]
    assert choose_questions(features, range(10), count=0) == []


def test_when_all_rows_are_judged_there_are_no_scores_and_no_questions() -> None:
    features, _ = make_kinds(60, 10)
    scores = score_unlabelled(features, range(30), range(30, 60))
    assert (len(scores.rows), len(scores.likelihoods)) == (0, 0)
    assert choose_questions(features, range(60)) == []


# Refused input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("confirmed", "refused", "words"),
    [
        ([], [1], "without an example$"),
        ([1, 2], [3, 2], "row 2 is both confirmed and refused$"),
        ([60], [], "there is no row 60 among 60$"),
        ([1], [-1], "there is no row -1 among 60$"),
    ],
)
def test_impossible_labels_are_refused(confirmed: list[int], refused: list[int], words: str) -> None:
    features, _ = make_kinds(60, 10)
    for function in (score_unlabelled, choose_questions):
        with pytest.raises(UsageError, match=words) as caught:
            function(features, confirmed, refused)
        assert caught.value.hint


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_features_that_are_not_finite_are_refused_and_their_row_is_named(bad: float) -> None:
    features, _ = make_kinds(60, 10)
    features[17, 3] = bad
    with pytest.raises(UsageError, match=r"the features of row 17 aren't all finite numbers$"):
        score_unlabelled(features, [1])
