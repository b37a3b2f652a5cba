"""How a group looks is told apart from how its siblings look."""

import numpy as np

from pochade.organise.group_looks import COMPARISONS, GroupLooks, distinctive_looks


def looks(*words: str, **levels: float) -> GroupLooks:
    """Looks with these words and levels; the other levels are a half."""
    means = [levels.get(name, 0.5) for name in COMPARISONS]
    return GroupLooks(words, np.array([*means, levels.get("ratio", 0.0)]))


def test_a_word_that_most_siblings_share_does_not_set_a_group_apart() -> None:
    group, siblings = looks("flat colour", "mostly red"), [looks("flat colour"), looks("flat colour", "dark")]
    assert distinctive_looks(group, siblings) == ["mostly red"]


def test_siblings_with_the_same_words_are_compared() -> None:
    group, siblings = looks("flat colour", light=0.9, edges=0.45), [looks("flat colour"), looks("flat colour")]
    assert distinctive_looks(group, siblings) == ["lighter", "fewer details"]


def test_the_shape_of_pictures_sets_groups_apart() -> None:
    assert distinctive_looks(looks(ratio=0.7), [looks()]) == ["wider"]
    assert distinctive_looks(looks(ratio=-0.7), [looks()]) == ["more upright"]


def test_a_group_without_siblings_keeps_its_words() -> None:
    assert distinctive_looks(looks("pencil", "dark"), []) == ["pencil", "dark"]


def test_a_group_whose_thumbnails_are_gone_has_looks_too() -> None:
    assert GroupLooks.of([], [], [0.0]).levels.shape == (len(COMPARISONS) + 1,)
