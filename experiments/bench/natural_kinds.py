"""What a collection says about pairs of its files, beside what is true of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, get_args

from experiments.truth.natural_pairs import NaturalKind, NaturalPair
from pochade.organise.family_finder import RelatedPictures
from pochade.organise.family_model import Family, FamilyMember
from pochade.organise.pair_prover import PairKey
from pochade.organise.pair_relation import PairRelation

KINDS: tuple[NaturalKind, ...] = get_args(NaturalKind)
REMOVABLE_KINDS = ("exact", "resave")


class PreselectedFile(NamedTuple):
    """A file that is preselected for removal, and the file that stays because of it, as drawings."""

    stays: str
    goes: str


class FoundKinds:
    """How files are related, as families and series say.

    Args:
        related: The families and series.
        relations: What was measured on pairs of pictures.
    """

    def __init__(self, related: RelatedPictures, relations: Mapping[PairKey, PairRelation]) -> None:
        self.relations = relations
        self.families = families_of_files(related.families)
        self.series = {member.path: number for number, series in enumerate(related.series) for member in series.members}

    def kind(self, first: Path, second: Path) -> NaturalKind:
        """How two files are related."""
        if family := shared_family((first, second), self.families):
            members = {member.path: member for member in family.members}
            return self._kind_in_family(family, members[first], members[second])
        series = [self.series.get(self._cover(path)) for path in (first, second)]
        return "variant" if series[0] is not None and series[0] == series[1] else "different"

    def _cover(self, path: Path) -> Path:
        return self.families[path][0].cover if path in self.families else path

    def _kind_in_family(self, family: Family, first: FamilyMember, second: FamilyMember) -> NaturalKind:
        """The kind of two members: relative to the cover, or else as it was measured, or else the further one."""
        if family.cover in (first.path, second.path):
            return second.kind if first.path == family.cover else first.kind
        if first.picture.number == second.picture.number or first.kind == second.kind == "exact":
            return "exact"
        numbers = sorted((first.picture.number, second.picture.number))
        relation = self.relations.get((numbers[0], numbers[1]))
        if relation is None or relation.same == 0:
            return max((first.kind, second.kind), key=KINDS.index)
        likelihoods: dict[NaturalKind, float] = {
            "resave": relation.resave, "edit": relation.edit, "version": relation.version,
        }  # fmt: skip
        return max(likelihoods, key=lambda kind: likelihoods[kind])


def families_of_files(families: Iterable[Family]) -> dict[Path, list[Family]]:
    """The families of each file. Copies of a version are a family of their own, so the version may be in two."""
    found = defaultdict[Path, list[Family]](list)
    for family in families:
        for member in family.members:
            found[member.path].append(family)
    return dict(found)


def shared_family(pair: tuple[Path, Path], families: Mapping[Path, Sequence[Family]]) -> Family | None:
    """The family that both files are in; None if there is none."""
    first, second = (families.get(path, ()) for path in pair)
    return next((family for family in first if any(family is other for other in second)), None)


def kind_figures(pairs: Sequence[NaturalPair], found: Sequence[NaturalKind]) -> dict[str, Any]:
    """How often the kinds of pairs are right, which are taken for which, and how many duplicates are found.

    Args:
        pairs: Pairs that were judged by eye.
        found: The kind of each pair, as a collection says.
    """
    both = list(zip(pairs, found, strict=True))
    table = {kind: Counter(answer for pair, answer in both if pair.sure and pair.kind == kind) for kind in KINDS}
    duplicates = [answer in REMOVABLE_KINDS for pair, answer in both if pair.sure and pair.kind in REMOVABLE_KINDS]
    return {
        "pairs": sum(pair.sure for pair in pairs),
        "pairs_unsure": sum(not pair.sure for pair in pairs),
        "kind_right": _mean([answer == pair.kind for pair, answer in both if pair.sure]),
        "kind_right_unsure": _mean([answer == pair.kind for pair, answer in both if not pair.sure]),
        "recall_of_duplicates": _mean(duplicates),
        "confusion": {kind: {answer: row[answer] for answer in KINDS if row[answer]} for kind, row in table.items()},
        "kinds_wrong": [
            f"{pair.kind} as {answer}: {' and '.join(pair.paths)} ({pair.difference})"
            for pair, answer in both
            if pair.sure and answer != pair.kind
        ],
    }


def preselected_figures(
    preselected: Sequence[PreselectedFile], pairs: Sequence[NaturalPair], contents: Mapping[str, str]
) -> dict[str, Any]:
    """How many preselected files are exact copies or resaves of what stays. The others are listed by name.

    Args:
        preselected: The preselected files.
        pairs: Pairs that were judged by eye.
        contents: The hash of each drawing's content.

    Returns:
        The number of files, of those that are right, and lists of those that are wrong, whose pair isn't sure, and
        whose pair nobody has judged.
    """
    classes = _exact_classes(pairs, contents)
    surest_last = sorted(pairs, key=lambda pair: pair.sure)
    judged = {frozenset(classes[path] for path in pair.paths): pair for pair in surest_last}
    verdicts: dict[str, list[str]] = {"right": [], "wrong": [], "unsure": [], "not_judged": []}
    for file in preselected:
        pair = judged.get(frozenset((classes[file.stays], classes[file.goes])))
        kind = "exact" if classes[file.stays] == classes[file.goes] else pair.kind if pair else "nobody judged it"
        verdicts[_verdict(kind, pair)].append(f"{file.goes} because of {file.stays}: {kind}")
    return {
        "preselected": len(preselected),
        "preselected_right": len(verdicts["right"]),
        **{f"preselected_{verdict}": sorted(verdicts[verdict]) for verdict in ("wrong", "unsure", "not_judged")},
    }


def preselected_recall(
    pairs: Iterable[NaturalPair], files: Mapping[str, Path], families: Mapping[Path, Sequence[Family]]
) -> float | None:
    """The share of the pairs of exact copies or resaves that keep at most one of their two files."""
    duplicates = [pair for pair in pairs if pair.sure and pair.kind in REMOVABLE_KINDS]
    return _mean([_one_goes((files[pair.paths[0]], files[pair.paths[1]]), families) for pair in duplicates])


def _one_goes(pair: tuple[Path, Path], families: Mapping[Path, Sequence[Family]]) -> bool:
    family = shared_family(pair, families)
    return family is not None and any(member.preselected for member in family.members if member.path in pair)


def _verdict(kind: str, pair: NaturalPair | None) -> str:
    if kind in REMOVABLE_KINDS:
        return "right"
    if pair is None:
        return "not_judged"
    return "wrong" if pair.sure else "unsure"


def _exact_classes(pairs: Sequence[NaturalPair], contents: Mapping[str, str]) -> dict[str, str]:
    """The same text for all drawings with equal pixels, as far as their bytes or the pairs say so."""
    parents = dict(contents) | {content: content for content in contents.values()}
    for pair in pairs:
        if pair.kind == "exact":
            first, second = (_root(path, parents) for path in pair.paths)
            parents[second] = first
    return {path: _root(path, parents) for path in contents}


def _root(text: str, parents: Mapping[str, str]) -> str:
    while parents[text] != text:
        text = parents[text]
    return text


def _mean(values: Sequence[bool]) -> float | None:
    return sum(values) / len(values) if values else None
