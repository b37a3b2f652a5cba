"""`pochade open`: a collection in the browser."""

import os
import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from pochade.cli.collection_choice import current_folder, nearest_collection_folder
from pochade.cli.messages import explain_interrupt, print_message, show_activity
from pochade.cli.opened_file import is_archive, locate_picture, show_archive
from pochade.cli.questions import ask_for_folder
from pochade.errors import UsageError

PASSWORD_VARIABLE = "POCHADE_PASSWORD"
PAGE_MISSING = "this installation has no page: build it with 'npm ci' and 'npm run build' in frontend/"
HTTP_WARNING = "others on the network can read what is sent, so use a network that you trust, or a tunnel"


@explain_interrupt()
def open_page(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FOLDER|PICTURE]",
            help="The collection, or a picture in it. By default that of -C, or the nearest one upwards; if there is "
            "none, the page asks for it. Without a browser, a terminal asks, and elsewhere it is the current folder.",
        ),
    ] = None,
    host: Annotated[
        str, typer.Option(help="The address to listen on. Any other than that of this machine needs a password.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 for any free one.")] = 8765,
    results: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="The only folder that results of cleaning, compressing and creating are written to. By default "
            "'FOLDER - results', beside the collection.",
        ),
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only serve the page; open no browser.")] = False,
) -> None:
    """Open a collection in the browser.

    Serves a page from this machine until Ctrl-C. The folder need not have been learnt yet. No picture outside of the
    collection is shown. On this machine, the page can also open another folder.

    A picture is shown in the nearest learnt folder above it. Of an archive (`.pochade`), the files are listed.

    With another --host, a password is asked for, or taken from the environment variable `POCHADE_PASSWORD`.

    Example: `pochade open ~/art`
    """
    if folder and is_archive(folder):
        show_archive(folder)
        return
    view = ""
    if folder and folder.is_file():
        folder, view, message = locate_picture(folder, context.obj)
        if message:
            print_message(message)
    chosen = folder or context.obj.folder or nearest_collection_folder()
    with show_activity("opening"):
        from pochade.web.security.sessions import hash_password
        from pochade.web.server import serve
        from pochade.web.server_settings import ServerSettings

    page_asks = not no_browser and context.obj.index is None and ServerSettings(None, host=host).is_local
    if chosen is None and not page_asks:
        chosen = ask_for_folder(current_folder())
    if chosen is not None:
        chosen = context.obj.open_collection(chosen).folder
    settings = ServerSettings(chosen, context.obj.index, results and results.absolute(), host, port)
    if not settings.is_local or os.environ.get(PASSWORD_VARIABLE):
        settings = ServerSettings(**(vars(settings) | {"password": hash_password(ask_password())}))
    serve(settings, lambda address: _announce(address + view, settings.is_local, opens=not no_browser))


def ask_password() -> str:
    """Take the visitors' password from the environment, or ask the person for it.

    Raises:
        UsageError: There is neither a password in the environment nor a terminal.
    """
    if password := os.environ.get(PASSWORD_VARIABLE):
        return password
    if not sys.stdin.isatty():
        raise UsageError("another --host needs a password", f"set {PASSWORD_VARIABLE}, or start it in a terminal")
    return str(typer.prompt("A password for visitors", hide_input=True, confirmation_prompt=True, err=True))


def _announce(address: str, is_local: bool, *, opens: bool) -> None:
    """Print the address of the page, and open it in the browser on request."""
    from pochade.web.app import FALLBACK_PAGE, page_folder

    if page_folder() == FALLBACK_PAGE:
        print_message(PAGE_MISSING)
    print_message(f"the page is at {address}")
    print_message("Ctrl-C stops it" if is_local else f"Ctrl-C stops it; {HTTP_WARNING}")
    if opens:
        webbrowser.open(address)
