"""The stories of `learn --cluster` and of `worker`."""

import time
from collections.abc import Callable
from dataclasses import replace

from pochade.cluster.claim_loop import ClaimLoop, machine_slot
from pochade.cluster.cluster_address import parse_cluster
from pochade.cluster.shared_ingest import Helpers, SharedIngest, check_server
from pochade.errors import CollectionMissing
from pochade.index.claim_store import ClusterRun, current_run, prepare_claims
from pochade.index.library import Library
from pochade.index.picture_records import LearnResult
from pochade.learn.answer_rows import IngestCounts, IngestPlan
from pochade.learn.learn_folder import LearnOptions, learn_folder
from pochade.system.progress import Report

POLL_SECONDS = 1.0  # between two checks for a run


def learn_on_cluster(
    library: Library,
    cluster: str,
    minutes: float | None,
    report: Report,
    options: LearnOptions,
) -> LearnResult:
    """Do what `learn_folder` does, with files read by all workers of a cluster.

    Args:
        library: The collection. Its index is in Postgres.
        cluster: `none`, `local`, `local:N` or `ray://HOST:PORT`.
        minutes: The time for training, which this process does alone.
        report: Called with the progress.
        options: How the folder is compared with the index.

    Raises:
        UsageError: The index is not in Postgres, the database has no pgvector, there is no such cluster, or Ray is not
            installed.
        PochadeError: See `learn_folder`.
    """
    check_server(library)
    notes = list[str]()
    helpers = _helpers(cluster, notes)
    prepare_claims(library.create_index())

    def ingest(library: Library, plan: IngestPlan, report: Report) -> IngestCounts:
        return SharedIngest(library, plan, report).ingest(helpers)

    result = learn_folder(library, minutes, report, options, ingest)
    return replace(result, cluster="; ".join(notes) or None)


def _helpers(cluster: str, notes: list[str]) -> Helpers:
    address = parse_cluster(cluster)
    if not address.needs_ray:
        return SharedIngest.work_here
    from pochade.cluster.ray_workers import RayWorkers  # noqa: PLC0415  only who asks for Ray needs it

    return RayWorkers(address, notes).help


def work_on_cluster(library: Library, on_start: Callable[[], None]) -> int:
    """Wait for a run of `learn --cluster`, help to read its files, and end with it.

    Args:
        library: The collection as this machine sees it.
        on_start: Called when a run has been found.

    Returns:
        How many files this worker has stored.

    Raises:
        UsageError: The index is not in Postgres, or this worker can't help: it has another version, or other models.
        FilesMissing: This machine does not see the run's folder.
        DatabaseAway: The database does not answer.
    """
    check_server(library)
    loop = ClaimLoop(library, _wait_for_run(library), machine_slot())
    loop.check()
    on_start()
    return loop.work()


def _wait_for_run(library: Library) -> ClusterRun:
    while (run := current_run(library.index)) is None:
        if not library.folder.is_dir():
            raise CollectionMissing(f"'{library.folder}' is gone", "mount the folder of the art again")
        time.sleep(POLL_SECONDS)
    return run
