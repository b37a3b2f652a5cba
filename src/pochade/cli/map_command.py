"""`pochade map`: all pictures of a collection on one plane."""

from pathlib import Path
from typing import Annotated

import typer

from pochade.cli.json_data import json_data
from pochade.cli.messages import count_of, explain_interrupt, print_json, print_message
from pochade.cli.progress_bar import ProgressBar


@explain_interrupt()
def draw_map(
    context: typer.Context,
    to: Annotated[Path, typer.Option(help="The PNG to draw.")] = Path("map.png"),
    from_scratch: Annotated[
        bool, typer.Option("--anew", help="Forget all places, and compute the whole map again.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the place of each file, about -1 to 1, as JSON on stdout.")
    ] = False,
) -> None:
    """Draw a map of the collection.

    On the map, similar pictures are close to each other. Thumbnails are drawn where there is room, and groups are
    named. New pictures never move the old ones.

    Example: `pochade -C ~/art map --to map.png`
    """
    from pochade.organise.contact_sheets import check_sheet_path, write_map_sheet

    check_sheet_path(to)
    with context.obj.open_collection() as collection, ProgressBar() as bar:
        spots = collection.map(bar.report, anew=from_scratch)
        write_map_sheet(spots, collection.groups(bar.report), collection.pictures(), collection.thumbnails, to)
    if as_json:
        print_json([json_data(spot) for spot in spots])
    print_message(f"wrote '{to}': {count_of(len(spots), 'file')}")
