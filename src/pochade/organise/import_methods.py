"""The methods of `Collection` that import the labels of other programs; each calls a function of `imports/`."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pochade.index.library import Library
from pochade.system.progress import Report, ignore_progress

if TYPE_CHECKING:  # loaded by the methods that need them, so that `import pochade` stays light
    from pochade.organise.imports.import_plan import ImportPlan
    from pochade.organise.imports.import_record import LastImport
    from pochade.organise.imports.label_sources import LabelSource, SourceKind


class ImportMethods:
    """The methods for labels of other programs."""

    library: Library

    def label_sources(self, place: Path | str | None = None) -> list["LabelSource"]:
        """Find out what a folder or file of another program may be. Only names are looked at.

        Args:
            place: An Eagle library, a TagStudio library, or a folder of pictures; by default the collection's folder.

        Raises:
            DataMissing: There is no such folder, or the file belongs to no program that Pochade knows.
        """
        from pochade.organise.imports.label_sources import find_label_sources  # noqa: PLC0415

        folder = Path(os.path.abspath(place or self.library.folder))  # noqa: PTH100  keep symbolic links
        return find_label_sources(folder, self.library.home)

    def plan_import(
        self,
        place: Path | str | None = None,
        kinds: Sequence["SourceKind"] = (),
        report: Report = ignore_progress,
        *,
        with_parents: bool = False,
    ) -> list["ImportPlan"]:
        """Read the labels of other programs, and say what their import would change. Nothing is written.

        Pictures are found by their path, or by the content of their file. What the person said here stays: labels that
        were refused or taken back are not added again.

        Args:
            place: An Eagle library, a TagStudio library, or a folder of pictures; by default the collection's folder.
            kinds: The kinds of sources to read; all by default.
            report: Called with the progress.
            with_parents: Whether `Places/Norway/Oslo` gives the labels Places and Norway, too.

        Returns:
            A plan for each source that has something, even if it is left out.

        Raises:
            CollectionMissing: Nothing has been learnt yet.
            DataMissing: There is no such folder, or it has no source of these kinds.
            DataDamaged: The library of a program can't be read.
        """
        from pochade.organise.imports.import_plan import plan_imports  # noqa: PLC0415

        return plan_imports(self.library, self.label_sources(place), kinds, report, with_parents=with_parents)

    def carry_out_import(self, plans: Sequence["ImportPlan"]) -> int:
        """Add the labels of some plans; `undo_import` takes them back.

        Returns:
            How often a picture got a label.

        Raises:
            OutputUnwritable: The index can't be written.
        """
        from pochade.organise.imports.label_import import carry_out_import  # noqa: PLC0415

        return carry_out_import(self.library, plans)

    def last_import(self) -> "LastImport | None":
        """The import that can be undone; None if there is none.

        Raises:
            IndexDamaged: Its record is damaged.
        """
        from pochade.organise.imports.import_record import read_last_import  # noqa: PLC0415

        return read_last_import(self.library)

    def undo_import(self) -> int:
        """Take back the labels that the last import added, except those that were changed since.

        Returns:
            How often a picture lost a label.

        Raises:
            UsageError: There is no import to undo.
            IndexDamaged: Its record is damaged.
        """
        from pochade.organise.imports.label_import import undo_last_import  # noqa: PLC0415

        return undo_last_import(self.library)
