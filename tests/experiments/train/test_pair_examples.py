"""Pairs are labelled by what was done to the pictures, if it can be seen."""

import numpy as np
import pytest

from experiments.train.pair_examples import (
    RESAVES,
    STAGES,
    VARIANTS,
    MadePicture,
    make_pictures,
    pair_made_pictures,
)
from tests.support.drawings import drawing

PIXELS, OTHER = np.asarray(drawing(1)), np.asarray(drawing(2))


def test_resaves_edits_stages_and_variants_are_made_of_a_work() -> None:
    made = make_pictures(PIXELS, OTHER, seed=0)
    relations = [picture.relation for picture in made]
    assert relations[: RESAVES + 1] == ["resave"] * (RESAVES + 1)
    assert relations.count("version") == STAGES
    assert 0 < relations.count("variant") <= VARIANTS
    assert made == make_pictures(PIXELS, OTHER, seed=0)
    assert made != make_pictures(PIXELS, OTHER, seed=1)


def test_an_edit_that_changes_nothing_is_a_resave() -> None:
    grey = np.asarray(drawing(1).convert("L").convert("RGB"))
    edited = [picture for seed in range(8) for picture in make_pictures(grey, OTHER, seed)[RESAVES + 1 : RESAVES + 5]]
    assert {picture.relation for picture in edited} == {"resave", "edit"}


@pytest.mark.parametrize(
    ("relations", "expected"),
    [
        (("resave", "resave"), "resave"),
        (("edit", "resave"), "edit"),
        (("edit", "version"), "version"),
        (("variant", "edit"), "variant"),
        (("variant", "variant"), "variant"),
        (("version", "version"), "version"),
        (("version", "variant"), None),
    ],
)
def test_the_larger_change_decides(relations: tuple[str, str], expected: str | None) -> None:
    made = [MadePicture(b"", "resave", 0)] + [MadePicture(b"", relation, 1) for relation in relations * 3]
    pairs = pair_made_pictures(made, seed=0)
    between = {
        pair.relation for pair in pairs if {made[pair.first].relation, made[pair.second].relation} == set(relations)
    }
    assert between <= {expected}
