"""A server whose pictures are never finished: `python -m tests.support.stuck_server FOLDER` prints its address."""

import sys
import threading
import time
from pathlib import Path

from pochade.errors import PochadeError
from pochade.web.app_state import AppState
from pochade.web.server import serve
from pochade.web.server_settings import ServerSettings

ENDLESS_SECONDS = 3600.0
SMALL_SIDE = 1024  # larger pictures are stuck in a thread, which nothing can end


class EndlessTask:
    """A task that a worker never finishes."""

    name = "endless"

    def run(self) -> None:
        """Wait for ever."""
        time.sleep(ENDLESS_SECONDS)

    def failure(self, problem: str, *, retry: bool) -> PochadeError:
        """Return the error for its request."""
        return PochadeError(f"{problem}, {retry}")


def never_rendered(self: AppState, key: str, side: int) -> Path:
    """Stand for `AppState.rendered_picture`, and never return."""
    say("drawing")
    if side <= SMALL_SIDE:
        self.render_pool.submit(EndlessTask())
    else:
        threading.Event().wait()
    return Path(key)


def say(line: str) -> None:
    """Tell the test a line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    AppState.rendered_picture = never_rendered  # type: ignore[method-assign]
    settings = ServerSettings(Path(sys.argv[1]), port=0)
    serve(settings, say)
