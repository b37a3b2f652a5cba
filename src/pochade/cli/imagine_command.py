"""`pochade imagine`: new pictures in the manner of a collection."""

from pathlib import Path
from typing import Annotated

import typer

from pochade.cli.created_pictures import check_target, choose_seed, print_created, write_pictures
from pochade.cli.messages import explain_interrupt
from pochade.cli.options import CreatedAsJson, CreateTarget, PictureSize, Seed
from pochade.cli.progress_bar import ProgressBar


@explain_interrupt()
def imagine(
    context: typer.Context,
    count: Annotated[int, typer.Option("-n", min=1, max=1000, help="The number of pictures.")] = 16,
    like: Annotated[
        list[Path] | None,
        typer.Option(
            help="A picture that the new ones should resemble, in the collection or not. Can be given several times."
        ),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(help="The name or number of a group that the new pictures should resemble; at least 20 pictures."),
    ] = None,
    seed: Seed = None,
    size: PictureSize = 256,
    to: CreateTarget = None,
    as_json: CreatedAsJson = False,
) -> None:
    """Create new pictures.

    The pictures are in the manner of the collection, which needs at least 20 pictures. A trained model plans what is
    where, and small parts of the most similar real pictures draw it: a collage by a learned plan. At most about a
    third of what is drawn is one connected part of one picture. Without --to, they go to `imagined SEED.png` in the
    current folder.

    On the contact sheet, the nearest real picture is below each new one. A picture is marked as almost a copy if it is
    of the same work, or nearer than only one real picture in a hundred is to another; and as out of distribution if
    the collection has nothing like it. A collection of pictures below 64 pixels gets pictures of its own size, which
    the model draws alone.

    Every file says in its metadata that a trained model created it, with the model's name and the seed: as text, and
    in XMP as the IPTC recommends (`trainedAlgorithmicMedia`). The PNG of one picture and --json also say which real
    picture lent which part.

    Example: `pochade -C ~/art imagine -n 4 --seed 7 --to new.png`
    """
    first_seed = choose_seed(seed)
    target = to or Path(f"imagined {first_seed}.png")
    check_target(target)
    with context.obj.open_collection() as collection, ProgressBar() as bar:
        created = collection.imagine(count, first_seed, like=like or (), group=group, size=size, report=bar.report)
    print_created(created, write_pictures(created, target, "imagine"), as_json=as_json)
