"""The methods of `Collection` that put pictures in order; each calls a function of this room."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pochade.index import label_store
from pochade.index.group_tree import GroupTree
from pochade.index.library import Library
from pochade.index.organisation_store import MapPlace, read_groups, read_map_places, write_groups
from pochade.index.picture_records import PictureFile
from pochade.organise.family_methods import FamilyMethods
from pochade.organise.import_methods import ImportMethods
from pochade.system.progress import Report, ignore_progress

if TYPE_CHECKING:  # loaded by the methods that need them, so that `import pochade` stays light
    from pochade.organise.group_records import Group, Spot, Suggestions


class OrganiseMethods(FamilyMethods, ImportMethods):
    """The methods for families, groups, labels, sidecars and the map of a collection."""

    library: Library

    # Groups ----------------------------------------------------------------------------------------------------------

    def groups(self, report: Report = ignore_progress) -> list["Group"]:
        """Put pictures that look alike into groups, and divide these into subgroups.

        New pictures join existing groups. Once the collection has grown by a fifth, groups that the person has not
        edited are fitted again. A picture that is like no others is in no group.

        Args:
            report: Called with the progress.

        Returns:
            The topmost groups, the largest first.

        Raises:
            CollectionMissing: Nothing has been learnt yet.
        """
        from pochade.organise.grouping import update_groups  # noqa: PLC0415

        return update_groups(self.library, report)

    def groups_so_far(self, report: Report = ignore_progress) -> list["Group"]:
        """List the groups as they are stored, without adding new pictures; fit them if there are none yet.

        Args:
            report: Called with the progress.

        Returns:
            The topmost groups, the largest first.

        Raises:
            CollectionMissing: Nothing has been learnt yet.
        """
        from pochade.organise.grouping import stored_groups  # noqa: PLC0415

        return stored_groups(self.library, report)

    def rename_group(self, number: int, name: str) -> None:
        """Give a group a name.

        Args:
            number: The number of the group.
            name: The name: 1 to 256 characters on one line.

        Raises:
            UsageError: There is no such group, the name is invalid, or the groups were changed at the same time.
        """
        from pochade.organise.grouping import rename_group  # noqa: PLC0415

        rename_group(self.library, number, name)

    def merge_groups(self, number: int, other: int) -> None:
        """Move everything in the second group to the first, and remove the second.

        Args:
            number: The number of the group that stays.
            other: The number of the group that goes.

        Raises:
            UsageError: One of the groups is missing or contains the other, or the groups were changed at the same time.
        """
        from pochade.organise.grouping import merge_groups  # noqa: PLC0415

        merge_groups(self.library, number, other)

    def split_group(self, number: int, report: Report = ignore_progress) -> None:
        """Replace a group by its subgroups, or by two halves if it has no subgroups.

        Args:
            number: The number of the group.
            report: Called with the progress.

        Raises:
            UsageError: There is no such group, it is too small, or the groups were changed at the same time.
        """
        from pochade.organise.grouping import split_group  # noqa: PLC0415

        split_group(self.library, number, report)

    def pin(self, images: Iterable[Path | str], number: int) -> None:
        """Put pictures into a group, where they stay when groups are fitted again.

        Args:
            images: Files of the collection.
            number: The number of the group.

        Raises:
            UsageError: There is no such group, a file is not in the collection, or the groups were changed at the same
                time.
        """
        from pochade.organise.grouping import pin_pictures  # noqa: PLC0415

        pin_pictures(self.library, images, number)

    def group_tree(self) -> GroupTree:
        """The groups as they are stored, and the group of each picture by its number.

        Raises:
            CollectionMissing: Nothing has been learnt yet.
        """
        return read_groups(self.library.index)

    def restore_groups(self, expected: GroupTree, tree: GroupTree) -> None:
        """Replace the stored groups by an earlier state of them, for example to undo an edit.

        Args:
            expected: The groups that are stored now.
            tree: The groups to store.

        Raises:
            UsageError: Other groups than expected are stored. They stay as they are.
        """
        write_groups(self.library.index, expected, tree)

    # Labels ----------------------------------------------------------------------------------------------------------

    def label(self, pieces: Sequence[PictureFile], label: str, *, refused: bool = False) -> None:
        """Record that pictures have a label, or that the person refused it for them.

        Args:
            pieces: The pictures.
            label: The label: 1 to 256 characters on one line.
            refused: Whether the pictures don't have the label.

        Raises:
            UsageError: The label is not a valid name.
        """
        from pochade.organise.label_teaching import add_label  # noqa: PLC0415

        add_label(self.library, pieces, label, refused=refused)

    def unlabel(self, pieces: Sequence[PictureFile], label: str) -> None:
        """Delete the records of a label for pictures, whether they have it or the person refused it.

        Args:
            pieces: The pictures.
            label: The label.

        Raises:
            UsageError: The label is not a valid name.
        """
        from pochade.organise.label_teaching import remove_label  # noqa: PLC0415

        remove_label(self.library, pieces, label)

    def rename_label(self, label: str, new_label: str) -> int:
        """Rename a label; if another label has the new name already, the two become one.

        Args:
            label: The label, exactly as `labels` lists it.
            new_label: Its new name: 1 to 256 characters on one line.

        Returns:
            The number of pictures that had the label.

        Raises:
            UsageError: No picture has the label, or the new one is the same or not a valid name.
        """
        from pochade.organise.label_teaching import rename_label  # noqa: PLC0415

        return rename_label(self.library, label, new_label)

    def delete_label(self, label: str) -> int:
        """Take a label from all pictures, and forget for which ones it was refused.

        Args:
            label: The label, exactly as `labels` lists it.

        Returns:
            The number of pictures that had the label.

        Raises:
            UsageError: No picture has the label.
        """
        from pochade.organise.label_teaching import delete_label  # noqa: PLC0415

        return delete_label(self.library, label)

    def label_colours(self) -> dict[str, str]:
        """The colours that labels have on the page, by label; a label may have none."""
        from pochade.index.label_colours import read_label_colours  # noqa: PLC0415

        colours = read_label_colours(self.library.index)
        return {label: colours[label] for label in self.labels() if label in colours}

    def set_label_colour(self, label: str, colour: str | None) -> None:
        """Give a label a colour, by which the page marks it.

        Args:
            label: The label, exactly as `labels` lists it.
            colour: One of red, orange, yellow, green, teal, blue, purple, pink and grey; None takes the colour away.

        Raises:
            UsageError: No picture has the label, or there is no such colour.
        """
        from pochade.organise.label_teaching import colour_label  # noqa: PLC0415

        colour_label(self.library, label, colour)

    def teach(self, label: str, images: Iterable[Path | str], *, refused: Iterable[Path | str] = ()) -> None:
        """Record which files have a label and which don't; `suggest` learns from both.

        Args:
            label: The label.
            images: Files of the collection that have the label; five or more are a good start.
            refused: Files that don't have the label.

        Raises:
            UsageError: A file is not in the collection, both lists name it, no file is given, or the label is not a
                valid name.
        """
        from pochade.organise.label_teaching import teach_label  # noqa: PLC0415

        teach_label(self.library, label, images, refused)

    def suggest(self, label: str, k: int = 20, report: Report = ignore_progress) -> "Suggestions":
        """Suggest pictures that likely have a label, and pictures for which the person's answer would teach the most.

        Args:
            label: A label that some pictures have.
            k: The maximum number of suggestions of each kind.
            report: Called with the progress.

        Returns:
            Both kinds of suggestions; pictures that have the label, or for which it was refused, are not among them.

        Raises:
            UsageError: No picture has the label yet.
        """
        from pochade.organise.label_teaching import suggest_pictures  # noqa: PLC0415

        return suggest_pictures(self.library, label, k, report)

    def labels(self) -> dict[str, int]:
        """The number of pictures with each label, sorted by label."""
        return label_store.label_counts(self.library.index)

    def pictures_with_label(self, label: str, *, refused: bool = False) -> set[int]:
        """The numbers of the pictures that have a label, or of those for which the person refused it.

        Args:
            label: The label, exactly as `labels` lists it.
            refused: Return the pictures for which the person refused the label.
        """
        return label_store.pictures_with_label(self.library.index, label, refused=refused)

    def labels_of(self, picture: PictureFile) -> dict[str, bool]:
        """The labels of a picture: True for a label that it has, False for one that the person refused."""
        return label_store.labels_by_picture(self.library.index).get(picture.number, {})

    def write_sidecars(self) -> list[str]:
        """Write the labels of every picture to XMP sidecars beside its files; everything else in the sidecars stays.

        Returns:
            A sentence for each file that could not be written.

        Raises:
            OutputUnwritable: The disk is full. The sidecars that were written before stay.
            UsageError: Another process is writing them.
        """
        from pochade.organise.sidecar_sync import write_sidecars  # noqa: PLC0415

        return write_sidecars(self.library).problems

    def read_sidecars(self) -> list[str]:
        """Add the labels in XMP sidecars to the pictures, except labels that the person refused for a picture.

        Returns:
            A sentence for each sidecar that could not be read, and for each invalid label.
        """
        from pochade.organise.sidecar_sync import read_sidecars  # noqa: PLC0415

        return read_sidecars(self.library).problems

    # Map -------------------------------------------------------------------------------------------------------------

    def map(self, report: Report = ignore_progress, *, anew: bool = False) -> list["Spot"]:
        """Make a map of the collection: all pictures on a plane, similar ones near each other.

        Pictures keep their places, and new ones are placed among them.

        Args:
            report: Called with the progress.
            anew: Delete all places, and make the whole map again.

        Returns:
            The places of all files, sorted by path.

        Raises:
            CollectionMissing: Nothing has been learnt yet.
        """
        from pochade.organise.map_places import update_map  # noqa: PLC0415  openTSNE

        return update_map(self.library, report, from_scratch=anew)

    def map_places(self) -> dict[int, MapPlace]:
        """The places on the map as they are stored, by picture number."""
        return read_map_places(self.library.index)
