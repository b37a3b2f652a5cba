"""`pochade learn`, `find` and `info`: a folder of art and what is known of it."""

import dataclasses
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from pochade.cli.output import Bar, interruptible, print_json, say_lines, words
from pochade.errors import CollectionMissing, UsageError

if TYPE_CHECKING:  # SQLAlchemy and numpy take their time: only a command that needs them loads them
    from pochade.collection import Collection
    from pochade.index.pictures import CollectionInfo, LearnResult, Match, ReadProblem
    from pochade.system.progress import Progress


ENDINGS = {"jpg": "JPEG", "tif": "TIFF", "jxl": "JPEG XL", "heif": "HEIC"}  # that aren't their formats' names


@dataclass(frozen=True)
class Which:
    """What was said of the collection before the command."""

    folder: Path | None
    index: str | None

    def collection(self, folder: Path | None = None) -> "Collection":
        """The collection meant: the folder given, or the nearest one upwards that has been learnt.

        Raises:
            CollectionMissing: There is none.
        """
        from pochade.collection import Collection

        if (named := folder or self.folder) is not None:
            return Collection.open(named, index=self.index)
        here = standing_in()
        for above in (here, *here.parents):
            if os.path.isdir(above / ".pochade"):  # noqa: PTH112  raises nothing, whatever the system says of it
                return Collection.open(above, index=self.index)
        raise CollectionMissing(
            f"neither '{here}' nor a folder above it has been learnt",
            "name the folder: pochade -C FOLDER, or pochade learn FOLDER",
        )


