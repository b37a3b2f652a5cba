"""What an import would change: the labels that pictures would get, and what is left out and why. Nothing is written."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pochade.errors import DataDamaged, DataMissing, FileUnreachable, UsageError
from pochade.index.label_store import labels_by_picture, withdrawn_labels
from pochade.index.library import Library
from pochade.index.name_rules import normalise_name
from pochade.organise.imports.foreign_items import MAX_ITEMS, MAX_LABELS_OF_PICTURE, ForeignItem, LeftOut
from pochade.organise.imports.label_sources import SOURCE_NAMES, LabelSource, SourceKind
from pochade.organise.imports.picture_matching import PictureMatcher
from pochade.system.path_text import printable
from pochade.system.progress import Report

MAX_PAIRS, MAX_LABELS = 5_000_000, 100_000  # of one source
MAX_LEFT_OUT = 10_000  # that are listed; the others are only counted


@dataclass
class ImportPlan:
    """What the import of one source would change."""

    kind: SourceKind
    name: str  # of the kind, for people
    place: Path
    added: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))  # numbers of pictures, by label
    known: int = 0  # pairs of a picture and a label that the collection has already
    refused: int = 0  # pairs that the person refused or took back here
    items: int = 0  # that have labels
    matched: set[int] = field(default_factory=set)  # numbers of the pictures that they are about
    notes: int = 0  # that Pochade has no place for
    left_out: list[LeftOut] = field(default_factory=list)  # the first of them
    left_out_count: int = 0
    pair_count: int = 0  # how often a picture would get a label

    def add(self, label: str, number: int) -> bool:
        """Record that a picture would get a label; False if there are too many already."""
        if self.pair_count >= MAX_PAIRS or (label not in self.added and len(self.added) >= MAX_LABELS):
            return False
        self.pair_count += number not in self.added[label]
        self.added[label].add(number)
        return True

    def leave_out(self, left_out: LeftOut) -> None:
        """Record something that is not imported."""
        self.left_out_count += 1
        if len(self.left_out) < MAX_LEFT_OUT:
            self.left_out.append(left_out)


class ImportPlanner:
    """Plans imports into one collection.

    Args:
        library: The collection.
        with_parents: Whether the parents of labels become labels, too.
    """

    def __init__(self, library: Library, *, with_parents: bool) -> None:
        self.with_parents = with_parents
        self.matcher = PictureMatcher(library)
        self.labels, self.withdrawn = labels_by_picture(library.index), withdrawn_labels(library.index)

    def plan(self, source: LabelSource, report: Report, *, is_alone: bool) -> ImportPlan:
        """Read a source, and say what its import would change.

        Args:
            source: The source.
            report: Called with the progress.
            is_alone: Whether no other source is read. Of several, one that can't be read is left out.

        Raises:
            DataDamaged: The library of a program can't be read.
            FileUnreachable: A folder of a library can't be listed.
        """
        plan = ImportPlan(source.kind, source.name, source.place)
        try:
            self._read(source, report, plan)
        except (DataDamaged, FileUnreachable) as error:
            if is_alone:
                raise
            plan.leave_out(LeftOut(printable(source.place.name), f"{error.reason}: {error.hint}"))
        plan.added = dict(sorted(plan.added.items()))
        return plan

    def _read(self, source: LabelSource, report: Report, plan: ImportPlan) -> None:
        items = source.read(report, with_parents=self.with_parents)
        for _, item in zip(range(MAX_ITEMS), items, strict=False):
            if isinstance(item, LeftOut):
                plan.leave_out(item)
            else:
                self._add(item, plan)

    def _add(self, item: ForeignItem, plan: ImportPlan) -> None:
        plan.notes += item.has_note
        if not item.labels:
            return
        plan.items += 1
        number = self.matcher.match(item)
        if isinstance(number, LeftOut):
            plan.leave_out(number)
            return
        plan.matched.add(number)
        for label in _valid_labels(item, plan):
            given = self.labels.get(number, {}).get(label)
            if given:
                plan.known += 1
            elif given is False or label in self.withdrawn.get(number, set()):
                plan.refused += 1
            elif not plan.add(label, number):
                plan.leave_out(LeftOut(item.shown, f"has the label '{label}': there are too many labels to import"))


def _valid_labels(item: ForeignItem, plan: ImportPlan) -> Iterator[str]:
    """The labels of an item as the index spells them; the others are left out with a reason."""
    if len(item.labels) > MAX_LABELS_OF_PICTURE:
        reason = f"has {len(item.labels):,} labels: only the first {MAX_LABELS_OF_PICTURE:,} are imported"
        plan.leave_out(LeftOut(item.shown, reason))
    for label in item.labels[:MAX_LABELS_OF_PICTURE]:
        try:
            yield normalise_name(label)
        except UsageError as error:
            plan.leave_out(LeftOut(item.shown, f"has the label '{printable(label[:99])}': {error.sentence}"))


def plan_imports(
    library: Library,
    sources: Sequence[LabelSource],
    kinds: Sequence[SourceKind],
    report: Report,
    *,
    with_parents: bool,
) -> list[ImportPlan]:
    """Plan the import of several sources; those that have nothing at all are left out.

    Args:
        library: The collection.
        sources: The sources.
        kinds: The kinds of sources to read; all if there are none.
        report: Called with the progress.
        with_parents: Whether the parents of labels become labels, too.

    Raises:
        DataMissing: No source is of these kinds.
        DataDamaged: The only source is a library that can't be read.
        FileUnreachable: The only source is a library with a folder that can't be listed.
    """
    chosen = [source for source in sources if not kinds or source.kind in kinds]
    if not chosen:
        names = " or ".join(SOURCE_NAMES[kind] for kind in kinds)
        raise DataMissing(f"there is nothing of this kind: {names}", "leave out --from to see what there is")
    planner = ImportPlanner(library, with_parents=with_parents)
    plans = [planner.plan(source, report, is_alone=len(chosen) == 1) for source in chosen]
    return [plan for plan in plans if plan.items or plan.left_out]
