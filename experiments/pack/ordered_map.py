"""Calls a function for many items on all cores, and says how far it is."""

import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
SECONDS_BETWEEN_REPORTS = 15.0
ITEMS_PER_MESSAGE = 16  # to a worker process


def map_in_order(
    function: Callable[[Item], Result], items: Sequence[Item], label: str, processes: int | None = None
) -> list[Result]:
    """Call a function for each item in worker processes and print the progress.

    Args:
        function: What to call; it must be picklable.
        items: Its arguments.
        label: What is being done, for people.
        processes: The number of worker processes; one for each core when None.

    Returns:
        The results in the order of the items, whatever the number of processes is.
    """
    begin = reported = time.monotonic()
    results = list[Result]()
    with ProcessPoolExecutor(processes) as pool:
        for result in pool.map(function, items, chunksize=ITEMS_PER_MESSAGE):
            results.append(result)
            if time.monotonic() - reported > SECONDS_BETWEEN_REPORTS:
                reported = time.monotonic()
                print(f"{label}: {len(results)} of {len(items)}", file=sys.stderr, flush=True)
    print(f"{label}: {len(items)} in {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
    return results
