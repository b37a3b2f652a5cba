"""Ask a database again until it answers: a server that restarts delays a worker, and does not end it."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from pochade.errors import DatabaseAway

PATIENCE_SECONDS = 20.0
PAUSE_SECONDS = 1.0
logger = logging.getLogger(__name__)
Result = TypeVar("Result")


def ask_patiently(action: Callable[[], Result]) -> Result:
    """Do something with the database; repeat it for a while if the database does not answer.

    Args:
        action: A whole transaction, which may be repeated although it was committed.

    Raises:
        DatabaseAway: The database still does not answer.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return action()
        except DatabaseAway as error:
            if time.monotonic() >= deadline:
                raise
            logger.warning("%s; trying again", error.sentence, exc_info=error)
            time.sleep(PAUSE_SECONDS)
