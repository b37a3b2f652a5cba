"""A server that listens until it is stopped."""

import socket
from collections.abc import Callable

import uvicorn

from pochade.errors import UsageError
from pochade.web.app import application
from pochade.web.server_settings import ServerSettings

PATIENCE = 3  # seconds that open connections, such as those of events, get at the end


def serve(settings: ServerSettings, ready: Callable[[str], None]) -> None:
    """Serve a collection until Ctrl-C.

    Args:
        settings: What the person decided.
        ready: Called with the page's address once it can be opened.

    Raises:
        CollectionMissing: There is no such folder.
        UsageError: That address can't be listened at.
    """
    listening = listener(settings.host, settings.port)
    with listening:
        app = application(settings)
        config = uvicorn.Config(
            app, log_level="warning", server_header=False, ws="none", proxy_headers=False,
            timeout_graceful_shutdown=PATIENCE,
        )  # fmt: skip
        ready(address_of(settings.host, listening.getsockname()[1]))  # it listens already: who asks now waits a moment
        try:
            uvicorn.Server(config).run([listening])
        except KeyboardInterrupt:  # which is how it is meant to end
            pass
        finally:
            app.state.desk.close()  # also where it was made to end at once


def listener(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        UsageError: The address is none of this machine's, or taken.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, socket.SOCK_STREAM)
        try:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind(address)
            found.listen(128)
        except BaseException:
            found.close()
            raise
    except (OSError, OverflowError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"nothing can listen at {host}, port {port}: {why}", "give another --port or --host"
        ) from error
    return found


def address_of(host: str, port: int) -> str:
    """What to type into a browser."""
    name = "localhost" if host in {"0.0.0.0", "::"} else host  # every address of this machine
    return f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"
