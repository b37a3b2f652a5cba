"""Which pictures a wall shows, and in which order: the parameters that all lists of pictures share."""

from collections.abc import Iterable
from itertools import islice
from typing import Annotated, Literal

from fastapi import Depends, Query
from pydantic import BaseModel

from pochade.index.name_rules import MAX_NAME_LENGTH
from pochade.index.picture_records import Filter
from pochade.index.text_store import pictures_of_technique
from pochade.web.app_state import AppState
from pochade.web.routes.group_routes import unknown_group
from pochade.web.state.picture_columns import ColumnArray
from pochade.web.state.snapshot import Snapshot, picture_key

Word = Annotated[str | None, Query(max_length=64)]  # one of a few that `/api/info` lists
LabelName = Annotated[str | None, Query(max_length=MAX_NAME_LENGTH)]
Folder = Annotated[str | None, Query(max_length=4096)]
SortKey = Literal["path", "modified", "bytes", "pixels"]
MAX_ROWS = 1_000_000  # in one response


class PictureColumnsOut(BaseModel):
    """Pictures in columns of equal length; a picture in several files is one row."""

    total: int  # pictures that pass the filter
    offset: int
    keys: list[str]
    paths: list[str]  # of the first file, in the order asked for, that passes the filter
    widths: list[int]
    heights: list[int]
    files: list[int]  # that hold the picture


class WallQuery:
    """The filters, the order and the part of a list of pictures, from the parameters of a request."""

    def __init__(
        self, folder: Folder = None, format: Word = None, shape: Word = None, colour: Word = None,  # noqa: A002
        technique: Word = None, year: Annotated[int | None, Query(ge=1, le=9999)] = None,
        label: LabelName = None, group: Annotated[int | None, Query(ge=0, lt=2**31)] = None,
        selection: Annotated[str | None, Query(pattern="^[0-9a-f]{12}$")] = None,
        sort: SortKey = "path", descending: bool = False,
        offset: Annotated[int, Query(ge=0, le=MAX_ROWS)] = 0,
        limit: Annotated[int, Query(ge=0, le=MAX_ROWS)] = MAX_ROWS,
    ) -> None:  # fmt: skip
        self.criteria, self.folder = Filter(format=format, shape=shape, colour=colour), folder
        self.technique, self.year = technique, year
        self.label, self.group, self.selection = label, group, selection
        self.sort, self.descending, self.offset, self.limit = sort, descending, offset, limit

    def columns(self, state: AppState, numbers: set[int] | None = None) -> bytes:
        """Return the pictures that pass the filters, as JSON.

        Args:
            state: The state of the server.
            numbers: The numbers of the pictures to choose from; None for all pictures.

        Raises:
            NotKnown: The selection is forgotten, or the group does not exist.
        """
        columns = state.snapshot().columns
        positions = columns.sort(self._mask(state, numbers), self.sort, descending=self.descending)
        return columns.to_json(positions, self.offset, self.limit)

    def numbers(self, state: AppState, numbers: set[int] | None = None) -> set[int]:
        """Return the numbers of the pictures that pass the filters; arguments and errors are those of `columns`."""
        return set(state.snapshot().columns.numbers[self._mask(state, numbers)].tolist())

    def _mask(self, state: AppState, numbers: set[int] | None) -> ColumnArray:
        """Which files pass the filters: (N,) bool."""
        columns = state.snapshot().columns
        return columns.select(self.criteria, self.folder, self._selected_numbers(state, numbers), self.year)

    def _selected_numbers(self, state: AppState, numbers: set[int] | None) -> set[int] | None:
        """Return the numbers of the pictures that meet all given criteria; None if none is given."""
        criteria: list[set[int]] = [] if numbers is None else [numbers]
        if self.selection is not None:
            criteria.append(set(state.selections.get(self.selection)))
        if self.technique is not None:
            criteria.append(pictures_of_technique(state.collection.library.index, self.technique))
        if self.label is not None:
            criteria.append(state.collection.pictures_with_label(self.label))
        if self.group is not None:
            tree = state.group_tree()
            if self.group not in tree.nodes:
                raise unknown_group(self.group)
            criteria.append(set(tree.pictures(self.group)))
        return set.intersection(*criteria) if criteria else None


WallDependency = Annotated[WallQuery, Depends()]


def first_columns(snapshot: Snapshot, numbers: Iterable[int], k: int) -> PictureColumnsOut:
    """The first k pictures of an order that still have a file; `total` is the number of all pictures."""
    present = snapshot.by_number
    first_numbers = islice((number for number in numbers if number in present), k)
    keys = [picture_key(present[number]) for number in first_numbers]
    files = [snapshot.by_key[key][0] for key in keys]
    return PictureColumnsOut(
        total=snapshot.totals.pictures, offset=0, keys=keys,
        paths=[snapshot.display_path(file) for file in files],
        widths=[file.width for file in files], heights=[file.height for file in files],
        files=[len(snapshot.by_key[key]) for key in keys],
    )  # fmt: skip
