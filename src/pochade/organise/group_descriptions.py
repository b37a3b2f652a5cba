"""Describe groups by what their pictures have in common and their siblings have not, and choose each group's cover."""

import math
from collections.abc import Iterable, Set
from dataclasses import replace

import numpy as np

from pochade.errors import PictureUnreadable
from pochade.images.features.technique import TechniqueMeasures, measure_technique
from pochade.images.io.read import read_preview
from pochade.index.group_tree import GroupNode, GroupTree
from pochade.index.label_store import labels_by_picture
from pochade.index.library import Library
from pochade.index.picture_records import PictureFile
from pochade.index.theme_store import load_techniques
from pochade.index.thumbnails import THUMBNAIL_PIXELS, thumbnail_path
from pochade.organise.group_looks import GroupLooks, distinctive_looks
from pochade.organise.group_names import GroupEvidence, name_groups
from pochade.organise.group_records import Group
from pochade.organise.name_words import words_in_path
from pochade.organise.point_features import PicturePoints
from pochade.system.progress import Progress, Report

SAMPLE_SIZE = 24  # pictures measured for the description of one group


def describe_groups(
    tree: GroupTree, files: dict[int, list[PictureFile]], library: Library, report: Report
) -> GroupTree:
    """Describe every group that has no description yet. No two descriptions of a collection are alike.

    Args:
        tree: The groups.
        files: The files of each picture, by number.
        library: The collection, which has the labels and the thumbnails.
        report: Called with the progress.
    """
    undescribed = {node.id for node in tree.nodes.values() if not node.description}
    if not undescribed:
        return tree
    evidence = _Evidence(files, library, load_techniques(library.models, library.index.contents(), report))
    nodes, members = dict(tree.nodes), tree.members()
    parents = sorted({tree.nodes[number].parent for number in undescribed}, key=lambda parent: parent or 0)
    for done, parent in enumerate(parents, 1):
        siblings = sorted(tree.children(parent), key=lambda node: -len(members[node.id]))
        looks = {node.id: evidence.looks(members[node.id]) for node in siblings}
        groups = [
            GroupEvidence(
                node.id,
                evidence.words(members[node.id]),
                distinctive_looks(looks[node.id], [looks[other.id] for other in siblings if other is not node]),
            )
            for node in siblings
            if node.id in undescribed
        ]
        around = evidence.words(files if parent is None else members[parent])
        taken = [text for node in nodes.values() for text in (node.name, node.description) if text]
        for number, name in name_groups(groups, around, taken).items():
            nodes[number] = replace(nodes[number], description=name)
        report(Progress("describing", done, len(parents)))
    return replace(tree, nodes=nodes)


class _Evidence:
    """What pictures are called, and how they look; each picture is measured only once."""

    def __init__(self, files: dict[int, list[PictureFile]], library: Library, techniques: list[str]) -> None:
        self.files, self.library, self.techniques = files, library, techniques
        self.labels = labels_by_picture(library.index)
        self.measures = dict[int, TechniqueMeasures | None]()  # by picture number; None without a thumbnail
        self.words_of_picture = {number: self._words(number) for number in files}

    def _words(self, number: int) -> Set[str]:
        """The words of a picture's files and folders, and its labels."""
        paths = [file.path.relative_to(self.library.folder) for file in self.files[number]]
        labels = {label.casefold() for label, has in self.labels.get(number, {}).items() if has}
        return labels.union(*map(words_in_path, paths))

    def words(self, numbers: Iterable[int]) -> list[Set[str]]:
        """The words of each of these pictures that has a file."""
        return [self.words_of_picture[number] for number in numbers if number in self.files]

    def looks(self, numbers: list[int]) -> GroupLooks:
        """How a sample of these pictures looks."""
        existing = [number for number in numbers if number in self.files]
        sample = existing[:: max(1, len(existing) // SAMPLE_SIZE)][:SAMPLE_SIZE]
        for number in sample:
            if number not in self.measures:
                self.measures[number] = _measure(self.files[number][0], self.library)
        pictures = [self.files[number][0] for number in sample]
        ratios = [math.log(picture.width / picture.height) for picture in pictures]
        measures = [measured for number in sample if (measured := self.measures[number])]
        return GroupLooks.of(measures, [self.techniques[picture.row] for picture in pictures], ratios or [0.0])


def _measure(picture: PictureFile, library: Library) -> TechniqueMeasures | None:
    try:
        pixels = read_preview(thumbnail_path(library.thumbnails, picture.hash), THUMBNAIL_PIXELS).pixels
    except PictureUnreadable:
        return None
    return measure_technique(pixels, picture.has_alpha)


def list_groups(tree: GroupTree, points: PicturePoints, files: dict[int, list[PictureFile]]) -> list[Group]:
    """List the topmost groups with their subgroups, the largest first. Groups whose files are all gone are left out.

    Args:
        tree: The groups.
        points: The pictures that have files, as points. The picture nearest to the mean of a group is its cover.
        files: The files of each picture, by number.
    """
    position = {number: position for position, number in enumerate(points.numbers.tolist())}
    members = tree.members()

    def to_group(node: GroupNode) -> Group | None:
        numbers = [number for number in members[node.id] if number in position]
        if not numbers:
            return None
        features = points.features[[position[number] for number in numbers]]  # (n, D)
        cover = numbers[int(np.square(features - features.mean(0)).sum(1).argmin())]
        paths = sorted(file.path for number in numbers for file in files[number])
        subgroups = _largest_first(map(to_group, tree.children(node.id)))
        return Group(node.id, node.name, node.description, node.kept, files[cover][0].path, tuple(paths), subgroups)

    return list(_largest_first(map(to_group, tree.children(None))))


def _largest_first(groups: Iterable[Group | None]) -> tuple[Group, ...]:
    return tuple(sorted(filter(None, groups), key=lambda group: (-len(group.paths), group.number)))
