"""Families and series made by hand, and stored as the job stores them."""

import os
from collections.abc import Mapping, Sequence

from pochade import Collection
from pochade.images.geometry.letterbox import Box
from pochade.index.picture_rows import FileRow
from pochade.organise.family_model import Family, FamilyMember, MemberKind
from pochade.system.folder_walk import stamp_of
from pochade.web.state.family_records import write_family_records

DIFFERENCE = Box(10, 20, 30, 40)  # of every version, edit and variant, in its pixels


def family_by_hand(collection: Collection, cover: str, kinds: Mapping[str, MemberKind]) -> Family:
    """Make a family, or a series of variants; exact duplicates and resaves are preselected.

    Args:
        collection: The collection.
        cover: The file that stands first, by its path below the folder.
        kinds: The kind of each other file.
    """
    files = {file.path.relative_to(collection.folder).as_posix(): file for file in collection.pictures()}
    members = [
        FamilyMember(
            files[name].path, kind, 0.99, files[name],
            preselected=kind in {"exact", "resave"},
            difference=None if kind in {"exact", "resave"} else DIFFERENCE,
        )
        for name, kind in kinds.items()
    ]  # fmt: skip
    first = FamilyMember(files[cover].path, "exact", 1.0, files[cover])
    return Family(first.path, "the largest", (first, *members))


def store_by_hand(
    collection: Collection,
    families: Sequence[tuple[str, Mapping[str, MemberKind]]],
    series: Sequence[tuple[str, Sequence[str]]] = (),
) -> None:
    """Store families, each as its cover and the kinds of its others, and series, each as its works."""
    write_family_records(
        collection, None,
        [family_by_hand(collection, cover, kinds) for cover, kinds in families],
        [family_by_hand(collection, first, dict.fromkeys(others, "variant")) for first, others in series],
    )  # fmt: skip


def move_file(collection: Collection, name: str, target: str) -> None:
    """Move a file, and tell the index where it is now. Both paths are below the collection's folder."""
    index = collection.library.index
    content = next(file.hash for file in collection.pictures() if file.path == collection.folder / name)
    (collection.folder / name).rename(collection.folder / target)
    index.forget_files([os.fsencode(name)])
    stamp = stamp_of((collection.folder / target).stat())
    index.add_pictures([], [FileRow(os.fsencode(target), stamp, None, None)], [content])
