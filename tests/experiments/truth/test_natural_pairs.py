"""The natural pairs: whole, without doubles, in two halves that share no drawing."""

from collections import Counter
from typing import get_args

from experiments.shared.openclipart import file_digest, is_held_out
from experiments.shared.paths import DRAWINGS
from experiments.truth.natural_pairs import (
    Half,
    NaturalKind,
    NaturalPair,
    load_natural_pairs,
    load_related_drawings,
)


def contents_of(pairs: list[NaturalPair]) -> dict[str, str]:
    """What is the same for drawings with the same content: their SHA-256, or their paths on a machine without them."""
    paths = {path for pair in pairs for path in pair.paths}
    return {path: file_digest(DRAWINGS / path) if DRAWINGS.is_dir() else path for path in paths}


def test_every_pair_says_how_its_drawings_are_related() -> None:
    for pair in load_natural_pairs():
        assert pair.kind in get_args(NaturalKind), pair
        assert pair.half in get_args(Half), pair
        assert isinstance(pair.sure, bool), pair
        assert 0 < len(pair.difference) <= 80, pair


def test_no_pair_is_listed_twice_nor_pairs_a_drawing_with_itself() -> None:
    pairs = [pair.paths for pair in load_natural_pairs()]
    assert all(first < second for first, second in pairs)
    assert pairs == sorted(set(pairs))


def test_there_are_enough_pairs_to_measure_by() -> None:
    pairs = load_natural_pairs()
    halves = Counter(pair.half for pair in pairs)
    assert min(halves.values()) >= 200
    held_out = Counter(pair.kind for pair in pairs if pair.half == "held_out" and pair.sure)
    assert held_out["exact"] + held_out["resave"] >= 150  # the least that a measurement of preselected pairs needs
    assert min(held_out[kind] for kind in ("edit", "version", "variant", "different")) >= 25


def test_no_drawing_is_in_both_halves() -> None:
    pairs = load_natural_pairs()
    contents = contents_of(pairs)
    halves: dict[str, set[str]] = {half: set() for half in get_args(Half)}
    for pair in pairs:
        halves[pair.half] |= {contents[path] for path in pair.paths}
    assert not halves["train"] & halves["held_out"]


def test_drawings_that_no_model_is_trained_on_are_held_out() -> None:
    if DRAWINGS.is_dir():  # what is held out depends on the files
        pairs = load_natural_pairs()
        contents = contents_of(pairs)
        train = {contents[path] for pair in pairs if pair.half == "train" for path in pair.paths}
        assert not [content for content in train if is_held_out(content)]


def test_the_drawings_exist_where_openclipart_is_installed() -> None:
    paths = {path for pair in load_natural_pairs() for path in pair.paths}
    assert not [path for path in paths if path.startswith("/") or ".." in path]
    assert not DRAWINGS.is_dir() or not [path for path in paths if not (DRAWINGS / path).is_file()]


def test_related_drawings_are_the_judged_pairs_of_one_work_and_those_that_pochade_proposed() -> None:
    pairs, related = load_natural_pairs(), load_related_drawings()
    judged = {frozenset(pair.paths): pair.kind for pair in pairs}
    assert len(set(related)) == len(related)
    assert all(judged.get(pair) not in ("variant", "different") for pair in related)
    assert len(related) > sum(kind not in ("variant", "different") for kind in judged.values())
