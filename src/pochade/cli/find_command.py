"""`pochade find`: the pictures that look like a picture."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pochade.cli.json_data import json_data
from pochade.cli.messages import console, explain_interrupt, print_json, print_linked_result, print_message
from pochade.cli.options import AnyImage
from pochade.errors import UsageError

if TYPE_CHECKING:  # SQLAlchemy and numpy take long to import: only a command that needs them imports them
    from pochade.index.picture_records import Match

FORMAT_SUFFIXES = {"jpg": "JPEG", "tif": "TIFF", "jxl": "JPEG XL", "heif": "HEIC"}  # that differ from the format's name


@explain_interrupt()
def find(
    context: typer.Context,
    image: AnyImage,
    k: Annotated[int, typer.Option("-k", min=1, help="The number of matches.")] = 10,
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
    """Find the pictures that look like a picture.

    Finds its copies, also cropped, scanned, mirrored or recoloured ones, and similar pictures. The nearest dozen are
    aligned with the query: those of the same work come first and are marked.

    The distance is one minus the cosine of the embeddings: 0 for the same picture, about 1 for unrelated ones.

    Example: `pochade -C ~/art find scan.jpg -k 5 --sheet found.png`
    """
    with console.status("searching"):
        from pochade.images.io.reading_worker import start_reading_worker

        start_reading_worker()  # before the imports below, which take as long as it does
        from pochade.index.picture_records import Filter
        from pochade.organise.contact_sheets import check_sheet_path, write_match_sheet

        if sheet is not None:
            check_sheet_path(sheet)
        with context.obj.open_collection() as collection:
            info = collection.info()
            picture_format = format_word and match_format(format_word, info.formats)
            among = Filter(below, picture_format, since and since.date(), until and until.date(), shape, colour, label)
            matches = collection.find(image, k, among=None if among == Filter() else among)
            if sheet is not None:
                write_match_sheet(image, matches, collection.thumbnails, sheet)
    if as_json:
        print_json([json_data(match) for match in matches])
    _print_matches(matches, as_json=as_json)
    if not info.pieces:
        print_message(f"the collection has no pictures: put some into '{info.folder}', then run 'pochade learn'")
    elif not matches:
        print_message("no picture matches")
    if sheet is not None:
        print_message(f"wrote '{sheet}'")


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
    for match in matches:
        picture = match.picture
        size = f"{picture.width:>6} x {picture.height:<6}"
        same_work = "  the same work" if match.is_same_work else ""
        before = f"{match.distance:.3f}  {picture.format:<5} {size} "
        print_linked_result(before, match.path, same_work, as_json=as_json)
