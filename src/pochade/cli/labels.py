"""`pochade teach`, `suggest` and `labels`: the person's own words, spread from a few examples."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pochade.cli.collection_commands import LearnBar, as_data
from pochade.cli.output import interruptible, print_json, words

if TYPE_CHECKING:  # SQLAlchemy and numpy take their time: only a command that needs them loads them
    from pochade.organise.results import Suggestion

Images = Annotated[list[Path] | None, typer.Argument(help="Files of the collection that have the label.")]
Label = Annotated[str, typer.Argument(help="Your word for them.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON on stdout.")]


@interruptible()
def teach(
    context: typer.Context,
    label: Label,
    images: Images = None,
    refused: Annotated[
        list[Path] | None, typer.Option("--not", help="A file that does not have the label; may be given often.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which pieces have a label of your own, and which don't. Five examples make a beginning.

    Example: pochade teach harbours quay.png port.jpg --not sea.png
    """
    with context.obj.collection() as collection:
        collection.teach(label, images or [], refused=refused or [])
        known = collection.labels()
    if as_json:
        print_json(known)
    words.print(f"{known.get(label.strip(), 0):,} pieces have the label '{label.strip()}'", markup=False)
    words.print("see what else may have it: pochade suggest LABEL")


@interruptible()
def suggest(
    context: typer.Context,
    label: Label,
    k: Annotated[int, typer.Option("-k", min=1, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """The pieces that likely have a label, most certain first, and those to confirm or refuse next.

    Example: pochade suggest harbours -k 50
    """
    with context.obj.collection() as collection, LearnBar() as bar:
        found = collection.suggest(label, k, bar.report)
    if as_json:
        print_json(as_data(found))
    words.print("likely:")
    say(found.likely, collection.folder)
    words.print("\nyour answer to these would teach most (pochade teach LABEL IMAGE… --not IMAGE):")
    say(found.ask, collection.folder)


@interruptible()
def labels(
    context: typer.Context,
    write: Annotated[bool, typer.Option("--write", help="Write them to XMP files beside the pictures.")] = False,
    read: Annotated[bool, typer.Option("--read", help="Read those that other programs wrote there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Every label, and how many pieces have it. Labels travel as XMP sidecars, only when asked.

    Example: pochade labels --write
    """
    with context.obj.collection() as collection:
        if read:
            say_problems(collection.read_sidecars())
        if write:
            say_problems(collection.write_sidecars())
        known = collection.labels()
    if as_json:
        print_json(known)
    for label, count in known.items():
        words.print(f"{count:>6,}  {label}", markup=False, highlight=False)
    if not known:
        words.print("no labels yet: pochade teach LABEL IMAGE…")


def say(found: Sequence["Suggestion"], folder: Path) -> None:
    """A line for each suggestion."""
    from pochade.images.base.source import printable

    for each in found:
        words.print(
            f"  {each.likelihood:.2f}  {printable(each.path.relative_to(folder))}",
            markup=False, highlight=False, soft_wrap=True,
        )  # fmt: skip


def say_problems(sentences: Sequence[str]) -> None:
    """What could not be read or written, and why."""
    for sentence in sentences:
        words.print(f"  {sentence}", markup=False, highlight=False, soft_wrap=True)
