"""`pochade open`: the collection in a browser."""

import os
import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from pochade.cli.collection_commands import standing_in
from pochade.cli.output import interruptible, words
from pochade.errors import UsageError

PASSWORD = "POCHADE_PASSWORD"
UNBUILT = "this copy was installed without its page: 'npm ci' and 'npm run build' in frontend/ build it"
HTTP = "what is sent can be read on its way: use a network that you trust, or a tunnel"


@interruptible()
def open_page(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(help="The collection; -C or the nearest one upwards.")] = None,
    host: Annotated[
        str, typer.Option(help="The address to listen at; any but this machine's own asks for a password.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 for any that is free.")] = 8765,
    results: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The only folder that results are written to.")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only serve; open no browser.")] = False,
) -> None:
    """Open a collection as a page in the browser, served from this machine until Ctrl-C.

    Nothing outside the collection is shown, and results go into one folder: --results, or beside the collection,
    'FOLDER - results'. With another --host a password is asked for, or taken from the variable POCHADE_PASSWORD.

    Example: pochade open ~/art
    """
    with words.status("opening"):
        from pochade.web.security.sessions import hash_password
        from pochade.web.server import serve
        from pochade.web.server_settings import ServerSettings

        collection = context.obj.collection(folder or context.obj.folder or nearest_or_here(context))
        settings = ServerSettings(collection.folder, context.obj.index, results and results.absolute(), host, port)
    if not settings.is_local or os.environ.get(PASSWORD):
        settings = ServerSettings(**(vars(settings) | {"password": hash_password(asked_password())}))
    serve(settings, lambda address: say(address, settings.is_local, opens=not no_browser))


def nearest_or_here(context: typer.Context) -> Path | None:
    """None, for the nearest collection upwards; or the folder here, where nothing has been learnt yet."""
    here = standing_in()
    above = (os.path.isdir(one / ".pochade") for one in (here, *here.parents))  # noqa: PTH112  raises nothing
    return None if context.obj.folder or any(above) else here


def asked_password() -> str:
    """The password for visitors, from the environment or the person.

    Raises:
        UsageError: Neither gives one.
    """
    if given := os.environ.get(PASSWORD):
        return given
    if not sys.stdin.isatty():
        raise UsageError("another --host needs a password", f"set {PASSWORD}, or start it in a terminal")
    return str(typer.prompt("A password for visitors", hide_input=True, confirmation_prompt=True, err=True))


def say(address: str, is_local: bool, *, opens: bool) -> None:
    """Where the page is."""
    from pochade.web.app import FALLBACK_PAGE, page_folder

    if page_folder() == FALLBACK_PAGE:
        words.print(UNBUILT, markup=False, highlight=False)
    words.print(f"the page is at {address}", markup=False, highlight=False, soft_wrap=True)
    words.print("Ctrl-C ends it" if is_local else f"Ctrl-C ends it; {HTTP}", markup=False, highlight=False)
    if opens:
        webbrowser.open(address)
