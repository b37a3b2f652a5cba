"""The groups of a collection: fitted once, extended by new pictures, and edited by the person."""

from collections.abc import Callable, Iterable
from pathlib import Path

from pochade.index.eye_store import eye_in_use
from pochade.index.group_tree import GroupTree
from pochade.index.library import Library
from pochade.index.organisation_store import ANY_FEATURES, FEATURES_SETTING, GROUP_FEATURES, read_groups, write_groups
from pochade.index.settings_store import read_setting, write_setting
from pochade.organise import group_edits
from pochade.organise.group_descriptions import describe_groups, list_groups
from pochade.organise.group_fitting import fit_groups, refit_groups
from pochade.organise.group_records import Group
from pochade.organise.point_features import group_points
from pochade.system.progress import Report


def update_groups(library: Library, report: Report) -> list[Group]:
    """Put new pictures of a collection into groups, describe and store the groups, and list them.

    Groups that were fitted to other features, by an earlier version or with another eye, are fitted again, except those
    that the person edited.
    """
    files = library.files_by_number()
    points = group_points(library, files, report)
    before = read_groups(library.index)
    features = _features_version(library)
    is_current = read_setting(library.index, FEATURES_SETTING) in {features, ANY_FEATURES}
    tree = (fit_groups if is_current else refit_groups)(before, points.numbers, points.features)
    tree = describe_groups(tree, files, library, report)
    if tree != before:
        write_groups(library.index, before, tree)
    if not is_current:
        write_setting(library.index, FEATURES_SETTING, features)
    return list_groups(tree, points, files)


def _features_version(library: Library) -> str:
    """What the features are called to which groups are fitted now: the version, and the eye if there is one."""
    eye = eye_in_use(library.models)
    return f"{GROUP_FEATURES} {eye.key}" if eye else GROUP_FEATURES


def stored_groups(library: Library, report: Report) -> list[Group]:
    """List the stored groups without adding new pictures; if there are none yet, fit them."""
    tree = read_groups(library.index)
    if not tree.nodes:
        return update_groups(library, report)
    files = library.files_by_number()
    return list_groups(tree, group_points(library, files, report), files)


def rename_group(library: Library, number: int, name: str) -> None:
    """Give a group a name; raises a UsageError if the group is missing or the name is invalid."""
    _edit(library, lambda tree: group_edits.rename(tree, number, name))


def merge_groups(library: Library, number: int, other: int) -> None:
    """Move everything in the second group to the first; raises a UsageError if that is impossible."""
    _edit(library, lambda tree: group_edits.merge(tree, number, other))


def split_group(library: Library, number: int, report: Report) -> None:
    """Replace a group by its subgroups or two halves; raises a UsageError if it is missing or too small."""
    points = group_points(library, library.files_by_number(), report)
    features = dict(zip(points.numbers.tolist(), points.features, strict=True))
    _edit(library, lambda tree: group_edits.split(tree, number, features))


def pin_pictures(library: Library, images: Iterable[Path | str], number: int) -> None:
    """Put the pictures of some files into a group for good; raises a UsageError if a file or the group is missing."""
    pictures = [file.number for file in library.look_up(images)]
    _edit(library, lambda tree: group_edits.pin(tree, pictures, number))


def _edit(library: Library, edit: Callable[[GroupTree], None]) -> None:
    before, tree = read_groups(library.index), read_groups(library.index)
    edit(tree)
    write_groups(library.index, before, tree)
