"""`pochade find`: the pictures that look like a picture, or that have words in their names, labels and captions."""

import logging
import os
from collections.abc import Sequence
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
    from pochade.index.collection_place import CollectionPlace
    from pochade.index.picture_records import Match, PictureFile
    from pochade.organise.find_question import FindAnswer, FindQuestion

logger = logging.getLogger(__name__)


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
    meaning: Annotated[
        bool,
        typer.Option(
            "--meaning",
            help="Compare a picture by what it shows, as the eye of the collection sees it, and not by look.",
        ),
    ] = False,
    sheet: Annotated[Path | None, typer.Option(help="A PNG for a contact sheet of the matches.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the matches as JSON on stdout.")] = False,
) -> None:
    """Find pictures by a picture or by words.

    By a picture: finds its copies, also cropped, scanned, mirrored or recoloured ones, and similar pictures. The
    nearest dozen are aligned with it: those of the same work come first and are marked. The distance is one minus the
    cosine of the embeddings: 0 for the same picture, about 1 for unrelated ones. With --meaning, a collection with an
    eye is searched for pictures that show the same things instead; copies are not marked then.

    By words: finds the pictures that have all of them in the names of their files and folders, labels, captions,
    keywords, prompts, technique, colour, format or shape, sorted by path. `label:`, `name:`, `folder:`, `caption:`,
    `prompt:`, `technique:`, `colour:`, `format:`, `shape:`, `since:` and `until:` look into one of these, quotes hold a
    phrase together, and `-word` excludes. As JSON, these matches have no distance and no likelihood.

    By meaning: a collection with an eye that knows words (`pochade learn --eye`) adds the pictures that show what the
    words say, also where no text has them. As JSON, these matches have a distance, and `by_meaning`. Words in quotes,
    and words behind an operator, are searched in texts only.

    Example: `pochade -C ~/art find scan.jpg -k 5 --sheet found.png`

    Example: `pochade -C ~/art find "owl label:harbour -technique:pencil since:2024"`
    """
    image = Path(query) if is_picture_file(query) else None
    with show_activity("searching"):
        if image is None and sheet is not None:
            problem = f"there is no file '{printable(query)}', and a sheet shows what looks like a picture"
            raise UsageError(problem, "name a file, or leave out --sheet")
        if sheet is not None:
            from pochade.organise.contact_sheets import check_sheet_path

            check_sheet_path(sheet)
        from pochade.organise.find_question import FindQuestion

        days = since and since.date(), until and until.date()
        question = FindQuestion(image, query, k, below, format_word, *days, shape, colour, label, meaning)
        place = context.obj.locate()
        loads_eye = meaning and image is not None  # a server would have to load it, too
        answer = (None if loads_eye else ask_server(place, question)) or search_here(place, question)
        if image is not None and sheet is not None:
            from pochade.organise.contact_sheets import write_match_sheet

            write_match_sheet(image, answer.matches, place.thumbnails, sheet)
    _print_matches(answer.matches, as_json=as_json) if image else _print_pictures(answer, as_json=as_json)
    if answer.is_empty:
        print_message(f"the collection has no pictures: put some into '{place.folder}', then run 'pochade learn'")
    elif image is None and not answer.total:
        print_message(f"no picture has all words of '{printable(query)}', and no file has this name")
    if image is None:
        _print_meaning(answer, as_json=as_json)
    elif image is not None and not answer.matches:
        print_message("no picture matches")
    if sheet is not None:
        print_message(f"wrote '{sheet}'")


def is_picture_file(query: str) -> bool:
    """Whether a query names a file; a folder of that name does not count, as its name may be a word to search for."""
    try:
        return os.path.exists(query) and not os.path.isdir(query)  # noqa: PTH110, PTH112  never raise for long names
    except ValueError:  # a null byte
        return False


def ask_server(place: "CollectionPlace", question: "FindQuestion") -> "FindAnswer | None":
    """Ask a `pochade open` that shows the collection now; None if there is none, or it has no answer."""
    from pochade.organise.find_question import parse_answer, server_socket
    from pochade.system.private_socket import ask_process

    socket = server_socket(place)
    message = question.to_json(place.database) if socket and isinstance(place.database, Path) else None
    if socket is None or message is None:
        return None
    try:
        answer = ask_process(socket, message)
        return parse_answer(answer) if answer else None
    except (ValueError, TypeError, KeyError, RecursionError) as error:  # cut short, because the server ended
        logger.info("the answer of the running server was of no use: %s", error)
        return None


def search_here(place: "CollectionPlace", question: "FindQuestion") -> "FindAnswer":
    """Search in this process.

    Raises:
        PochadeError: See `answer_question`.
    """
    if question.image is not None:
        from pochade.images.io.reading_worker import start_reading_worker

        start_reading_worker()  # before the imports below, which take as long as it does
    from pochade.index.library import Library
    from pochade.organise.find_question import answer_question

    library = Library(place.folder, place.home, place.database)
    try:
        return answer_question(library, question)
    finally:
        library.close()


def _print_matches(matches: Sequence["Match"], *, as_json: bool) -> None:
    """Print one line for each match; its path is a link where the terminal supports links."""
    if as_json:
        print_json([json_data(match) for match in matches])
    for match in matches:
        same_work = "  the same work" if match.is_same_work else ""
        print_linked_result(f"{match.distance:.3f}  {_facts_of(match.picture)}", match.path, same_work, as_json=as_json)


def _print_pictures(answer: "FindAnswer", *, as_json: bool) -> None:
    """Print one line for each of the first pictures with the words, and how many there are if some are left out."""
    pictures = answer.pictures
    if as_json:
        with_words = [{"path": path_text(picture.path), "piece": json_data(picture)} for picture in pictures]
        print_json(with_words + [json_data(match) | {"by_meaning": True} for match in answer.by_meaning])
    for picture in pictures:
        print_linked_result(_facts_of(picture), picture.path, "", as_json=as_json)
    if answer.total > len(pictures):
        print_message(f"{len(pictures):,} of {count_of(answer.total, 'picture')}: a larger -k shows more")


def _print_meaning(answer: "FindAnswer", *, as_json: bool) -> None:
    """Print one line for each picture that the eye found, below a line that says so."""
    if answer.meaning_problem:
        print_message(f"nothing was searched by meaning: {answer.meaning_problem}")
    if answer.by_meaning:
        print_message("by meaning, as the eye sees it: the nearest first, although even that may be far from the words")
    for match in answer.by_meaning:
        print_linked_result(f"{match.distance:.3f}  {_facts_of(match.picture)}", match.path, "", as_json=as_json)


def _facts_of(picture: "PictureFile") -> str:
    size = f"{picture.width:>6} x {picture.height:<6}"
    return f"{picture.format:<5} {size} "
