"""`pochade vary`: variations of a picture."""

from pathlib import Path
from typing import Annotated

import typer

from pochade.cli.created_pictures import check_target, choose_seed, print_created, write_pictures
from pochade.cli.messages import explain_interrupt
from pochade.cli.options import AnyImage, CreatedAsJson, CreateTarget, PictureSize, Seed
from pochade.cli.progress_bar import ProgressBar


@explain_interrupt()
def vary(
    context: typer.Context,
    image: AnyImage,
    count: Annotated[int, typer.Option("-n", min=1, max=1000, help="The number of variations.")] = 8,
    strength: Annotated[
        float,
        typer.Option(
            min=0, max=100, help="How far to depart, in percent: 0 gives the picture itself, 100 another one."
        ),
    ] = 30,
    seed: Seed = None,
    size: PictureSize = 256,
    to: CreateTarget = None,
    as_json: CreatedAsJson = False,
) -> None:
    """Create variations of a picture.

    A trained model changes the plan of the picture, and the picture's own parts draw it; the greater the strength, the
    more parts of similar pictures are used. The collection needs at least 20 pictures. Without --to, the variations go
    to `varied SEED.png` in the current folder. The nearest real picture, warnings and metadata are those of imagine.

    Example: `pochade -C ~/art vary ~/art/cat.png -n 4 --strength 40 --to cats.png`
    """
    first_seed = choose_seed(seed)
    target = to or Path(f"varied {first_seed}.png")
    check_target(target)
    with context.obj.open_collection() as collection, ProgressBar() as bar:
        created = collection.vary(image, count, strength / 100, first_seed, size=size, report=bar.report)
    print_created(created, write_pictures(created, target, "vary"), as_json=as_json)
