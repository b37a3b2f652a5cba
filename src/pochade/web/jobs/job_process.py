"""The process of one job. It reads its task as a line of JSON, and writes progress and the answer as lines of JSON.

    {"stage": "reading", "done": 12, "total": 90, "loss": null}    progress, a few times a second
    {"answer": {…}}   or   {"problem": "…", "hint": "…"}           the last line; with "kind", the name of the error's
                                                                   class, or "trace" if nobody foresaw it

The process ends when its input is closed, so that it never outlives the server.
"""

import json
import logging
import os
import signal
import sys
import threading
import time
import traceback
from typing import Any, TextIO

from pochade.errors import PochadeError
from pochade.images.base.source import first_line
from pochade.system.logs import start_logging
from pochade.system.progress import Progress
from pochade.web.jobs.job_tasks import run_task

logger = logging.getLogger(__name__)
LOG_HINT = "look at 'server.log' beside the index for more"
MIN_REPORT_SECONDS = 0.2  # between two lines about the same stage
CANCELLED_EXIT_CODE = 130


class ProgressWriter:
    """Writes progress and answers as lines of JSON, but progress only a few times a second.

    Args:
        output: Where the lines go.
    """

    def __init__(self, output: TextIO) -> None:
        self.output, self.stage, self.last_report = output, "", 0.0

    def report(self, progress: Progress) -> None:
        """Write the progress; skip it if the same stage was reported a moment ago and is not complete."""
        now = time.monotonic()
        is_recent = progress.stage == self.stage and now - self.last_report < MIN_REPORT_SECONDS
        if is_recent and progress.done < progress.total:
            return
        self.stage, self.last_report = progress.stage, now
        self.write_line(vars(progress))

    def write_line(self, line: dict[str, Any]) -> None:
        """Write one line."""
        self.output.write(json.dumps(line) + "\n")
        self.output.flush()


def main() -> None:
    """Run the task that arrives on standard input."""
    start_logging()
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not get between the lines
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a cancelled job cleans up as after Ctrl-C
    writer, task = ProgressWriter(output), json.loads(sys.stdin.readline())
    threading.Thread(target=_exit_when_input_closes, daemon=True).start()
    try:
        writer.write_line({"answer": run_task(task, writer.report)})
    except PochadeError as error:
        logger.info("the job failed: %s", error.sentence, exc_info=error)
        writer.write_line({"problem": error.sentence, "hint": error.hint, "kind": type(error).__name__})
    except KeyboardInterrupt:
        os._exit(CANCELLED_EXIT_CODE)
    except Exception as error:  # an unexpected error becomes a sentence; its traceback is for the server's log
        trace = "".join(traceback.format_exception(error))
        writer.write_line({"problem": f"the job failed: {first_line(error)}", "hint": LOG_HINT, "trace": trace})


def _exit_when_input_closes() -> None:
    """End this process as soon as the server closes its input."""
    while sys.stdin.readline():
        pass
    os._exit(CANCELLED_EXIT_CODE)


if __name__ == "__main__":
    main()
