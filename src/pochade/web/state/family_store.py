"""The families that a job found, kept beside the index, and read again for the page."""

import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pochade.collection import Collection
from pochade.index.pictures import PictureFile
from pochade.organise.family_model import Family, FamilyMember
from pochade.web.state.snapshot import Snapshot


def families_path(collection: Collection, keep: str | None) -> Path:
    """Where the families are kept that were found with a rule."""
    return collection.home / "page" / f"families-{keep or 'any'}.json"


@dataclass(frozen=True)
class Told:
    """A family, and what rules would keep of it."""

    number: int
    family: Family
    would_keep: dict[str, tuple[PictureFile, str]]  # by rule: the file, and why


class Families:
    """What was found last, read when the file changes.

    Args:
        collection: Whose families they are.
    """

    def __init__(self, collection: Collection) -> None:
        self.collection, self.lock = collection, threading.Lock()
        self.read: dict[Path, tuple[int, list[dict[str, Any]]]] = {}

    def now(self, keep: str | None, pieces: Snapshot) -> list[Told] | None:
        """The families whose files are still there; None when nobody looked for them yet."""
        path = families_path(self.collection, keep)
        try:
            stamp = path.stat().st_mtime_ns
            with self.lock:
                if self.read.get(path, (None,))[0] != stamp:
                    self.read[path] = stamp, json.loads(path.read_bytes())
                kept = self.read[path][1]
        except (OSError, ValueError):
            return None
        told = (told_of(number, one, pieces) for number, one in enumerate(kept))
        return [one for one in told if one is not None]


def told_of(number: int, kept: dict[str, Any], pieces: Snapshot) -> Told | None:
    """One family with its files that are still there; None when only one is, or the cover went."""
    there = pieces.by_path
    members = tuple(
        FamilyMember(path, one["kind"], one["likelihood"], there[path])
        for one in kept["members"]
        if (path := pieces.folder / one["path"]) in there
    )
    if len(members) < 2 or members[0].path != pieces.folder / kept["cover"]:  # noqa: PLR2004  one file is no family
        return None
    would = {rule: (there.get(pieces.folder / path), reason) for rule, (path, reason) in kept["would_keep"].items()}
    rules = {rule: (piece, reason) for rule, (piece, reason) in would.items() if piece is not None}
    return Told(number, Family(members[0].path, kept["reason"], members), rules)
