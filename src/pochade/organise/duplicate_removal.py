"""Move duplicates to the system's trash, with their sidecars; `removal_undo.py` puts them back.

For each file: check it again, write into the journal what is going to happen, give its labels to the picture that
stays, move the file, then its sidecars. A run that was killed at any moment can be undone.
"""

from collections.abc import Sequence
from contextlib import suppress

from pochade.errors import OutputUnwritable, PochadeError
from pochade.index.label_store import add_label, labels_by_picture, withdrawn_labels
from pochade.index.library import Library
from pochade.index.name_rules import normalise_name
from pochade.organise.removal_checks import RemovalChecks
from pochade.organise.removal_journal import LabelChange
from pochade.organise.removal_plan import PlannedRemoval, RemovalPlan
from pochade.organise.removal_undo import write_label
from pochade.organise.sidecars import read_sidecar_labels, sidecars_of
from pochade.organise.trash_run import Removal, TrashRun
from pochade.system.path_text import printable
from pochade.system.progress import Report, ignore_progress
from pochade.system.trash import move_to_trash, restore_from_trash


def carry_out(plan: RemovalPlan, library: Library, report: Report = ignore_progress) -> Removal:
    """Move the planned files to the trash. A file that can't go is listed with the reason, and the others go.

    Args:
        plan: What is to go.
        library: The collection.
        report: Called with the progress.

    Raises:
        UsageError: Another process is learning the folder.
        OutputUnwritable: The journal can't be written.
    """
    with library.lock():
        run = _DuplicateRun(library)
        return run.trash.carry_out(plan.files, plan.problems, run.remove, report)


class _DuplicateRun:
    """One removal that is under way.

    Args:
        library: The collection, whose lock is held.
    """

    def __init__(self, library: Library) -> None:
        self.library, self.checks, self.trash = library, RemovalChecks(), TrashRun(library)
        self.labels, self.withdrawn = labels_by_picture(library.index), withdrawn_labels(library.index)

    def remove(self, planned: PlannedRemoval) -> None:
        """Check a file again, unite its labels, and move it and its sidecars to the trash.

        Raises:
            PochadeError: It can't go; nothing has changed.
        """
        self.checks.check(planned)
        sidecars = [path for path in sidecars_of(planned.path) if path in planned.sidecars]
        changes = self._label_changes(planned)
        self.trash.record(planned.member.picture.hash, (planned.path, *sidecars), changes)
        try:
            self._apply(planned, changes)
            _move_and_check(planned)
        except PochadeError:
            self._take_back(planned, changes)
            raise
        self.trash.finish(planned.path, sidecars)

    def _label_changes(self, planned: PlannedRemoval) -> tuple[LabelChange, ...]:
        """What the labels of a file that goes change for the picture that stays.

        A label that was given goes before one that was refused. Variants are other works, and keep their labels.

        Raises:
            PictureUnreadable: A sidecar of the file can't be opened.
            DataDamaged: A sidecar of the file can't be read.
        """
        if planned.member.kind == "variant":
            return ()
        stays = self.labels.get(planned.stays.number, {})
        return tuple(
            LabelChange(planned.stays.hash, label, stays.get(label), is_given)
            for label, is_given in self._labels_of(planned).items()
            if stays.get(label) is None or (is_given and not stays[label])
        )

    def _labels_of(self, planned: PlannedRemoval) -> dict[str, bool]:
        """The labels of a file: those in the index, and those in its sidecars that nobody refused or took back."""
        number = planned.member.picture.number
        labels = dict(self.labels.get(number, {}))
        for text in read_sidecar_labels(planned.path):
            with suppress(PochadeError):  # an invalid label stays in the sidecar
                label = normalise_name(text)
                if label not in self.withdrawn.get(number, set()):
                    labels.setdefault(label, True)
        return labels

    def _apply(self, planned: PlannedRemoval, changes: Sequence[LabelChange]) -> None:
        """Give the labels to the picture that stays."""
        for change in changes:
            add_label(self.library.index, [planned.stays.number], change.label, refused=not change.after)
            self.labels.setdefault(planned.stays.number, {})[change.label] = change.after

    def _take_back(self, planned: PlannedRemoval, changes: Sequence[LabelChange]) -> None:
        """Take back the labels of a file that could not go."""
        for change in changes:
            write_label(self.library, planned.stays.number, change.label, change.before)
        self.labels = labels_by_picture(self.library.index)


def _move_and_check(planned: PlannedRemoval) -> None:
    """Move a file to the trash, and put it back at once if the file that stays went with it.

    Raises:
        OutputUnwritable: The file can't be moved, or the two names turned out to be one file.
    """
    trashed = move_to_trash(planned.path)
    if not planned.stays.path.exists():
        restore_from_trash(trashed)
        names = f"'{printable(planned.path)}' and '{printable(planned.stays.path)}'"
        raise OutputUnwritable(f"{names} are one file, which was put back", "leave it as it is")
