"""Reads the families that the last job stored beside the index, with what the person said since."""

import logging
import threading
from pathlib import Path
from typing import NamedTuple

from pochade.collection import Collection
from pochade.index.folder_roles import read_folder_roles
from pochade.index.verdict_store import read_verdicts
from pochade.web.state.family_judgement import PersonAnswers
from pochade.web.state.family_records import FamilyRecords, families_path, read_family_records
from pochade.web.state.judged_families import JudgedFamilies, StoredFamily
from pochade.web.state.snapshot import Snapshot

logger = logging.getLogger(__name__)


class _ReadRecords(NamedTuple):
    stamp: int  # when the file was written, in nanoseconds
    records: FamilyRecords


class FamilyStore:
    """The stored families. They are read again when their file changes, and judged again when the person says more.

    Args:
        collection: The collection whose families they are.
    """

    def __init__(self, collection: Collection) -> None:
        self.collection, self.lock = collection, threading.Lock()
        self._read: dict[Path, _ReadRecords] = {}
        self._judged: dict[Path, JudgedFamilies] = {}

    def load(self, keep: str | None, snapshot: Snapshot) -> list[StoredFamily] | None:
        """Return the families whose files still exist; None if no job has looked for families with this rule."""
        judged = self.load_all(keep, snapshot)
        return None if judged is None else judged.families

    def load_all(self, keep: str | None, snapshot: Snapshot) -> JudgedFamilies | None:
        """Return the families and series with the person's answers; None if no job has looked for them with this rule.

        Raises:
            IndexDamaged: The roles of folders can't be read.
        """
        path = families_path(self.collection, keep)
        index = self.collection.index
        try:
            with self.lock:
                records = self._records(path)
                answers = PersonAnswers(snapshot.folder, read_verdicts(index), read_folder_roles(index))
                known = self._judged.get(path)
                if known is None or not _is_current(known, records, snapshot, answers):
                    known = self._judged[path] = JudgedFamilies(records, snapshot, answers)
                return known
        except FileNotFoundError:  # no job has looked for them yet
            return None
        except (OSError, ValueError) as error:
            logger.warning("the families can't be read, and are as if not looked for: %s", error, exc_info=error)
            return None

    def _records(self, path: Path) -> FamilyRecords:
        stamp = path.stat().st_mtime_ns
        if path not in self._read or self._read[path].stamp != stamp:
            self._read[path] = _ReadRecords(stamp, read_family_records(path))
        return self._read[path].records


def _is_current(known: JudgedFamilies, records: FamilyRecords, snapshot: Snapshot, answers: PersonAnswers) -> bool:
    """Whether families were built from the same file, pictures and answers."""
    return known.records is records and known.snapshot.files is snapshot.files and known.answers == answers
