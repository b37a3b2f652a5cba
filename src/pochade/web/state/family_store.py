"""Reads the families that the last job stored beside the index."""

import json
import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pochade.collection import Collection
from pochade.index.picture_records import PictureFile
from pochade.organise.family_model import Family, FamilyMember
from pochade.web.state.snapshot import Snapshot

logger = logging.getLogger(__name__)


def families_path(collection: Collection, keep: str | None) -> Path:
    """Return the path of the families that were found with a cover rule; `keep` is None for the default rule."""
    return collection.home / "page" / f"families-{keep or 'any'}.json"


@dataclass(frozen=True)
class StoredFamily:
    """A family, and the cover that each rule would choose."""

    number: int
    family: Family
    cover_by_rule: dict[str, tuple[PictureFile, str]]  # the file, and the reason for it


class FamilyStore:
    """The stored families, read again when their file changes.

    Args:
        collection: The collection whose families they are.
    """

    def __init__(self, collection: Collection) -> None:
        self.collection, self.lock = collection, threading.Lock()
        self.cache: dict[Path, tuple[int, list[dict[str, Any]]]] = {}  # by path: time of modification, and content

    def load(self, keep: str | None, snapshot: Snapshot) -> list[StoredFamily] | None:
        """Return the families whose files still exist; None if no job has looked for families with this rule."""
        path = families_path(self.collection, keep)
        try:
            stamp = path.stat().st_mtime_ns
            with self.lock:
                if self.cache.get(path, (None,))[0] != stamp:
                    self.cache[path] = stamp, json.loads(path.read_bytes())
                records = self.cache[path][1]
        except FileNotFoundError:  # no job has looked for them yet
            return None
        except (OSError, ValueError) as error:
            logger.warning("the families can't be read, and are as if not looked for: %s", error, exc_info=error)
            return None
        families = (_parse_family(number, record, snapshot) for number, record in enumerate(records))
        return [family for family in families if family is not None]


def _parse_family(number: int, record: dict[str, Any], snapshot: Snapshot) -> StoredFamily | None:
    """Return a family with the files that still exist; None if fewer than two exist, or the cover is gone."""
    files = snapshot.by_path
    members = tuple(
        FamilyMember(path, member["kind"], member["likelihood"], files[path])
        for member in record["members"]
        if (path := snapshot.folder / member["path"]) in files
    )
    if len(members) < 2 or members[0].path != snapshot.folder / record["cover"]:  # noqa: PLR2004
        return None
    choices = {rule: (files.get(snapshot.folder / path), why) for rule, (path, why) in record["would_keep"].items()}
    cover_by_rule = {rule: (file, why) for rule, (file, why) in choices.items() if file is not None}
    return StoredFamily(number, Family(members[0].path, record["reason"], members), cover_by_rule)
