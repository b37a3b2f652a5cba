"""Waits for an answer of a disk, but not for ever: a network disk that is away may never answer."""

import threading
from collections.abc import Callable
from typing import TypeVar

from pochade.errors import NotAllowed

Answer = TypeVar("Answer")
PATIENCE_SECONDS = 4.0
MAX_QUESTIONS = 8  # without an answer; each keeps a thread until the disk is back
SLOW_HINT = "it may be on a disk that is away: connect it, or choose another folder"
free_threads = threading.BoundedSemaphore(MAX_QUESTIONS)


def answer_in_time(*questions: Callable[[], Answer], seconds: float = PATIENCE_SECONDS) -> Answer:
    """Return what the first of some functions returns in time, or raise what it raises.

    Args:
        questions: Each asks a disk something, the last one the least. One that takes too long goes on in its thread.
        seconds: How long to wait for each.

    Raises:
        NotAllowed: There is no answer in time, or too many questions have none.
    """
    for question in questions:
        if answers := _ask(question, seconds):
            return answers[0]
    raise NotAllowed("the folder does not answer", SLOW_HINT)


def _ask(question: Callable[[], Answer], seconds: float) -> list[Answer]:
    """Ask in a thread; return the answer, or nothing if it does not come in time."""
    answers, problems, threads = list[Answer](), list[BaseException](), free_threads
    if not threads.acquire(blocking=False):
        raise NotAllowed("too many folders don't answer", SLOW_HINT)

    def run() -> None:
        try:
            answers.append(question())
        except BaseException as problem:
            problems.append(problem)
        finally:
            threads.release()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if problems:
        raise problems[0]
    return answers
