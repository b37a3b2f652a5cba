"""Groups as a person is told of them: what their pieces have in common, and one that stands for them."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from pochade.errors import PictureUnreadable
from pochade.images.features.technique import TechniqueMeasures, measured
from pochade.images.features.technique import described as in_words
from pochade.images.io.read import read_preview
from pochade.index.active_models import ActiveModels
from pochade.index.group_rows import Node, Tree
from pochade.index.ingest_file import THUMBNAIL, thumbnail_path
from pochade.index.pictures import PictureFile
from pochade.organise.results import Group, Points
from pochade.system.progress import Progress, Report

SAMPLE = 24  # pieces of a group that are measured for its description


def described(tree: Tree, files: dict[int, list[PictureFile]], in_use: ActiveModels, report: Report) -> Tree:
    """The same groups, each with a description where it had none: what is said of it, and not of all pieces alike."""
    bare = [node for node in tree.nodes.values() if not node.description]
    if not bare:
        return tree
    nodes, members, known = dict(tree.nodes), tree.members(), dict[int, TechniqueMeasures | None]()

    def words_of(numbers: list[int]) -> list[str]:
        there = [number for number in numbers if number in files]
        chosen = there[:: max(1, len(there) // SAMPLE)][:SAMPLE]
        for number in chosen:
            if number not in known:
                known[number] = measures_of(files[number][0], in_use)
        return in_words([each for number in chosen if (each := known[number])]).split(", ")

    common = words_of(sorted(files))
    for done, node in enumerate(bare, 1):
        words = words_of(members[node.id])
        own = [word for word in words if word not in common]
        nodes[node.id] = replace(node, description=", ".join(own or words))
        report(Progress("describing", done, len(bare)))
    return replace(tree, nodes=nodes)


def measures_of(piece: PictureFile, in_use: ActiveModels) -> TechniqueMeasures | None:
    """How a piece looks; None when its thumbnail is gone."""
    try:
        pixels = read_preview(thumbnail_path(in_use.thumbnails, piece.hash), THUMBNAIL).pixels
    except PictureUnreadable:
        return None
    return measured(pixels, piece.has_alpha)


def told(tree: Tree, points: Points, files: dict[int, list[PictureFile]]) -> list[Group]:
    """The topmost groups with all that is in them, the largest first; those whose files are all gone are left out."""
    place = {number: place for place, number in enumerate(points.numbers.tolist())}
    members = tree.members()

    def group_of(node: Node) -> Group | None:
        there = [number for number in members[node.id] if number in place]
        if not there:
            return None
        own = points.features[[place[number] for number in there]]
        cover = there[int(np.square(own - own.mean(0)).sum(1).argmin())]
        paths = sorted(piece.path for number in there for piece in files[number])
        inner = largest_first(map(group_of, tree.children(node.id)))
        return Group(node.id, node.name, node.description, node.kept, files[cover][0].path, tuple(paths), inner)

    return list(largest_first(map(group_of, tree.children(None))))


def largest_first(groups: Iterable[Group | None]) -> tuple[Group, ...]:
    """Groups by how many files they have, without those that have none."""
    return tuple(sorted(filter(None, groups), key=lambda group: (-len(group.paths), group.number)))
