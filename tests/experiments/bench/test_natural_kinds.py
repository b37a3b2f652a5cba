"""What a collection says about pairs, and how preselected files are judged."""

from datetime import datetime
from pathlib import Path

import pytest

from experiments.bench.natural_kinds import (
    FoundKinds,
    PreselectedFile,
    kind_figures,
    preselected_figures,
    preselected_recall,
)
from experiments.truth.natural_pairs import NaturalKind, NaturalPair
from pochade.index.picture_records import PictureFile
from pochade.organise.family_finder import RelatedPictures
from pochade.organise.family_model import Family, FamilyMember, MemberKind
from pochade.organise.pair_relation import PairRelation

DAY = datetime(2026, 1, 1)


def member(name: str, kind: MemberKind, number: int, *, preselected: bool = False) -> FamilyMember:
    path = Path(name)
    picture = PictureFile(path, name, "PNG", 9, 9, 8, False, 1, 99, "red", DAY, (), number, number)
    return FamilyMember(path, kind, 1.0, picture, preselected)


def family(*members: FamilyMember) -> Family:
    return Family(members[0].path, "all are alike", members)


def pair(first: str, second: str, kind: NaturalKind, *, sure: bool = True) -> NaturalPair:
    return NaturalPair((first, second), kind, "", sure, "held_out")


def found(families: list[Family], series: list[Family], relations: dict[tuple[int, int], PairRelation]) -> FoundKinds:
    return FoundKinds(RelatedPictures(families, series), relations)


WORK = family(
    member("a", "exact", 1),
    member("a2", "exact", 1),
    member("b", "resave", 2),
    member("c", "edit", 3),
    member("d", "version", 4),
)
SERIES = family(member("a", "exact", 1), member("e", "variant", 5))
MEASURED = {(2, 3): PairRelation(edit=0.3, version=0.6), (3, 4): PairRelation(variant=0.9)}


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ("a", "b", "resave"),
        ("c", "a", "edit"),
        ("a", "a2", "exact"),
        ("b", "c", "version"),  # as it was measured
        ("b", "d", "version"),  # not measured: the further one
        ("c", "d", "version"),  # measured as another work, although the family says otherwise
        ("a", "e", "variant"),
        ("d", "e", "variant"),  # the cover of its work is in the series
        ("a", "f", "different"),
        ("f", "g", "different"),
    ],
)
def test_the_kind_of_a_pair(first: str, second: str, kind: NaturalKind) -> None:
    assert found([WORK], [SERIES], MEASURED).kind(Path(first), Path(second)) == kind


def test_kinds_are_counted_apart_where_the_truth_is_not_sure() -> None:
    pairs = [pair("a", "b", "exact"), pair("a", "c", "resave"), pair("a", "d", "variant", sure=False)]
    figures = kind_figures(pairs, ["exact", "different", "different"])
    assert figures["kind_right"] == 0.5
    assert figures["kind_right_unsure"] == 0
    assert figures["recall_of_duplicates"] == 0.5
    assert figures["confusion"]["resave"] == {"different": 1}
    assert figures["confusion"]["variant"] == {}
    assert figures["kinds_wrong"] == ["resave as different: a and c ()"]


def test_a_preselected_variant_is_wrong_even_under_another_name() -> None:
    pairs = [pair("a", "a2", "exact"), pair("a2", "v", "variant"), pair("a", "r", "resave")]
    pairs += [pair("a", "u", "variant", sure=False)]
    contents = {name: f"content {name}" for name in ("a", "a2", "v", "r", "u", "x")} | {"y": "content x"}
    files = [("a", "a2"), ("a", "v"), ("a", "r"), ("a", "u"), ("x", "y"), ("x", "a")]
    figures = preselected_figures([PreselectedFile(*names) for names in files], pairs, contents)
    assert figures["preselected"] == 6
    assert figures["preselected_right"] == 3
    assert figures["preselected_wrong"] == ["v because of a: variant"]
    assert figures["preselected_unsure"] == ["u because of a: variant"]
    assert figures["preselected_not_judged"] == ["a because of x: nobody judged it"]


def test_a_duplicate_counts_as_preselected_if_one_of_both_files_goes() -> None:
    work = family(member("a", "exact", 1), member("b", "resave", 2, preselected=True), member("c", "resave", 3))
    pairs = [pair("a", "b", "resave"), pair("a", "c", "resave"), pair("a", "d", "exact"), pair("a", "b", "edit")]
    files = {name: Path(name) for name in "abcd"}
    assert preselected_recall(pairs, files, found([work], [], {}).families) == pytest.approx(1 / 3)
