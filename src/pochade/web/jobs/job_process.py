"""The process of one job: its task comes as a line of JSON, what it says goes out as lines of JSON.

    {"stage": "reading", "done": 12, "total": 90, "loss": null}    how far it is, a few times a second
    {"answer": {…}}   or   {"problem": "…", "hint": "…"}           the last line

It ends by itself when its input does, so that it never outlives the server.
"""

import json
import os
import signal
import sys
import threading
import time
from typing import Any, TextIO

from pochade.errors import PochadeError
from pochade.images.base.source import first_line
from pochade.system.progress import Progress
from pochade.web.jobs.job_tasks import done

OFTEN = 0.2  # seconds between two lines about the same stage
GIVEN_UP = 130  # exit code


class ProgressWriter:
    """Says how far a job is, not too often.

    Args:
        out: Where its lines go.
    """

    def __init__(self, out: TextIO) -> None:
        self.out, self.stage, self.last = out, "", 0.0

    def tell(self, progress: Progress) -> None:
        """A stage has come this far."""
        now = time.monotonic()
        if progress.stage == self.stage and progress.done < progress.total and now - self.last < OFTEN:
            return
        self.stage, self.last = progress.stage, now
        self.say(vars(progress))

    def say(self, line: dict[str, Any]) -> None:
        """One line."""
        self.out.write(json.dumps(line) + "\n")
        self.out.flush()


def main() -> None:
    """Do the one task."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not get between the lines
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # cancelled, a job ends as with Ctrl-C, and tidies up
    teller, task = ProgressWriter(out), json.loads(sys.stdin.readline())
    threading.Thread(target=end_with_input, daemon=True).start()
    try:
        teller.say({"answer": done(task, teller.tell)})
    except PochadeError as error:
        teller.say({"problem": error.sentence, "hint": error.hint})
    except KeyboardInterrupt:
        os._exit(GIVEN_UP)
    except Exception as error:  # a fault of ours or of a library's: told, not shown as a traceback
        teller.say({"problem": f"the job failed: {first_line(error)}", "hint": ""})


def end_with_input() -> None:
    """Wait until the server is gone."""
    while sys.stdin.readline():
        pass
    os._exit(GIVEN_UP)


if __name__ == "__main__":
    main()
