"""The command line: one module for each verb. Only this room prints, and only here do errors become text."""

import logging
import shlex
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer

from pochade._version import __version__
from pochade.cli.collection_choice import CollectionChoice
from pochade.cli.messages import print_error, print_message, print_result, replace_unencodable_output
from pochade.cli.verb_group import VerbGroup
from pochade.errors import Interrupted, PochadeError, UsageError
from pochade.system.logs import print_log, start_logging
from pochade.system.path_text import printable

logger = logging.getLogger(__name__)
USAGE_ERROR: Any = typer.BadParameter.__base__  # typer does not export this class
app = typer.Typer(
    cls=VerbGroup, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
)  # no rich: it takes longer to import than a search takes


def print_version(is_asked: bool) -> None:
    """Print the version of Pochade and end the command, if the person asked for it."""
    if is_asked:
        print_result(f"pochade {__version__}")
        raise typer.Exit


@app.callback()
def pochade(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Option("-C", metavar="FOLDER", help="The collection. By default the nearest one upwards from here."),
    ] = None,
    index: Annotated[
        str | None,
        typer.Option(
            metavar="DIR|URL",
            help="Where the index is, if not in `FOLDER/.pochade`: a folder, or the URL of a database such as "
            "`postgresql+psycopg://user@host/name`, which needs `pip install 'pochade[postgres]'`.",
        ),
    ] = None,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose",
            help="Print what happens inside, with tracebacks, on stderr. The environment variable `POCHADE_LOG` names "
            "a file for it.",
        ),
    ] = False,
    version: Annotated[  # noqa: ARG001  its callback prints
        bool, typer.Option("--version", help="Print the version and exit.", callback=print_version, is_eager=True)
    ] = False,
) -> None:
    """Organise, find, clean, compress and create pictures.

    Pochade learns a small sketch of every picture you own, with autoencoders, and shows how autoencoders work. Give
    -C and --index before the verb, and the same --index to every command. Picture names count from the current
    folder. Results go to stdout, messages and progress to stderr; with --json, stdout has the JSON alone.
    """
    if verbose:
        print_log()
    context.obj = CollectionChoice(folder, index)


def main() -> None:
    """Run the command line; an error becomes one sentence, a hint and an exit code.

    Raises:
        SystemExit: Always, with the exit code.
    """
    replace_unencodable_output()
    try:
        start_logging()
        code = app(standalone_mode=False)
    except PochadeError as error:
        logger.error("%s", error.sentence, exc_info=error)  # shown only if the person asked for the log
        print_error(error)
        code = error.exit_code
    except typer.Abort:  # Ctrl-C while a password is asked for
        code = Interrupted.exit_code
    except USAGE_ERROR as error:
        code = print_usage_error(error)
    except Exception as error:
        code = print_unexpected_error(error)
    sys.exit(code or 0)


def print_usage_error(error: Any) -> int:
    """Print what is wrong with the words of a command, as every other error is printed; return the exit code."""
    sentence, context = error.format_message().rstrip("."), error.ctx
    is_help = error.__class__.__name__ == "NoArgsIsHelpError"  # typer has printed the help already
    if not is_help:
        command = context.command_path if context else "pochade"
        print_error(UsageError(sentence[:1].lower() + sentence[1:], _usage_hint(sentence, command)))
    return int(error.exit_code)


def _usage_hint(sentence: str, command: str) -> str:
    """The next step: most people who give a word too many give the folder behind the verb."""
    folder = next((word for word in sys.argv[1:] if Path(word).is_dir()), None)
    if "unexpected extra argument" not in sentence or folder is None:
        return f"see '{command} --help'"
    verb = command.partition(" ")[2]
    return f"give the folder before the verb: pochade -C {shlex.quote(printable(Path(folder)))} {verb} …"


def print_unexpected_error(error: Exception) -> int:
    """Print the traceback of a mistake in Pochade, because a report is worthless without it; return the code."""
    for line in "".join(traceback.format_exception(error)).splitlines():
        print_message(line)
    print_error(PochadeError("something went wrong that Pochade did not foresee", "report it, with the lines above"))
    return PochadeError.exit_code
