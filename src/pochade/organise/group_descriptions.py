"""Describe groups by what their pictures have in common, and choose the cover of each group."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from pochade.errors import PictureUnreadable
from pochade.images.features.technique import TechniqueMeasures, describe_techniques, measure_technique
from pochade.images.io.read import read_preview
from pochade.index.group_tree import GroupNode, GroupTree
from pochade.index.picture_records import PictureFile
from pochade.index.thumbnails import THUMBNAIL_PIXELS, thumbnail_path
from pochade.organise.group_records import Group
from pochade.organise.point_features import PicturePoints
from pochade.system.progress import Progress, Report

SAMPLE_SIZE = 24  # pictures measured for the description of one group


def describe_groups(
    tree: GroupTree, files: dict[int, list[PictureFile]], thumbnails: Path, report: Report
) -> GroupTree:
    """Describe every group that has no description yet, by words that don't also describe the whole collection.

    Args:
        tree: The groups.
        files: The files of each picture, by number.
        thumbnails: The folder of the thumbnails.
        report: Called with the progress.
    """
    undescribed = [node for node in tree.nodes.values() if not node.description]
    if not undescribed:
        return tree
    words = _DescriptionWords(files, thumbnails)
    nodes, members, collection_words = dict(tree.nodes), tree.members(), words.describe(sorted(files))
    for done, node in enumerate(undescribed, 1):
        group_words = words.describe(members[node.id])
        distinctive = [word for word in group_words if word not in collection_words]
        nodes[node.id] = replace(node, description=", ".join(distinctive or group_words))
        report(Progress("describing", done, len(undescribed)))
    return replace(tree, nodes=nodes)


class _DescriptionWords:
    """Finds words that describe a set of pictures; each picture is measured only once."""

    def __init__(self, files: dict[int, list[PictureFile]], thumbnails: Path) -> None:
        self.files, self.thumbnails = files, thumbnails
        self.measures = dict[int, TechniqueMeasures | None]()  # by picture number; None without a thumbnail

    def describe(self, numbers: list[int]) -> list[str]:
        """The words for a sample of these pictures."""
        existing = [number for number in numbers if number in self.files]
        sample = existing[:: max(1, len(existing) // SAMPLE_SIZE)][:SAMPLE_SIZE]
        for number in sample:
            if number not in self.measures:
                self.measures[number] = _measure(self.files[number][0], self.thumbnails)
        return describe_techniques([measure for number in sample if (measure := self.measures[number])]).split(", ")


def _measure(picture: PictureFile, thumbnails: Path) -> TechniqueMeasures | None:
    try:
        pixels = read_preview(thumbnail_path(thumbnails, picture.hash), THUMBNAIL_PIXELS).pixels
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
