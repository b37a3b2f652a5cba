"""Listens on a socket and serves a collection until it is stopped."""

import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import NoReturn

import uvicorn

from pochade.errors import UsageError
from pochade.system.logs import stop_logging
from pochade.system.server_log import print_warnings
from pochade.web.app import create_app
from pochade.web.current_collection import CurrentCollection
from pochade.web.server_settings import ServerSettings

GRACE_SECONDS = 1  # for open connections to end by themselves, after the work for them was stopped
MAX_STOP_SECONDS = 2.0  # from Ctrl-C to the end of the process, whatever its threads are doing


class StoppableServer(uvicorn.Server):
    """A server that ends within three seconds after Ctrl-C, also while pictures are drawn.

    A request in progress runs in a thread that nothing can end, so the process must not wait for it: its work is
    stopped first, then its connection gets a moment, and at last the process ends without it.

    Args:
        config: The settings of uvicorn.
        current: What the server shows.
    """

    def __init__(self, config: uvicorn.Config, current: CurrentCollection) -> None:
        super().__init__(config)
        self.current = current

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop when a signal arrives."""
        if not self.should_exit:
            threading.Thread(target=_end_late_process, args=(self.current,), daemon=True).start()
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop the work for open connections, and then close these."""
        self.current.stop()
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # requests that are abandoned now are no errors
        await super().shutdown(sockets)


def serve(settings: ServerSettings, ready: Callable[[str], None]) -> NoReturn:
    """Serve a collection until Ctrl-C, which then ends the process.

    Python's own end would wait for threads that still work for closed connections, and take seconds to free memory.

    Args:
        settings: The person's choices.
        ready: Called with the page's address once a browser can open it.

    Raises:
        CollectionMissing: There is no such folder.
        UsageError: The server can't listen on that address.
    """
    listener = listening_socket(settings.host, settings.port)
    with listener:
        port = listener.getsockname()[1]
        app = create_app(settings)
        current: CurrentCollection = app.state.current
        print_warnings()
        current.keep_log()
        current.answer_commands()
        config = uvicorn.Config(
            app, log_level="warning", log_config=None, server_header=False, ws="none", proxy_headers=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )  # fmt: skip
        if hasattr(signal, "SIGHUP"):  # a terminal that is closed stops the server as Ctrl-C does
            signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
        try:
            ready(address_of(settings.host, port))  # the socket queues requests until the app runs
            StoppableServer(config, current).run([listener])
        except KeyboardInterrupt:  # the usual way to stop
            pass
        finally:
            current.close()  # also after a forced stop, which skips the lifespan's end
    _end_process()


def _end_late_process(current: CurrentCollection) -> None:
    """End the process after a while, with its workers and temporary files, if it has not ended by itself."""
    time.sleep(MAX_STOP_SECONDS)
    closing = threading.Thread(target=current.close, daemon=True)
    closing.start()
    closing.join(MAX_STOP_SECONDS / 10)
    current.remove_temporary_files()
    _end_process()


def _end_process() -> NoReturn:
    stop_logging()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # nobody reads it any more
            stream.flush()
    os._exit(0)


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
