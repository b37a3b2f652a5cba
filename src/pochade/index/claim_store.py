"""The run of a cluster and its claims, in Postgres: which file waits to be read, who reads it, and what came of it.

`runs`     one row                 the run that is going on: its name, versions, and the server's process of its learner
`claims`   one row per file        what the run has to read

    waiting ──claim──► leased ──finish──► done
       ▲                  │
       └── lease ran out ─┘            after the last try: hopeless, then done, as a problem

A worker claims some files, reads them outside of any transaction, and finishes them in the transaction that stores the
results. Only the clock of the database counts. A run is over when its learner no longer holds the lock of
`server_lock.py`, so nothing has to be cleaned up after a learner that was killed.

A worker that dies takes down all files that it had claimed, and only one of them can be guilty. They are therefore
claimed again in smaller lots, and at last alone, by workers that hold nothing else: a file that ends its worker twice
when it is alone becomes a problem.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sql

from pochade.index.database import Index
from pochade.index.query_chunks import query_chunks
from pochade.index.schema import PICTURES
from pochade.index.server_lock import learner_of, lock_rows
from pochade.index.vector_rows import CLUSTER_TABLES, prepare_vector_rows
from pochade.system.file_stamp import FileStamp

WAITING, LEASED, HOPELESS, DONE = "waiting", "leased", "hopeless", "done"
LOT_SIZES = (256, 8, 1, 1)  # files claimed together, by how many leases of theirs ran out; then they are problems
SMALLEST_LOT, LOTS_LEFT = 8, 16  # at the end of a run, lots get smaller, so that no worker waits for another
MAX_COUNTED = LOT_SIZES[0] * LOTS_LEFT
CLAIMS_PER_INSERT = 5_000
RUNS = sql.Table(
    "runs",
    CLUSTER_TABLES,
    sql.Column("name", sql.String(64), primary_key=True),
    sql.Column("learner", sql.Integer, nullable=False),  # the server's process for the connection that holds the lock
    sql.Column("version", sql.String(64), nullable=False),  # of Pochade
    sql.Column("net", sql.String(64), nullable=False),  # the name of the model in use
    sql.Column("listed", sql.BigInteger, nullable=False),  # when the folder was listed, nanoseconds since 1970
    sql.Column("lease_seconds", sql.Float, nullable=False),
)
CLAIMS = sql.Table(
    "claims",
    CLUSTER_TABLES,
    sql.Column("path", sql.LargeBinary(4096), primary_key=True),  # below the folder
    sql.Column("size", sql.BigInteger, nullable=False),
    sql.Column("mtime", sql.BigInteger, nullable=False),
    sql.Column("inode", sql.String(20), nullable=False),
    sql.Column("ctime", sql.BigInteger, nullable=True),
    sql.Column("doubtful", sql.Boolean, nullable=False),  # whether the file may be unchanged
    sql.Column("expected", sql.String(64), nullable=True),  # the content that the index knows of a doubtful file
    sql.Column("state", sql.String(8), nullable=False),
    sql.Column("attempts", sql.Integer, nullable=False),  # leases that ran out
    sql.Column("lease_until", sql.DateTime(timezone=True), nullable=True),
    sql.Column("worker", sql.String(128), nullable=True),
    sql.Column("reason", sql.String(16), nullable=True),  # what came of it: one of `IngestCounts`, or a problem
    sql.Index("ix_claims_state", "state", "attempts", "path"),
)
SIZES_INDEX = f"CREATE INDEX IF NOT EXISTS ix_pieces_bytes ON {PICTURES.name} (bytes)"  # for `contents_by_size`


@dataclass(frozen=True)
class ClusterRun:
    """A run of `learn` that several workers share."""

    name: str
    version: str  # of Pochade
    model: str  # the name of the model in use
    listed_ns: int  # when the folder was listed, nanoseconds since 1970
    lease_seconds: float


@dataclass(frozen=True)
class Claim:
    """A file that a run has to read."""

    path: bytes  # below the folder
    stamp: FileStamp
    doubtful: bool  # whether the file may be unchanged
    expected: str | None  # the content that the index knows of a doubtful file
    attempts: int = 0  # leases that ran out while a worker had claimed it


def prepare_claims(index: Index) -> None:
    """Create the tables of a cluster where they are missing.

    Raises:
        UsageError: The database has no pgvector, one that is too old, or its user may not add it.
    """
    with index.writing() as connection:
        lock_rows(connection)  # another machine may do the same
        prepare_vector_rows(connection)
        CLUSTER_TABLES.create_all(connection)
        connection.execute(sql.text(SIZES_INDEX))


def open_run(index: Index, run: ClusterRun, claims: Sequence[Claim]) -> None:
    """Begin a run whose claims replace those of an earlier one. The caller holds the lock of the learner."""
    row = {
        "name": run.name, "version": run.version, "net": run.model, "listed": run.listed_ns,
        "lease_seconds": run.lease_seconds,
    }  # fmt: skip
    with index.writing() as connection:
        connection.execute(sql.delete(RUNS))
        connection.execute(sql.delete(CLAIMS))
        for start in range(0, len(claims), CLAIMS_PER_INSERT):
            rows = [_claim_columns(claim) for claim in claims[start : start + CLAIMS_PER_INSERT]]
            connection.execute(sql.insert(CLAIMS), rows)
        connection.execute(sql.insert(RUNS), row | {"learner": learner_of(connection) or 0})


def _claim_columns(claim: Claim) -> dict[str, Any]:
    stamp = claim.stamp
    return {
        "path": claim.path, "size": stamp.size, "mtime": stamp.mtime, "inode": str(stamp.inode), "ctime": stamp.ctime,
        "doubtful": claim.doubtful, "expected": claim.expected, "state": WAITING, "attempts": 0,
    }  # fmt: skip


def close_run(index: Index) -> None:
    """End the run and forget its claims."""
    with index.writing() as connection:
        connection.execute(sql.delete(RUNS))
        connection.execute(sql.delete(CLAIMS))


def current_run(index: Index) -> ClusterRun | None:
    """The run that is going on; None if there is none."""
    with index.reading() as connection:
        return run_in(connection)


def run_in(connection: sql.Connection) -> ClusterRun | None:
    """The run that is going on, within a transaction; None if there is none, or its learner ended."""
    if not sql.inspect(connection).has_table(RUNS.name):
        return None
    row = connection.execute(sql.select(RUNS).where(RUNS.c.learner == (learner_of(connection) or -1))).first()
    return ClusterRun(row.name, row.version, row.net, row.listed, row.lease_seconds) if row else None


def claim_files(index: Index, run: ClusterRun, worker: str, *, suspects: bool = True) -> list[Claim]:
    """Claim some of the waiting files for a worker.

    Args:
        index: The database.
        run: The run.
        worker: The name of the worker.
        suspects: Also claim files whose worker ended before. They must then be the only ones that the worker holds.

    Returns:
        Files with equally many attempts, sorted by path; an empty list if no such file waits.
    """
    with index.writing() as connection:
        attempts = connection.scalar(sql.select(sql.func.min(CLAIMS.c.attempts)).where(CLAIMS.c.state == WAITING))
        if attempts is None or (attempts and not suspects):
            return []
        is_waiting = (CLAIMS.c.state == WAITING) & (CLAIMS.c.attempts == attempts)
        query = sql.select(CLAIMS.c.path).where(is_waiting).order_by(CLAIMS.c.path)
        lot = query.limit(_lot_size(connection, attempts)).with_for_update(skip_locked=True).cte("lot")
        lease = {"state": LEASED, "worker": worker, "lease_until": _lease_end(run)}
        update = sql.update(CLAIMS).where(CLAIMS.c.path == lot.c.path).values(lease).returning(CLAIMS)
        return sorted((_claim(row) for row in connection.execute(update)), key=lambda claim: claim.path)


def _lot_size(connection: sql.Connection, attempts: int) -> int:
    waiting = sql.select(CLAIMS.c.path).where(CLAIMS.c.state == WAITING).limit(MAX_COUNTED).subquery()
    count = connection.scalar(sql.select(sql.func.count()).select_from(waiting)) or 0
    return min(LOT_SIZES[attempts], max(SMALLEST_LOT, count // LOTS_LEFT))


def _lease_end(run: ClusterRun) -> sql.ColumnElement[Any]:
    return sql.func.clock_timestamp() + sql.func.make_interval(0, 0, 0, 0, 0, 0, run.lease_seconds)


def _claim(row: Any) -> Claim:
    stamp = FileStamp(row.size, row.mtime, int(row.inode), row.ctime)
    return Claim(row.path, stamp, row.doubtful, row.expected, row.attempts)


def renew_leases(index: Index, run: ClusterRun, worker: str) -> None:
    """Let a worker keep the files that it has claimed for another while."""
    with index.writing() as connection:
        is_mine = (CLAIMS.c.state == LEASED) & (CLAIMS.c.worker == worker)
        connection.execute(sql.update(CLAIMS).where(is_mine).values(lease_until=_lease_end(run)))


def release_claims(index: Index, worker: str) -> None:
    """Give the files of a worker back that stops by itself."""
    with index.writing() as connection:
        is_mine = (CLAIMS.c.state == LEASED) & (CLAIMS.c.worker == worker)
        connection.execute(sql.update(CLAIMS).where(is_mine).values(state=WAITING, worker=None))


def expire_leases(index: Index, ended: str | None = None) -> None:
    """Give the files back whose leases ran out, or whose worker is known to have ended.

    Args:
        index: The database.
        ended: What the names of ended workers begin with, up to a slash; None for all leases that ran out.
    """
    is_over = CLAIMS.c.lease_until < sql.func.clock_timestamp()
    if ended is not None:
        is_over = CLAIMS.c.worker.startswith(f"{ended}/", autoescape=True)
    values = {"state": WAITING, "worker": None, "attempts": CLAIMS.c.attempts + 1}
    with index.writing() as connection:
        connection.execute(sql.update(CLAIMS).where(CLAIMS.c.state == LEASED, is_over).values(values))
        is_hopeless = (CLAIMS.c.state == WAITING) & (CLAIMS.c.attempts >= len(LOT_SIZES))
        connection.execute(sql.update(CLAIMS).where(is_hopeless).values(state=HOPELESS))


def hopeless_claims(connection: sql.Connection) -> list[Claim]:
    """The files that have ended their workers too often, and are not recorded as problems yet."""
    return [_claim(row) for row in connection.execute(sql.select(CLAIMS).where(CLAIMS.c.state == HOPELESS))]


def lock_claims(connection: sql.Connection, worker: str, paths: Sequence[bytes]) -> set[bytes]:
    """Lock those of some files that a worker still holds, until the end of the transaction, and return their paths."""
    held = set[bytes]()
    for chunk in query_chunks(paths):
        is_mine = (CLAIMS.c.state == LEASED) & (CLAIMS.c.worker == worker) & CLAIMS.c.path.in_(chunk)
        held |= set(connection.scalars(sql.select(CLAIMS.c.path).where(is_mine).with_for_update()))
    return held


def finish_claims(connection: sql.Connection, reasons: Mapping[bytes, str]) -> None:
    """Record what came of files, by path, in the transaction that stores the results."""
    update = sql.update(CLAIMS).where(CLAIMS.c.path == sql.bindparam("known_path"))
    rows = [{"known_path": path, "outcome": reason} for path, reason in reasons.items()]
    if rows:
        connection.execute(update.values(state=DONE, reason=sql.bindparam("outcome"), lease_until=None), rows)


def count_claims(index: Index) -> dict[str, int]:
    """How many files of the run are done, by what came of them; those that are not done have an empty reason."""
    reason = sql.case((CLAIMS.c.state == DONE, CLAIMS.c.reason), else_="")
    with index.reading() as connection:
        query = sql.select(reason.label("reason"), sql.func.count().label("files")).group_by(reason)
        return {row.reason: row.files for row in connection.execute(query)}


def has_open_claims(index: Index) -> bool:
    """Whether a file of the run is not done."""
    with index.reading() as connection:
        is_open = CLAIMS.c.state.in_((WAITING, LEASED, HOPELESS))
        return bool(connection.scalar(sql.select(sql.exists().where(is_open))))
