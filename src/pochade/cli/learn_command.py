"""`pochade learn`: read a folder of art and embed its pictures."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pochade.cli.eye_questions import embed_with_eye, prepare_eye
from pochade.cli.json_data import json_data
from pochade.cli.learn_summary import print_problems, print_training
from pochade.cli.messages import count_of, explain_interrupt, print_json, print_message
from pochade.cli.progress_bar import ProgressBar
from pochade.cli.questions import confirm
from pochade.errors import FilesMissing

if TYPE_CHECKING:  # SQLAlchemy and numpy take long to import: only a command that needs them imports them
    from pochade.index.picture_records import LearnResult


@explain_interrupt()
def learn(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Argument(help="The folder of art. By default that of -C, or the nearest collection upwards from here."),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=100_000,
            help="Minutes of training; 0 for none. By default as many as help: none below 200 pictures, about one for "
            "a thousand, 5 at most, and again only after the collection has grown by a fifth.",
        ),
    ] = None,
    again: Annotated[
        bool,
        typer.Option("--again", help="Compare the content of every file, even if its size and dates are unchanged."),
    ] = False,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATTERN",
            help="Pass over files and folders of this pattern, as in a .gitignore. Can be given several times.",
        ),
    ] = None,
    accept_missing: Annotated[
        bool,
        typer.Option("--accept-missing", help="Go on without a question even if most files are gone."),
    ] = False,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="none|local[:N]|ray://HOST:PORT",
            help="Let several workers read the files: `none` for this process and every `pochade worker`, `local` or "
            "`local:N` for workers of Ray on this machine, `ray://…` for a cluster of Ray. The --index is in Postgres.",
        ),
    ] = None,
    eye: Annotated[
        str | None,
        typer.Option(
            metavar="EYE",
            help="Group and label pictures, and search by meaning, with a model by others: siglip2, clip, dinov2, a "
            "folder, or ORG/MODEL of the hub. It says what that costs, and asks before it fetches or embeds anything; "
            "`none` returns to the built-in theme model.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="With --eye: fetch and embed without a question.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON on stdout.")] = False,
) -> None:
    """Learn a folder of art.

    Reads every picture where it is, trains the models on the collection, and computes an embedding and a sketch of
    every picture. The index goes to `.pochade` in the folder. Run it again after changes: it reads only what is new.

    Originals are only read. After an interruption, the same command continues. Trained models are kept only if they
    are better on pictures that were held out.

    A file that gives no picture is listed with the reason and stops nothing. It is tried again when it changes, and
    on each run if the reason may pass, such as missing permission. Contact sheets that Pochade drew are not learnt.

    Folders of systems and caches, such as a trash or `@eaDir`, are passed over and counted, and so is what a file
    `.pochadeignore` names, in the form of a .gitignore. If more than half of the files are gone, or a folder with
    files has become empty, a disk may be missing: learn asks before it goes on.

    An eye stays chosen: later runs embed new pictures with it, too. It needs the extra `eyes`, and the network only
    while a model is fetched.

    Example: `pochade learn ~/art`
    """

    def run(*, accept_missing: bool) -> "LearnResult":
        with ProgressBar() as bar:
            learn_files = partial(collection.learn_on_cluster, cluster) if cluster else collection.learn
            return learn_files(
                minutes, bar.report, again=again, exclude=exclude or [], accept_missing=accept_missing,
                extend_eye=eye is None,
            )  # fmt: skip

    with context.obj.open_collection(folder) as collection:
        prepared_eye = prepare_eye(eye, yes=yes) if eye is not None else None  # a wrong name fails before hours of work
        try:
            result = run(accept_missing=accept_missing)
        except FilesMissing as error:
            if not confirm(f"{error.sentence}. Are they really gone"):
                raise
            result = run(accept_missing=True)
        if as_json:
            print_json(json_data(result))
        _print_result(result, collection.folder)
        if eye is not None:
            embed_with_eye(collection, prepared_eye, yes=yes)


def _print_result(result: "LearnResult", folder: Path) -> None:
    print_message(
        f"{count_of(result.new, 'new picture')}, {count_of(result.again, 'more file')} with known pictures, "
        f"{count_of(result.gone, 'file')} gone, "
        f"{result.unchanged:,} unchanged"
    )
    if result.passed_over:
        print_message(f"{count_of(result.passed_over, 'file')} passed over in folders of systems or by your patterns")
    print_problems([*result.unlisted, *result.problems], folder)
    if result.new + result.again + result.unchanged + len(result.problems) == 0:
        print_message(f"there is no picture in '{folder}': put pictures there, or name another folder")
    if result.training:
        print_training(result.training)
    if result.untrained:
        print_message(result.untrained)
    if result.eye_problem:
        print_message(result.eye_problem)
    if result.cluster:
        print_message(result.cluster)
