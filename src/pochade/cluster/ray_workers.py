"""Let Ray start the workers of a run, one per core, on this machine or on a cluster.

Ray only starts processes, and starts them again when they end. What is to be read, and what came of it, is in the
database, so nothing is lost when a worker, a machine or Ray itself ends. No pixel goes through Ray.

Ray's interface for jobs runs anybody's commands. A cluster of Ray that this module starts therefore listens on loopback
only, asks for a token, has no dashboard, and reports nothing to its makers.
"""

import logging
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pochade.cluster.claim_loop import ClaimLoop
from pochade.cluster.cluster_address import ClusterAddress
from pochade.cluster.shared_ingest import SharedIngest
from pochade.errors import PochadeError, UsageError, install_hint
from pochade.index.claim_store import ClusterRun, expire_leases, has_open_claims
from pochade.index.library import Library

OBJECT_STORE_BYTES = 80_000_000  # nearly the least that Ray accepts: no data go through it
WAIT_SECONDS = 1.0
SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing leaves the machine
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # the default of later versions, which this one announces on stderr
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",  # prints nothing to stdout, which has the result of the command
}
LOCAL_SETTINGS = {
    "RAY_AUTH_MODE": "token",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # despite its name, on Linux too: everything listens on loopback only
}
logger = logging.getLogger(__name__)


def import_ray(address: ClusterAddress) -> Any:
    """Import Ray, which reads its settings at that moment.

    Args:
        address: The cluster. The token for one that others started is in their settings.

    Raises:
        UsageError: It is not installed.
    """
    os.environ |= SETTINGS
    if address.url is None:
        os.environ |= LOCAL_SETTINGS | {"RAY_AUTH_TOKEN": secrets.token_hex(32)}
    try:
        import ray  # noqa: PLC0415  only who asks for Ray needs it
    except ImportError as error:
        raise UsageError("a cluster of workers needs Ray", f"install it: {install_hint('cluster')}") from error
    return ray


class RayWorker:
    """One worker, in a process that Ray starts. It gets the places of a collection, never its pictures.

    Args:
        folder: The folder of the art.
        home: The folder that holds the files of the index.
        url: The database.
        slot: The name of the worker's place; if Ray starts the worker again, it has the same one.
    """

    def __init__(self, folder: str, home: str, url: str, slot: str) -> None:
        self.library, self.slot = Library(Path(folder), Path(home), url), slot

    def work(self, run: ClusterRun) -> int:
        """Read files until the run is over; return how many files this worker has stored."""
        expire_leases(self.library.index, ended=self.slot)  # an earlier process in this place ended while it read
        loop = ClaimLoop(self.library, run, self.slot, readers=1)
        loop.check()
        return loop.work()


class RayWorkers:
    """The workers of a run on a cluster of Ray.

    Args:
        address: The cluster.
        notes: Gets a sentence if Ray did not do its work.

    Raises:
        UsageError: Ray is not installed.
    """

    def __init__(self, address: ClusterAddress, notes: list[str]) -> None:
        self.address, self.notes, self.ray = address, notes, import_ray(address)

    def help(self, ingest: SharedIngest) -> None:
        """Work on a run until it is done, or all workers have ended, or Ray has."""
        try:
            with connect(self.ray, self.address):
                self._supervise(ingest)
        except PochadeError:
            raise
        except Exception as error:  # Ray has many, also for one and the same lost connection
            logger.exception("Ray ended")
            self.notes.append(f"Ray ended, and this machine read the other files alone: {_first_line(error)}")

    def _supervise(self, ingest: SharedIngest) -> None:
        """Start the workers, and watch them until every file is done."""
        working = start_workers(self.ray, ingest)
        logger.info("%s workers were started by Ray", len(working))
        while working and has_open_claims(ingest.library.index):
            ended, working = self.ray.wait(working, timeout=WAIT_SECONDS)
            for result in ended:
                self._note_failure(result)
            ingest.reclaim()
            ingest.show_progress()

    def _note_failure(self, result: Any) -> None:
        """Keep in mind why a worker ended, if it failed."""
        try:
            self.ray.get(result)
        except Exception as error:
            logger.exception("a worker ended")
            cause = error if isinstance(error, PochadeError) else getattr(error, "cause", error)
            sentence = cause.sentence if isinstance(cause, PochadeError) else _first_line(error)
            if (note := f"a worker ended: {sentence}") not in self.notes:
                self.notes.append(note)


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


@contextmanager
def connect(ray: Any, address: ClusterAddress) -> Iterator[None]:
    """Connect to a cluster, or start one on this machine for as long as the block runs."""
    folder = tempfile.mkdtemp(prefix="pochade-ray-")
    try:
        if address.url is not None:
            ray.init(address.url, logging_level=logging.ERROR)
        else:
            start_local(ray, address.workers or 1, folder)
        yield
    finally:
        with suppress(Exception):  # it may be gone
            ray.shutdown()
        shutil.rmtree(folder, ignore_errors=True)


def start_local(ray: Any, workers: int, folder: str) -> None:
    """Start a cluster on this machine that only this process can use."""
    ray.init(
        "local",
        num_cpus=workers,
        num_gpus=0,
        include_dashboard=False,
        object_store_memory=OBJECT_STORE_BYTES,
        log_to_driver=False,
        logging_level=logging.ERROR,
        _temp_dir=folder,
    )


def start_workers(ray: Any, ingest: SharedIngest) -> Sequence[Any]:
    """Start one worker per core, and return what each will have stored.

    A worker that ends is started again without a limit: each time, it costs the files that it had claimed one of their
    attempts, so that no file can do this for ever.
    """
    library, run = ingest.library, ingest.run
    actor = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=-1)(RayWorker)
    count = max(1, int(ray.cluster_resources().get("CPU", 1)))
    places = (str(library.folder), str(library.home), str(library.place))
    workers = [actor.remote(*places, f"ray-{run.name[:8]}-{number}") for number in range(count)]
    return [worker.work.remote(run) for worker in workers]
