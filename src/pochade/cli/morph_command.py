"""`pochade morph`: a path between pictures."""

from pathlib import Path
from typing import Annotated

import typer

from pochade.cli.created_pictures import created_data
from pochade.cli.json_data import path_text
from pochade.cli.messages import count_of, explain_interrupt, print_json, print_message
from pochade.cli.options import PictureSize
from pochade.cli.progress_bar import ProgressBar
from pochade.errors import UsageError

DEFAULT_FRAMES = 60


@explain_interrupt()
def morph(
    context: typer.Context,
    images: Annotated[list[Path], typer.Argument(help="Two or more pictures, in the collection or not.")],
    frames: Annotated[
        int | None, typer.Option(min=2, max=2000, help="The number of frames of the whole path. By default 60.")
    ] = None,
    grid: Annotated[
        bool, typer.Option("--grid", help="Draw a square of 8 x 8 pictures between four pictures, as a PNG.")
    ] = False,
    loop: Annotated[bool, typer.Option("--loop", help="Return to the first picture.")] = False,
    size: PictureSize = 256,
    to: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A strip (.png), an animation (.gif, .webp) or a film (.mp4, which needs `pip install "
            "'pochade[video]'`). By default morph.gif, or morph.png with --grid. Nothing is overwritten.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what is known of each frame as JSON on stdout.")
    ] = False,
) -> None:
    """Morph from picture to picture.

    Shapes of one picture move to become those of the next one, and small parts of the two draw every frame. The
    collection needs at least 20 pictures. With --grid, the model plans 64 pictures of 128 x 128 pixels, and parts of
    the four draw them.

    Every file says in its metadata that a trained model created it; a GIF has room for the text only.

    Example: `pochade -C ~/art morph ~/art/cat.png ~/art/owl.png --frames 12 --loop --to animals.webp`
    """
    from pochade.create.created_files import check_morph_path, write_morph

    target = to or Path("morph.png" if grid else "morph.gif")
    check_morph_path(target)
    if grid and (loop or frames is not None or target.suffix.lower() != ".png"):
        raise UsageError("a grid is one picture: it has no --frames and no --loop", "let its name end in .png")
    with context.obj.open_collection() as collection, ProgressBar() as bar:
        if grid:
            created = collection.morph_grid(images, report=bar.report)
        else:
            created = collection.morph(images, frames or DEFAULT_FRAMES, loop=loop, size=size, report=bar.report)
    write_morph(target, created, "morph", columns=round(len(created) ** 0.5) if grid else None)
    if as_json:
        print_json({"file": path_text(target), "frames": [created_data(frame) for frame in created]})
    print_message(f"wrote '{target}': {count_of(len(created), 'picture')}")
    if unlikely := sum(frame.is_out_of_distribution for frame in created):
        print_message(f"{unlikely:,} of them are out of distribution: the collection has nothing like them")
