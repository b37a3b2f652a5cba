"""Call functions again and again in a thread, while something else runs."""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Self

logger = logging.getLogger(__name__)


class RepeatedCalls:
    """Calls functions in a thread until its block ends. An error of one is logged, and the next round comes.

    Args:
        seconds: Between two rounds.
        calls: The functions.
    """

    def __init__(self, seconds: float, calls: Sequence[Callable[[], object]]) -> None:
        self.seconds, self.calls = seconds, calls
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._repeat, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _repeat(self) -> None:
        while not self._stopped.wait(self.seconds):
            for call in self.calls:
                try:
                    call()
                except Exception:
                    logger.exception("a repeated call failed")