@interruptible()
def learn(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(help="The art, read where it lies; -C or the nearest one upwards.")
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(min=0, max=100_000, help="Of training; 0 for none. What helps, at most 5, when not given."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON on stdout.")] = False,
) -> None:
    """Read a folder of art in place, train on it, fingerprint every piece. Again: only what changed.

    Originals are only ever read. Interrupted or killed, the same command goes on where it was.

    Example: pochade learn ~/art
    """
    with context.obj.collection(folder) as collection, LearnBar() as bar:
        learnt = collection.learn(minutes, bar.report)
    if as_json:
        print_json(as_data(learnt))
    say_learnt(learnt, collection.folder)


@interruptible()
def find(
    context: typer.Context,
    image: Annotated[Path, typer.Argument(help="Any picture, in the collection or not.")],
    k: Annotated[int, typer.Option("-k", min=1, help="How many matches.")] = 10,
    below: Annotated[Path | None, typer.Option("--in", help="Only below this folder of the collection.")] = None,
    form: Annotated[str | None, typer.Option("--format", help="Only this format: PNG, JPEG, PSD …")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only files changed on that day or later.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only files changed on that day or earlier.")
    ] = None,
    shape: Annotated[str | None, typer.Option(help="Only portrait, landscape or square.")] = None,
    colour: Annotated[str | None, typer.Option(help="Only where this colour stands out: red, blue, grey …")] = None,
    label: Annotated[str | None, typer.Option(help="Only pieces with this label.")] = None,
    sheet: Annotated[Path | None, typer.Option(help="Draw the matches on one PNG.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the matches as JSON on stdout.")] = False,
) -> None:
    """The pieces that look like a picture: its copies, cropped, scanned, mirrored or recoloured, and what is near them.

    Example: pochade find scan.jpg -k 5 --sheet found.png
    """
    with words.status("looking"):
        from pochade.index.pictures import Filter
        from pochade.organise.contact_sheets import check_sheet_path, write_match_sheet

        if sheet is not None:
            check_sheet_path(sheet)
        with context.obj.collection() as collection:
            form = form and format_named(form, collection.info().formats)
            among = Filter(below, form, since and since.date(), until and until.date(), shape, colour, label)
            matches = collection.find(image, k, among=None if among == Filter() else among)
            if sheet is not None:
                write_match_sheet(image, matches, collection.thumbnails, sheet)
    if as_json:
        print_json([as_data(match) for match in matches])
    say_matches(matches, sheet)


def standing_in() -> Path:
    """The folder here; CollectionMissing where it was removed meanwhile."""
    try:
        return Path.cwd()
    except OSError as error:
        raise CollectionMissing("the folder that you are in is gone", "go to another one") from error


def format_named(word: str, known: Iterable[str]) -> str:
    """The format that a word means, or an ending; UsageError where nothing here has it."""
    wanted = ENDINGS.get(word.lower(), word.upper())
    if found := next((one for one in known if one.upper() == wanted), None):
        return found
    raise UsageError(f"nothing here has the format '{word}'", f"there is {', '.join(known)}")


@interruptible()
def info(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON on stdout.")] = False,
) -> None:
    """What is known: pieces, formats, sizes, problems, what was learnt and when, with what figures.

    Example: pochade -C ~/art info
    """
    with context.obj.collection() as collection:
        known = collection.info()
    if as_json:
        print_json(as_data(known))
    say_info(known)


class LearnBar(Bar):
    """The bar, fed by the stages of `learn`."""

    def report(self, progress: "Progress") -> None:
        """A stage has come this far."""
        if progress.stage != self.name:
            self.stage(progress.stage)
        self.advance(progress.done, progress.total, f"{progress.done:,} of {progress.total:,}")


def say_learnt(learnt: "LearnResult", folder: Path) -> None:
    """What a run did, and what it could not do."""
    words.print(
        f"{learnt.new:,} new pieces, {learnt.again:,} files with content that was known, {learnt.gone:,} gone, "
        f"{learnt.unchanged:,} unchanged"
    )
    say_problems([*learnt.unlisted, *learnt.problems], folder)
    if learnt.training:
        say_training(learnt.training)


def say_training(figures: dict[str, Any]) -> None:
    """Whether training helped."""
    if "after" not in figures:
        words.print(f"training was given up: {figures.get('diverged', 'too few pieces could be held out')}")
        return
    before, after = figures["before"], figures["after"]
    kept = {True: "kept", False: "not kept: it did not help"}
    words.print(f"training, judged by {before['held_out']} pieces that were held out:")
    words.print(f"  found again {before['found']:.1%}, then {after['found']:.1%} ({kept[figures['look_kept']]})")
    words.print(f"  redrawn at {before['psnr']:.2f} dB, then {after['psnr']:.2f} dB ({kept[figures['code_kept']]})")
    drawn = figures.get("painter", {})
    if "after" in drawn:
        better = kept[drawn["after"] < drawn["before"]]
        words.print(f"  drawn with a loss of {drawn['before']:.3f}, then {drawn['after']:.3f} ({better})")


def say_problems(problems: Sequence["ReadProblem"], folder: Path) -> None:
    """Each file that gave no picture, with its reason; many are counted."""
    lines = [f"{os.path.relpath(problem.path, folder)}: {problem.reason}" for problem in problems]
    say_lines("{} files gave no picture", lines, "`pochade info --json` lists")


def say_matches(matches: Sequence["Match"], sheet: Path | None) -> None:
    """One line a match: how far, what, where; the path can be clicked where the terminal knows links."""
    for match in matches:
        piece = match.piece
        line = Text(f"{match.distance:.3f}  {piece.format:<5} {piece.width:>6} x {piece.height:<6} ")
        line.append(os.fsencode(match.path).decode(errors="replace"), style=f"link {match.path.as_uri()}")
        if match.is_same_work:
            line.append("  the same work", style="bold")
        words.print(line, soft_wrap=True, highlight=False)
    if not matches:
        words.print("nothing there matches")
    if sheet is not None:
        words.print(f"wrote '{sheet}'", markup=False, soft_wrap=True)


def say_info(known: "CollectionInfo") -> None:
    """What is known, as a few lines."""
    words.print(f"{known.files:,} files hold {known.pieces:,} pieces")
    words.print(f"{known.megapixels:,.0f} megapixels, {known.gigabytes:.3f} GB")
    words.print(", ".join(f"{count:,} {form}" for form, count in known.formats.items()))
    if known.net:
        words.print(f"net {known.net}, in use since {known.learnt}")
    if known.figures.get("minutes"):
        say_training(known.figures)
    say_problems(known.problems, known.folder)


def as_data(thing: Any) -> Any:
    """Anything the library gives, as JSON can hold it."""
    if dataclasses.is_dataclass(thing):
        return {field.name: as_data(getattr(thing, field.name)) for field in dataclasses.fields(thing)}
    if isinstance(thing, dict):
        return {key: as_data(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return [as_data(each) for each in thing]
    if isinstance(thing, Path):
        return os.fsencode(thing).decode(errors="replace")
    return thing.isoformat() if isinstance(thing, datetime) else thing
