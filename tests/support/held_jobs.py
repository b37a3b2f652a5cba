"""A server in a thread of the test, whose jobs begin to work only when the test lets them."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from pochade.web.app import create_app
from pochade.web.app_state import AppState
from pochade.web.current_collection import CurrentCollection
from pochade.web.server import StoppableServer, address_of, listening_socket
from pochade.web.server_settings import LOOPBACK, ServerSettings

HELD_JOB = """
import json, sys
print(json.dumps({"stage": "reading", "done": 2, "total": 5, "loss": None}), flush=True)
with open(sys.argv[1]) as gate:
    gate.read()
from pochade.web.jobs.job_process import main
main()
"""
FAILING_JOB = """
import json
print(json.dumps({"problem": "the disk is full", "hint": "make room, then start it again"}), flush=True)
"""


@contextmanager
def serve_held_jobs(folder: Path, gate: Path) -> Iterator[tuple[str, AppState]]:
    """Serve a folder, and yield the server's address and state. Jobs wait until `open_gate` is called.

    Args:
        folder: The collection.
        gate: Where to make the named pipe at which the jobs wait.
    """
    os.mkfifo(gate)
    with listening_socket(LOOPBACK[0], 0) as listener:
        app = create_app(ServerSettings(folder))
        current: CurrentCollection = app.state.current
        state = current.state_for()
        state.jobs.command = lambda: [sys.executable, "-c", HELD_JOB, str(gate)]
        config = uvicorn.Config(app, log_config=None, ws="none", timeout_graceful_shutdown=1)
        server = StoppableServer(config, current)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield address_of(*listener.getsockname()), state
        finally:
            server.should_exit = True
            thread.join()


def open_gate(gate: Path) -> None:
    """Let the waiting job work."""
    gate.write_text("", encoding="utf-8")
