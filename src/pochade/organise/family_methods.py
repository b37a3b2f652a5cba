"""The methods of `Collection` for families, verdicts and roles of folders; each calls a function of the library."""

from pathlib import Path
from typing import TYPE_CHECKING

from pochade.index.folder_roles import FolderRole, read_folder_roles, write_folder_role
from pochade.index.library import Library
from pochade.index.verdict_store import PicturePair, Verdict, read_verdicts, write_verdict
from pochade.system.progress import Report, ignore_progress

if TYPE_CHECKING:  # loaded by the methods that need them, so that `import pochade` stays light
    from pochade.organise.family_finder import RelatedPictures
    from pochade.organise.family_model import Family


class FamilyMethods:
    """The methods for families and series of a collection, and for what the person says about them."""

    library: Library

    def families(self, keep: str | None = None, report: Report = ignore_progress) -> list["Family"]:
        """Find the duplicates and versions of each work.

        The embeddings propose pairs of pictures, and the pictures of each pair are laid on each other and compared.
        What was found is stored, so the next call only compares new pairs. No file is changed.

        Args:
            keep: The rule for covers to apply first: "largest", "layered", "coloured" or "latest".
            report: Called with the progress.

        Returns:
            The families; the one whose preselected files take the most bytes comes first.

        Raises:
            CollectionMissing: Nothing has been learnt yet.
            UsageError: There is no such rule.
        """
        return self.families_and_series(keep, report).families

    def families_and_series(self, keep: str | None = None, report: Report = ignore_progress) -> "RelatedPictures":
        """Find the families as `families` does, and the series: works that were made from each other.

        Args:
            keep: The rule for covers to apply first.
            report: Called with the progress.

        Returns:
            The families, and the series; the series with the most works comes first. Its members are the covers of its
            works, and all but the first are variants.

        Raises:
            CollectionMissing: Nothing has been learnt yet.
            UsageError: There is no such rule.
        """
        from pochade.organise.cover_rules import check_cover_rule  # noqa: PLC0415

        check_cover_rule(keep)
        from pochade.organise.family_finder import find_related  # noqa: PLC0415

        return find_related(self.library, keep, report)

    def set_verdict(self, first: Path | str, second: Path | str, verdict: Verdict | None) -> Verdict | None:
        """Record what the person says about the pictures in two files; it goes before what Pochade measures.

        Args:
            first: A file of the collection.
            second: Another one.
            verdict: "same": they are one picture. "different": they are two works. "version": they are stages of one
                work. "keep": both stay, so neither is proposed for removal because of the other. None takes back what
                was said.

        Returns:
            The verdict before, so that the change can be undone; None if there was none.

        Raises:
            UsageError: A file is not in the collection, both files have the same content, or there is no such verdict.
        """
        numbers = [file.number for file in self.library.look_up([first, second])]
        return write_verdict(self.library.index, numbers[0], numbers[1], verdict)

    def verdicts(self) -> dict[PicturePair, Verdict]:
        """What the person said about pairs of pictures, by their two numbers, the smaller one first."""
        return read_verdicts(self.library.index)

    def set_folder_role(self, folder: Path | str, role: FolderRole | None) -> FolderRole | None:
        """Give a role to a folder, and to all folders in it that have no role of their own.

        Args:
            folder: A folder of the collection: absolute, or relative to the collection's folder.
            role: "protected": nothing in it is ever proposed for removal. "preferred": of several files of one
                picture, the one in it is kept. None takes the role away.

        Returns:
            The role before, so that the change can be undone; None if there was none.

        Raises:
            UsageError: The folder is outside of the collection or doesn't exist, or there is no such role.
        """
        return write_folder_role(self.library.index, folder, role)

    def folder_roles(self) -> dict[str, FolderRole]:
        """The roles of folders, by their paths relative to the collection's folder; "." is that folder itself."""
        return read_folder_roles(self.library.index)
