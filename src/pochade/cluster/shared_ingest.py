"""The learner's part of a run: write down what is to be read, let workers read it, and take the results over.

    listing ──►── claims ──►──┤workers, on one machine or many├──►── rows of pictures, files, vectors ──►── vector files

The learner holds the lock of the collection from the listing to the end.
"""

import os
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

from pochade._version import __version__
from pochade.cluster.claim_loop import ClaimLoop, machine_slot
from pochade.cluster.claim_writer import AGAIN, NEW, PROBLEM, UNCHANGED
from pochade.cluster.run_file import write_run_file
from pochade.errors import UsageError
from pochade.index.claim_store import (
    Claim,
    ClusterRun,
    close_run,
    count_claims,
    expire_leases,
    finish_claims,
    has_open_claims,
    hopeless_claims,
    open_run,
)
from pochade.index.descriptor_store import open_descriptors
from pochade.index.library import Library
from pochade.index.picture_rows import FileRow, insert_pictures
from pochade.index.server_lock import lock_rows
from pochade.index.vector_snapshot import VectorFiles, extend_files, publish_vectors, trim_files
from pochade.learn.answer_rows import IngestCounts, IngestPlan
from pochade.system.folder_walk import settle_stamp
from pochade.system.path_text import printable
from pochade.system.progress import Progress, Report

LEASE_SECONDS = 60.0  # without a sign of life, after which a worker's files are given to others
COUNT_SHARE = 20  # counting files takes at most this part of the time
Helpers = Callable[["SharedIngest"], None]  # work on a run until it is done, or they can't go on


class SharedIngest:
    """A run of `learn` that several workers share, as its learner sees it.

    Args:
        library: The collection.
        plan: The files to read, and what the index knows about them.
        report: Called with the progress.
        lease_seconds: Without a sign of life, after which a worker's files are given to others.
    """

    def __init__(
        self, library: Library, plan: IngestPlan, report: Report, lease_seconds: float = LEASE_SECONDS
    ) -> None:
        self.library, self.plan, self.report = library, plan, report
        name, model = uuid.uuid4().hex, library.models.embedder.name
        self.run = ClusterRun(name, __version__, model, plan.listed_ns, lease_seconds)
        self.files = VectorFiles(*library.models.vector_files(model), open_descriptors(library.models))
        self._next_count = 0.0

    def ingest(self, helpers: Helpers) -> IngestCounts:
        """Let helpers read the files of the plan, finish alone what they leave, and return what came of all files.

        Raises:
            UsageError: The database was away, and with it the lock of this run.
        """
        index = self.library.index
        trim_files(self.files, index.row_count())
        publish_vectors(index, self.run.model, self.files, self.report)
        write_run_file(self.library.home, self.run.name)
        open_run(index, self.run, self._claims())
        helpers(self)
        if has_open_claims(index):
            self.work_here()
        counts = count_claims(index)
        self._report_counts(counts)
        if counts.get(""):
            raise UsageError(
                f"the database was away, and {counts['']:,} files are still to be read",
                "give the same command again; what was read is kept",
            )
        extend_files(index, self.run.model, self.files, index.row_count())
        close_run(index)
        return IngestCounts(counts.get(NEW, 0), counts.get(AGAIN, 0), counts.get(UNCHANGED, 0))

    def work_here(self) -> None:
        """Work on the run in this process, as every worker does."""
        ClaimLoop(self.library, self.run, machine_slot()).work(self.show_progress, [self.reclaim])

    def reclaim(self) -> None:
        """Give files of dead workers to others, and record those that ended their workers too often as problems."""
        index = self.library.index
        expire_leases(index)
        with index.writing() as connection:
            if not (claims := hopeless_claims(connection)):
                return
            lock_rows(connection)
            rows = [self._problem_row(claim) for claim in claims]
            insert_pictures(connection, [], rows, [None] * len(rows), {})
            finish_claims(connection, {claim.path: PROBLEM for claim in claims})

    def _problem_row(self, claim: Claim) -> FileRow:
        name = printable(Path(os.fsdecode(claim.path)).name)
        problem = f"'{name}' ended the worker that read it, twice when it was read alone"
        return FileRow(claim.path, settle_stamp(claim.stamp, self.run.listed_ns), None, problem)

    def show_progress(self) -> None:
        """Report how many files are done, unless that was counted a moment ago."""
        began = time.monotonic()
        if began < self._next_count:
            return
        counts = count_claims(self.library.index)
        ended = time.monotonic()
        self._next_count = ended + max(1.0, COUNT_SHARE * (ended - began))
        self._report_counts(counts)

    def _report_counts(self, counts: Mapping[str, int]) -> None:
        total = sum(counts.values())
        self.report(Progress("reading", total - counts.get("", 0), total))

    def _claims(self) -> list[Claim]:
        stamps, expected = self.plan.listing.files, self.plan.expected_contents
        return [Claim(path, stamps[path], path in self.plan.doubtful, expected.get(path)) for path in self.plan.paths]


def check_server(library: Library) -> None:
    """Make sure that the index of a collection is where many machines can write.

    Raises:
        UsageError: It is not in Postgres.
    """
    if not isinstance(library.place, str) or library.create_index().engine.dialect.name != "postgresql":
        raise UsageError(
            "a cluster needs an index in Postgres",
            "give it before the verb: pochade --index postgresql+psycopg://user@host/name learn FOLDER --cluster …",
        )
