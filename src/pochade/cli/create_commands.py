"""`pochade imagine`, `vary` and `morph`: new pictures in the manner of a collection."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pochade.cli.collection_commands import LearnBar
from pochade.cli.output import interruptible, print_json, printed, words
from pochade.errors import UsageError

if TYPE_CHECKING:  # SQLAlchemy and numpy take their time: only a command that needs them loads them
    from pochade.create.novelty import Created

SEEDS = 10**6  # to choose from when none is given: few enough digits to be typed again
LARGEST = 2**62  # of seeds: the others are counted on from it
Seed = Annotated[
    int | None, typer.Option(min=0, max=LARGEST, help="Draws the same pictures again; by chance when not given.")
]
To = Annotated[Path | None, typer.Option(help="A PNG to draw them all on, or a folder for one PNG each.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print what is known of each picture as JSON on stdout.")]


@interruptible()
def imagine(
    context: typer.Context,
    count: Annotated[int, typer.Option("-n", min=1, max=1000, help="How many pictures.")] = 16,
    like: Annotated[list[Path] | None, typer.Option(help="A picture that they should be like; more than once.")] = None,
    group: Annotated[str | None, typer.Option(help="The name or number of a group that they should be like.")] = None,
    seed: Seed = None,
    to: To = None,
    as_json: AsJson = False,
) -> None:
    """Draw new pictures in the manner of the collection, each beside its closest real piece.

    Example: pochade imagine -n 25 --group portraits --to new.png
    """
    chosen = secrets.randbelow(SEEDS) if seed is None else seed
    place = to or Path(f"imagined {chosen}.png")
    check(place)
    with context.obj.collection() as collection, LearnBar() as bar:
        created = collection.imagine(count, chosen, like=like or (), group=group, report=bar.report)
    tell(created, written(created, place, "imagine"), as_json)


@interruptible()
def vary(
    context: typer.Context,
    image: Annotated[Path, typer.Argument(help="Any picture, in the collection or not.")],
    count: Annotated[int, typer.Option("-n", min=1, max=1000, help="How many variations.")] = 8,
    strength: Annotated[float, typer.Option(min=0, max=100, help="0 redraws the picture, 100 forgets it.")] = 30,
    seed: Seed = None,
    to: To = None,
    as_json: AsJson = False,
) -> None:
    """Draw variations of a picture in the manner of the collection.

    Example: pochade vary cat.png --strength 40 --to cats.png
    """
    chosen = secrets.randbelow(SEEDS) if seed is None else seed
    place = to or Path(f"varied {chosen}.png")
    check(place)
    with context.obj.collection() as collection, LearnBar() as bar:
        created = collection.vary(image, count, strength / 100, chosen, report=bar.report)
    tell(created, written(created, place, "vary"), as_json)


@interruptible()
def morph(
    context: typer.Context,
    images: Annotated[list[Path], typer.Argument(help="Two or more pictures, in the collection or not.")],
    frames: Annotated[int | None, typer.Option(min=2, max=2000, help="Of the whole way; 60 when not given.")] = None,
    grid: Annotated[bool, typer.Option("--grid", help="A square of pictures between four, 8 a side.")] = False,
    loop: Annotated[bool, typer.Option("--loop", help="Lead back to the first picture.")] = False,
    to: Annotated[Path | None, typer.Option(help="A .png strip, a .gif, .webp or .mp4; else morph.gif.")] = None,
    as_json: AsJson = False,
) -> None:
    """Draw the way from picture to picture, through what the collection is made of.

    Example: pochade morph cat.png dog.png owl.png --loop --to animals.webp
    """
    from pochade.create.created_files import check_morph_path, write_morph

    place = to or Path("morph.png" if grid else "morph.gif")
    check_morph_path(place)
    if grid and (loop or frames is not None or place.suffix.lower() != ".png"):
        raise UsageError("a grid is one picture: it has no --frames and no --loop", "let its name end in .png")
    with context.obj.collection() as collection, LearnBar() as bar:
        if grid:
            created = collection.morph_grid(images, report=bar.report)
        else:
            created = collection.morph(images, frames or 60, loop=loop, report=bar.report)
    write_morph(place, created, "morph", columns=round(len(created) ** 0.5) if grid else None)
    if as_json:
        print_json({"file": as_text(place), "frames": [as_data(one) for one in created]})
    empty = sum(one.empty for one in created)
    words.print(f"wrote '{place}': {len(created):,} pictures", markup=False, soft_wrap=True)
    if empty:
        words.print(f"{empty:,} of them lie where the collection has nothing")


def check(to: Path) -> None:
    """Look before anything is drawn: a new sheet, or a folder."""
    from pochade.create.created_files import SHEET_SUFFIX, check_new

    if to.suffix.lower() == SHEET_SUFFIX:
        check_new(to)
    elif to.suffix and not os.path.isdir(to):  # noqa: PTH112  raises nothing, whatever the system says of it
        raise UsageError(f"'{to}' is neither a folder nor a PNG", "let its name end in .png")


def written(created: Sequence["Created"], to: Path, way: str) -> list[Path]:
    """Where each picture was written: all on one sheet, or each by itself."""
    from pochade.create.created_files import SHEET_SUFFIX, write_created, write_created_sheet

    if to.suffix.lower() != SHEET_SUFFIX or to.is_dir():
        return write_created(to, created, way)
    write_created_sheet(to, created, way)
    return [to] * len(created)


def tell(created: Sequence["Created"], files: Sequence[Path], as_json: bool) -> None:
    """Each picture with its closest piece, and what to be careful about."""
    if as_json:
        print_json([as_data(one) | {"file": as_text(file)} for one, file in zip(created, files, strict=True)])
    for one in created:
        line = f"seed {one.seed:<8} closest {one.distance:.3f}  {printed(as_text(one.nearest))}"
        notes = [note for note, is_so in (("almost a copy", one.almost_a_copy), ("empty", one.empty)) if is_so]
        words.print("  ".join([line, *notes]), markup=False, highlight=False, soft_wrap=True)
    where = f"'{files[0]}'" if len(set(files)) == 1 else f"'{files[0].parent}'"
    words.print(f"wrote {where}: {len(created):,} pictures", markup=False, soft_wrap=True)


def as_data(one: "Created") -> dict[str, Any]:
    """What is known of a picture, as JSON can hold it."""
    return {
        "seed": one.seed,
        "net": one.net,
        "percentile": one.percentile,
        "empty": one.empty,
        "nearest": as_text(one.nearest),
        "distance": one.distance,
        "likelihood": one.likelihood,
        "almost_a_copy": one.almost_a_copy,
        "code": [float(number) for number in one.code],
    }


def as_text(path: Path) -> str:
    """A path as JSON can hold it."""
    return os.fsencode(path).decode(errors="replace")
