"""What every worker of a cluster does: claim files, read them with worker processes, store the results, repeat."""

import os
import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial

from pochade._version import __version__
from pochade.cluster.claim_writer import ClaimWriter
from pochade.cluster.patient_database import ask_patiently
from pochade.cluster.repeated_calls import RepeatedCalls
from pochade.cluster.run_file import check_run_file
from pochade.errors import IndexDamaged, PochadeError, UsageError
from pochade.index.claim_store import (
    Claim,
    ClusterRun,
    claim_files,
    current_run,
    has_open_claims,
    release_claims,
    renew_leases,
)
from pochade.index.library import Library
from pochade.learn.answer_rows import AnswerRows, IngestPlan, ingest_tasks
from pochade.learn.ingest_file import IngestTask
from pochade.system.folder_walk import FolderListing
from pochade.system.worker_pool import WorkerPool

POLL_SECONDS = 0.5  # between two checks for files to claim, while others read the last ones
PAUSE_SECONDS = 0.02  # between two checks whether everything is stored
RENEWALS_PER_LEASE = 4
NETWORK_DISK_SECONDS = 60.0  # how late a network disk may show a new file
Call = Callable[[], object]


class ClaimLoop:
    """One worker's share in a run.

    Args:
        library: The collection as this machine sees it.
        run: The run.
        slot: The name of the worker's place in the cluster; the name of the worker begins with it.
        readers: How many worker processes read files; by default one per core, at most 8.
    """

    def __init__(self, library: Library, run: ClusterRun, slot: str, readers: int | None = None) -> None:
        self.library, self.run, self.readers = library, run, readers
        self.worker = f"{slot}/{secrets.token_hex(4)}"
        self.root = os.fsencode(library.folder)
        self.writer = ClaimWriter(library, run, self.worker)
        self.pool = WorkerPool(readers, preload=(IngestTask.__module__,))

    def check(self) -> None:
        """Make sure that this worker sees the run's folder, and computes what the run's other workers compute.

        Raises:
            FilesMissing: This machine sees another folder, or none.
            UsageError: This worker has another version of Pochade, or other models.
        """
        check_run_file(self.library, self.run.name, NETWORK_DISK_SECONDS)
        if self.run.version != __version__:
            raise UsageError(
                f"this worker is Pochade {__version__}, and the run is of Pochade {self.run.version}",
                "install the same version on every machine",
            )
        if self._model_name() != self.run.model:
            raise UsageError(
                f"this worker does not have the models of the run, {self.run.model}",
                "install the same version of Pochade on every machine, and give the same --index everywhere",
            )

    def _model_name(self) -> str | None:
        try:
            return self.library.models.embedder.name
        except IndexDamaged:  # their files are neither in the package nor beside the index
            return None

    def work(self, after_answer: Call = lambda: None, chores: Sequence[Call] = ()) -> int:
        """Read files until every file of the run is done, or the run is over.

        Args:
            after_answer: Called after each file that was read.
            chores: Called from time to time in another thread.

        Returns:
            How many files this worker has stored.

        Raises:
            FilesMissing: This machine no longer sees the folder.
            DatabaseAway: The database does not answer.
        """
        renew = partial(renew_leases, self.library.index, self.run, self.worker)
        try:
            with RepeatedCalls(self.run.lease_seconds / RENEWALS_PER_LEASE, (renew, *chores)), self.pool:
                for answer in self.pool.run(self._tasks()):
                    if not self.writer.add(answer):
                        break
                    after_answer()
        except BaseException:
            with suppress(PochadeError):  # if the database is away, the leases run out
                release_claims(self.library.index, self.worker)
            raise
        return self.writer.stored

    def _tasks(self) -> Iterator[IngestTask]:
        """Claim one lot of files after another; end when every file of the run is done, or the run is over."""
        index = self.library.index
        while not self.pool.stopped.is_set() and ask_patiently(lambda: current_run(index)) == self.run:
            claims = self._claim()
            if claims:
                plan = self._plan(claims)
                self.writer.expect(AnswerRows(plan, self.writer.root_length))
                sizes = {claim.stamp.size for claim in claims}
                yield from ingest_tasks(self.library, self.root, plan, index.contents_by_size(sizes))
                if claims[0].attempts:
                    self._wait_until_stored()
            elif self.writer.rows:
                self._wait_until_stored()
            elif not ask_patiently(lambda: has_open_claims(index)):
                return
            else:
                self.pool.stopped.wait(POLL_SECONDS)

    def _claim(self) -> list[Claim]:
        """Claim files; those whose worker ended before, only if nothing else can be blamed if this one ends, too."""
        suspects = not self.writer.rows
        return ask_patiently(lambda: claim_files(self.library.index, self.run, self.worker, suspects=suspects))

    def _wait_until_stored(self) -> None:
        """Wait until the other thread has stored everything that this worker has claimed."""
        while self.writer.rows and not self.pool.stopped.wait(PAUSE_SECONDS):
            pass

    def _plan(self, claims: Sequence[Claim]) -> IngestPlan:
        paths = [claim.path for claim in claims]
        return IngestPlan(
            listing=FolderListing({claim.path: claim.stamp for claim in claims}, {}),
            listed_ns=self.run.listed_ns,
            paths=paths,
            doubtful=frozenset(claim.path for claim in claims if claim.doubtful),
            expected_contents={claim.path: claim.expected for claim in claims if claim.expected},
            earlier_rows=self.library.index.files_at(paths),
        )


def machine_slot() -> str:
    """The name of this process among the workers of a cluster."""
    return f"{socket.gethostname()[:64]}-{os.getpid()}"
