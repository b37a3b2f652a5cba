"""The colours that a person gave to labels, by which the page marks them.

A colour belongs to the name of a label. So it is still there when a deleted label is put back, and a renamed label
takes its colour along unless the new name has one.
"""

import json
from collections.abc import Mapping
from typing import Any, Literal, get_args

import sqlalchemy as sql

from pochade.errors import IndexDamaged, UsageError
from pochade.index.database import Index
from pochade.index.known_words import check_word
from pochade.index.path_rules import DAMAGED_HINT
from pochade.index.settings_store import read_setting, setting_in, write_setting_in

LabelColour = Literal["red", "orange", "yellow", "green", "teal", "blue", "purple", "pink", "grey"]
LABEL_COLOURS: tuple[LabelColour, ...] = get_args(LabelColour)
COLOURS_SETTING = "label_colours"  # a JSON object: colours by label


def read_label_colours(index: Index) -> dict[str, LabelColour]:
    """Read the colours by label; some of these labels may have no picture any more.

    Raises:
        IndexDamaged: The colours can't be read.
    """
    return _parse_setting(read_setting(index, COLOURS_SETTING))


def write_label_colour(index: Index, label: str, colour: LabelColour | None) -> None:
    """Give a label a colour in place of an earlier one; None takes it away.

    Raises:
        IndexDamaged: The earlier colours can't be read.
    """
    with index.writing() as connection:
        colours = _parse_setting(setting_in(connection, COLOURS_SETTING))
        colours.pop(label, None)
        if colour is not None:
            colours[label] = colour
        _write_colours(connection, colours)


def add_label_colours(index: Index, colours: Mapping[str, LabelColour]) -> int:
    """Give colours to labels that have none, and return how many were given."""
    with index.writing() as connection:
        present = _parse_setting(setting_in(connection, COLOURS_SETTING))
        new = {label: colour for label, colour in colours.items() if label not in present}
        if new:
            _write_colours(connection, present | new)
    return len(new)


def pass_colour_on(index: Index, label: str, new_label: str) -> None:
    """Give a label the colour of another one, unless it has a colour."""
    if colour := read_label_colours(index).get(label):
        add_label_colours(index, {new_label: colour})


def check_label_colour(word: str) -> LabelColour:
    """Return a colour.

    Raises:
        UsageError: There is no such colour.
    """
    return check_word(word, LABEL_COLOURS, "colour of a label")


def _parse_setting(text: str | None) -> dict[str, LabelColour]:
    """Parse the stored colours, which may come from a stranger."""
    try:
        data: Any = json.loads(text or "{}")
        return {label: check_label_colour(colour) for label, colour in sorted(data.items())}
    except (AttributeError, TypeError, ValueError, RecursionError, UsageError) as error:
        raise IndexDamaged("the index is damaged: the colours of its labels can't be read", DAMAGED_HINT) from error


def _write_colours(connection: sql.Connection, colours: Mapping[str, LabelColour]) -> None:
    write_setting_in(connection, COLOURS_SETTING, json.dumps(dict(sorted(colours.items()))))
