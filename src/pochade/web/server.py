"""Listens on a socket and serves a collection until it is stopped."""

import socket
from collections.abc import Callable

import uvicorn

from pochade.errors import UsageError
from pochade.web.app import create_app
from pochade.web.server_settings import ServerSettings

SHUTDOWN_SECONDS = 3  # for open connections, such as event streams, to end by themselves


def serve(settings: ServerSettings, ready: Callable[[str], None]) -> None:
    """Serve a collection until Ctrl-C.

    Args:
        settings: The person's choices.
        ready: Called with the page's address once a browser can open it.

    Raises:
        CollectionMissing: There is no such folder.
        UsageError: The server can't listen on that address.
    """
    listener = listening_socket(settings.host, settings.port)
    with listener:
        app = create_app(settings)
        config = uvicorn.Config(
            app, log_level="warning", server_header=False, ws="none", proxy_headers=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )  # fmt: skip
        ready(address_of(settings.host, listener.getsockname()[1]))  # the socket queues requests until the app runs
        try:
            uvicorn.Server(config).run([listener])
        except KeyboardInterrupt:  # the usual way to stop
            pass
        finally:
            app.state.pochade.close()  # also after a forced stop, which skips the lifespan's end


def listening_socket(host: str, port: int) -> socket.socket:
    """Open a socket that listens on an address.

    Raises:
        UsageError: The address does not belong to this machine, or is taken.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(128)
        except BaseException:
            listener.close()
            raise
    except (OSError, OverflowError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        hint = "give another --port or --host"
        raise UsageError(f"the server can't listen on {host}, port {port}: {why}", hint) from error
    return listener


def address_of(host: str, port: int) -> str:
    """Return the URL to type into a browser."""
    name = "localhost" if host in {"0.0.0.0", "::"} else host  # these two mean every address of this machine
    return f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"
