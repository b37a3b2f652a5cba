"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

MAX_SEED = 2**62  # further seeds are counted on from it

ArchivePath = Annotated[Path, typer.Argument(metavar="ART.pochade", help="The archive.")]
Label = Annotated[str, typer.Argument(help="A word of your own.")]
AnyImage = Annotated[Path, typer.Argument(help="Any picture, in the collection or not.")]
Seed = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=MAX_SEED,
        help="The seed of the first picture; the others count on from it. The same seed creates the same picture "
        "again. Random if not given.",
    ),
]
PictureSize = Annotated[
    int,
    typer.Option(
        min=64,
        max=1024,
        help="The pixels of each side of a picture. Less if the collection's pictures are usually smaller.",
    ),
]
CreateTarget = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.png|DIR",
        help="A PNG for one contact sheet of all pictures, or a folder for one PNG each. Nothing is overwritten.",
    ),
]
CreatedAsJson = Annotated[
    bool, typer.Option("--json", help="Print the seed, the nearest real picture and more of each picture as JSON.")
]
