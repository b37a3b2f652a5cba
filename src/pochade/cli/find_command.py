"""`pochade find`: the pictures that look like a picture, or that have words in their names, labels and captions."""

import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pochade.cli.json_data import json_data, path_text
from pochade.cli.messages import (
    count_of,
    explain_interrupt,
    print_json,
    print_linked_result,
    print_message,
    show_activity,
)
from pochade.errors import UsageError
from pochade.system.path_text import printable

if TYPE_CHECKING:  # SQLAlchemy and numpy take long to import: only a command that needs them imports them
    from pochade.index.picture_records import Match, PictureFile

DEFAULT_MATCHES = 10  # that look like a picture
FORMAT_SUFFIXES = {"jpg": "JPEG", "tif": "TIFF", "jxl": "JPEG XL", "heif": "HEIC"}  # that differ from the format's name


@explain_interrupt()
def find(
    context: typer.Context,
    query: Annotated[
        str,
        typer.Argument(
            metavar="IMAGE|WORDS",
            help="A file that exists is a picture to compare with, in the collection or not. Everything else is words "
            "to search for.",
        ),
    ],
    k: Annotated[
        int | None,
        typer.Option(
            "-k", min=1, help="The number of matches: by default 10 like a picture, or all that have the words."
        ),
    ] = None,
    below: Annotated[
        Path | None, typer.Option("--in", help="Only files below this folder, relative to the collection.")
    ] = None,
    format_word: Annotated[
        str | None, typer.Option("--format", help="Only this format or file ending: PNG, JPEG, jpg, PSD and so on.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only files changed on this day or later.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only files changed on this day or earlier.")
    ] = None,
    shape: Annotated[str | None, typer.Option(help="Only this shape: portrait, landscape or square.")] = None,
    colour: Annotated[
        str | None,
        typer.Option(
            help="Only pictures in which this colour dominates: red, orange, yellow, green, cyan, blue, purple, pink, "
            "brown, black, grey or white."
        ),
    ] = None,
    label: Annotated[str | None, typer.Option(help="Only pictures with this label.")] = None,
    sheet: Annotated[Path | None, typer.Option(help="A PNG for a contact sheet of the matches.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the matches as JSON on stdout.")] = False,
) -> None:
    """Find pictures by a picture or by words.

    By a picture: finds its copies, also cropped, scanned, mirrored or recoloured ones, and similar pictures. The
    nearest dozen are aligned with it: those of the same work come first and are marked. The distance is one minus the
    cosine of the embeddings: 0 for the same picture, about 1 for unrelated ones.

    By words: finds the pictures that have all of them in the names of their files and folders, labels, captions,
    keywords, prompts, technique, colour, format or shape, sorted by path. `label:`, `name:`, `folder:`, `caption:`,
    `prompt:`, `technique:`, `colour:`, `format:`, `shape:`, `since:` and `until:` look into one of these, quotes hold a
    phrase together, and `-word` excludes. As JSON, these matches have no distance and no likelihood.

    Example: `pochade -C ~/art find scan.jpg -k 5 --sheet found.png`

    Example: `pochade -C ~/art find "owl label:harbour -technique:pencil since:2024"`
    """
    image = Path(query) if is_picture_file(query) else None
    with show_activity("searching"):
        if image is not None:
            from pochade.images.io.reading_worker import start_reading_worker

            start_reading_worker()  # before the imports below, which take as long as it does
        elif sheet is not None:
            problem = f"there is no file '{printable(query)}', and a sheet shows what looks like a picture"
            raise UsageError(problem, "name a file, or leave out --sheet")
        from pochade.index.picture_records import Filter

        if sheet is not None:
            from pochade.organise.contact_sheets import check_sheet_path, write_match_sheet

            check_sheet_path(sheet)
        with context.obj.open_collection() as collection:
            info = collection.info()
            picture_format = format_word and match_format(format_word, info.formats)
            chosen = Filter(below, picture_format, since and since.date(), until and until.date(), shape, colour, label)
            among = None if chosen == Filter() else chosen
            matches = [] if image is None else collection.find(image, k or DEFAULT_MATCHES, among=among)
            pictures = collection.search(query, among=among) if image is None else []
            if image is not None and sheet is not None:
                write_match_sheet(image, matches, collection.thumbnails, sheet)
    if image is None:
        _print_pictures(pictures, k or len(pictures), as_json=as_json)
    else:
        _print_matches(matches, as_json=as_json)
    if not info.pieces:
        print_message(f"the collection has no pictures: put some into '{info.folder}', then run 'pochade learn'")
    elif image is None and not pictures:
        print_message(f"no picture has all words of '{printable(query)}', and no file has this name")
    elif image is not None and not matches:
        print_message("no picture matches")
    if sheet is not None:
        print_message(f"wrote '{sheet}'")


def is_picture_file(query: str) -> bool:
    """Whether a query names a file; a folder of that name does not count, as its name may be a word to search for."""
    try:
        return os.path.exists(query) and not os.path.isdir(query)  # noqa: PTH110, PTH112  never raise for long names
    except ValueError:  # a null byte
        return False


def match_format(word: str, known_formats: Iterable[str]) -> str:
    """Find the format that a person means by its name or by a file ending, in any case.

    Raises:
        UsageError: The collection has no picture of that format.
    """
    name = FORMAT_SUFFIXES.get(word.lower(), word.upper())
    if matching := next((known for known in known_formats if known.upper() == name), None):
        return matching
    raise UsageError(f"no picture here has the format '{word}'", f"choose one of {', '.join(known_formats)}")


def _print_matches(matches: Sequence["Match"], *, as_json: bool) -> None:
    """Print one line for each match; its path is a link where the terminal supports links."""
    if as_json:
        print_json([json_data(match) for match in matches])
    for match in matches:
        same_work = "  the same work" if match.is_same_work else ""
        print_linked_result(f"{match.distance:.3f}  {_facts_of(match.picture)}", match.path, same_work, as_json=as_json)


def _print_pictures(pictures: Sequence["PictureFile"], most: int, *, as_json: bool) -> None:
    """Print one line for each of the first pictures with the words, and how many there are if some are left out."""
    if as_json:
        print_json([{"path": path_text(picture.path), "piece": json_data(picture)} for picture in pictures[:most]])
    for picture in pictures[:most]:
        print_linked_result(_facts_of(picture), picture.path, "", as_json=as_json)
    if len(pictures) > most:
        print_message(f"{most:,} of {count_of(len(pictures), 'picture')}: a larger -k shows more")


def _facts_of(picture: "PictureFile") -> str:
    size = f"{picture.width:>6} x {picture.height:<6}"
    return f"{picture.format:<5} {size} "
