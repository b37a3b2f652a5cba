"""What a collection says of its order: families, groups, labels that spread, and a map."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pochade.errors import PochadeError, UsageError
from pochade.images.base.source import printable
from pochade.index.active_models import ActiveModels
from pochade.index.database import Index
from pochade.index.group_rows import Tree
from pochade.index.pictures import PictureFile
from pochade.organise.family_model import Family, rule_of
from pochade.organise.group_tree import merge, pin, rename, split, word
from pochade.organise.results import Group, Points, Spot, Suggestion, Suggestions
from pochade.system.progress import Report, ignore_progress

if TYPE_CHECKING:  # scikit-learn takes its time
    from pochade.organise.point_features import Features


class Organising(ABC):
    """The part of a `Collection` that puts its pieces in order."""

    folder: Path

    @property
    @abstractmethod
    def index(self) -> Index:
        """The database."""

    @property
    @abstractmethod
    def in_use(self) -> ActiveModels:
        """The nets, and the fingerprints that they made."""

    @abstractmethod
    def pieces(self) -> list[PictureFile]:
        """Every file that holds a piece, by path."""

    # Families --------------------------------------------------------------------------------------------------------

    def families(self, keep: str | None = None, report: Report = ignore_progress) -> list[Family]:
        """The copies and versions of each work, those first that take most room to spare. Nothing is changed.

        Looks propose pairs, and each pair is judged by laying one picture over the other. Verdicts are kept, so that a
        second call only looks at what is new.

        Args:
            keep: Which file becomes the cover before all else: "largest", "layered", "coloured" or "latest".
            report: Called with the progress.

        Raises:
            CollectionMissing: Nothing has been learnt yet.
            UsageError: There is no such rule.
        """
        from pochade.organise.family_finder import FamilyFinder  # noqa: PLC0415  torch
        from pochade.organise.pair_scoring import PairScorer  # noqa: PLC0415

        rule_of(keep)
        pieces = self.pieces()
        looks = self.in_use.looks(self.index.rows_used())  # after the pieces: `learn` may add some meanwhile
        return FamilyFinder(pieces, looks, PairScorer(self.index, self.in_use), self.index, report).families(keep)

    # Groups ----------------------------------------------------------------------------------------------------------

    def groups(self, report: Report = ignore_progress) -> list[Group]:
        """The groups by look, the largest first, each divided into finer ones.

        They are made once. New pieces join them, and what the person said stays; only after the collection has grown
        by a fifth the others are made anew. Pieces that fit nowhere are in none.

        Raises:
            CollectionMissing: Nothing has been learnt yet.
        """
        from pochade.index.organisation_store import keep_tree, tree_in  # noqa: PLC0415
        from pochade.organise.group_descriptions import described, told  # noqa: PLC0415
        from pochade.organise.group_fitting import grouped  # noqa: PLC0415  scikit-learn

        files = self._files()
        points = Points.of(files, self._features(report).for_groups)
        before = tree_in(self.index)
        tree = described(grouped(before, points.numbers, points.features), files, self.in_use, report)
        if tree != before:
            keep_tree(self.index, before, tree)
        return told(tree, points, files)

    def groups_so_far(self, report: Report = ignore_progress) -> list[Group]:
        """The groups as they were when they were last asked for: nothing is moved. Where there are none, they are made.

        Raises:
            CollectionMissing: Nothing has been learnt yet.
        """
        from pochade.index.organisation_store import tree_in  # noqa: PLC0415
        from pochade.organise.group_descriptions import told  # noqa: PLC0415

        tree, files = tree_in(self.index), self._files()
        if not tree.nodes:
            return self.groups(report)
        return told(tree, Points.of(files, self._features(report).for_groups), files)

    def rename_group(self, number: int, name: str) -> None:
        """Give a group a name of the person's own.

        Raises:
            UsageError: There is no such group, or the name is empty.
        """
        self._change(lambda tree: rename(tree, number, name))

    def merge_groups(self, number: int, other: int) -> None:
        """Put all of the second group into the first.

        Raises:
            UsageError: One of them is missing, or lies in the other.
        """
        self._change(lambda tree: merge(tree, number, other))

    def split_group(self, number: int, report: Report = ignore_progress) -> None:
        """Put the groups that a group divides into in its place, or halves of it.

        Raises:
            UsageError: There is no such group, or it is too small.
        """
        points = Points.of(self._files(), self._features(report).for_groups)
        by_number = dict(zip(points.numbers.tolist(), points.features, strict=True))
        self._change(lambda tree: split(tree, number, by_number))

    def pin(self, images: Iterable[Path | str], number: int) -> None:
        """Put pieces into a group for good.

        Args:
            images: Files of the collection.
            number: The group's.

        Raises:
            UsageError: There is no such group, or a file is not known.
        """
        chosen = [piece.number for piece in self._named(images)]
        self._change(lambda tree: pin(tree, chosen, number))

    def _change(self, change: Callable[[Tree], None]) -> None:
        from pochade.index.organisation_store import keep_tree, tree_in  # noqa: PLC0415

        before, tree = tree_in(self.index), tree_in(self.index)
        change(tree)
        keep_tree(self.index, before, tree)

    # Labels ----------------------------------------------------------------------------------------------------------

    def label(self, pieces: Sequence[PictureFile], label: str, *, refused: bool = False) -> None:
        """Give pieces a label of the person's own, or say that they don't have it.

        Raises:
            UsageError: The label is empty.
        """
        self.index.label([piece.number for piece in pieces], word(label), refused=refused)

    def unlabel(self, pieces: Sequence[PictureFile], label: str) -> None:
        """Take back what was said of pieces and a label, that they have it or that they don't.

        Raises:
            UsageError: The label is empty.
        """
        self.index.unlabel([piece.number for piece in pieces], word(label))

    def teach(self, label: str, images: Iterable[Path | str], *, refused: Iterable[Path | str] = ()) -> None:
        """Say which pieces have a label, and which don't; `suggest` learns from both.

        Args:
            label: The person's word.
            images: Files of the collection that have it; five or more make a good beginning.
            refused: Files that don't have it.

        Raises:
            UsageError: A file is not in the collection, or both lists name it.
        """
        label, have, have_not = word(label), self._named(images), self._named(refused)
        if not have and not have_not:
            raise UsageError(f"no file was given for '{label}'", "name files that have it, or --not files that don't")
        both = {piece.number for piece in have} & {piece.number for piece in have_not}
        if both:
            path = next(piece.path for piece in have if piece.number in both)
            raise UsageError(f"'{printable(path)}' is named as having the label and as not having it")
        self.label(have, label)
        self.label(have_not, label, refused=True)

    def suggest(self, label: str, k: int = 20, report: Report = ignore_progress) -> Suggestions:
        """The pieces that likely have a label, and those whose answers would teach most; both with k at most.

        Raises:
            UsageError: No piece has the label yet.
        """
        from pochade.analysis.active_learning import suggested, worth_asking  # noqa: PLC0415  scikit-learn

        files, label = self._files(), word(label)
        points = Points.of(files, self._features(report).for_labels)
        has = points.places(self.index.labelled(label))
        if not has:
            raise UsageError(f"no piece has the label '{label}'", "give examples: pochade teach LABEL IMAGE…")
        has_not = points.places(self.index.labelled(label, refused=True))
        found = suggested(points.features, has, has_not)
        likely = dict(zip(found.rows.tolist(), found.likelihoods.tolist(), strict=True))
        ask = worth_asking(points.features, has, has_not, count=k)

        def told(place: int) -> Suggestion:
            piece = files[int(points.numbers[place])][0]
            return Suggestion(piece.path, likely[place], piece)

        return Suggestions(tuple(map(told, found.rows[:k].tolist())), tuple(map(told, ask)))

    def labels(self) -> dict[str, int]:
        """How many pieces have each label."""
        return self.index.labels()

    def write_sidecars(self) -> list[str]:
        """Write every label to an XMP file beside its pictures, and keep what others wrote there.

        Returns:
            A sentence for each file that could not be written.
        """
        from pochade.organise.sidecars import write_labels  # noqa: PLC0415

        given, problems = self.index.all_labels(), list[str]()
        for piece in self.pieces():
            said = given.get(piece.number, {})
            try:
                if said:
                    write_labels(piece.path, [label for label, has in said.items() if has], list(said))
            except PochadeError as error:
                problems.append(error.sentence)
        return problems

    def read_sidecars(self) -> list[str]:
        """Take over the labels of XMP files beside the pictures, but for those that the person refused here.

        Returns:
            A sentence for each file that could not be read.
        """
        from pochade.organise.sidecars import read_labels  # noqa: PLC0415

        given, problems = self.index.all_labels(), list[str]()
        found: dict[str, list[int]] = {}
        for piece in self.pieces():
            try:
                labels = read_labels(piece.path)
            except PochadeError as error:
                problems.append(error.sentence)
                continue
            for label in labels:
                try:
                    if (said := word(label)) not in given.get(piece.number, {}):
                        found.setdefault(said, []).append(piece.number)
                except UsageError as error:
                    where = f"'{printable(piece.path)}' has the label '{printable(label[:99])}'"
                    problems.append(f"{where}: {error.sentence}")
        for label, numbers in found.items():
            self.index.label(numbers, label)
        return problems

    # The map ---------------------------------------------------------------------------------------------------------

    def map(self, report: Report = ignore_progress, *, anew: bool = False) -> list[Spot]:
        """Where each piece lies on a plane on which what is alike lies together; by path.

        Pieces keep their places: new ones are placed among them.

        Args:
            report: Called with the progress.
            anew: Forget all places, and lay the whole map as if for the first time.

        Raises:
            CollectionMissing: Nothing has been learnt yet.
        """
        from pochade.organise.map_places import with_places  # noqa: PLC0415  openTSNE

        files = self._files()
        points = Points.of(files, self._features(report).for_groups)
        places = with_places(self.index, points, report, anew=anew)
        spots = [Spot(piece.path, *places[number]) for number, pieces in files.items() for piece in pieces]
        return sorted(spots, key=lambda spot: spot.path)

    # What all of them need -------------------------------------------------------------------------------------------

    def _features(self, report: Report) -> "Features":
        from pochade.organise.point_features import features  # noqa: PLC0415

        return features(self.in_use, self.index.contents(), report)

    def _files(self) -> dict[int, list[PictureFile]]:
        """The files of each piece that has any, by its number."""
        files: dict[int, list[PictureFile]] = {}
        for piece in self.pieces():
            files.setdefault(piece.number, []).append(piece)
        return files

    def _named(self, images: Iterable[Path | str]) -> list[PictureFile]:
        """The pieces in these files.

        Raises:
            UsageError: One is not known.
        """
        known = {piece.path: piece for piece in self.pieces()}
        paths = [Path(os.path.abspath(image)) for image in images]  # noqa: PTH100  a link stays a link
        for path in paths:
            if path not in known:
                raise UsageError(
                    f"'{printable(path)}' is not known", "is it in the collection? 'pochade learn' reads it"
                )
        return [known[path] for path in paths]
