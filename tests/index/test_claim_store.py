"""Files are claimed by one worker at a time, come back when it dies, and are given up when they end their workers."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pochade.index.claim_store import (
    LOT_SIZES,
    Claim,
    ClusterRun,
    claim_files,
    count_claims,
    current_run,
    expire_leases,
    finish_claims,
    has_open_claims,
    hopeless_claims,
    lock_claims,
    open_run,
    prepare_claims,
    release_claims,
    renew_leases,
)
from pochade.index.database import Index
from pochade.index.server_lock import server_lock
from pochade.system.file_stamp import FileStamp

pytestmark = pytest.mark.slow

LONG, ENDED = 3600.0, -1.0  # seconds of a lease
RUN = ClusterRun("run", "1.0", "model", 10**18, LONG)
STAMP = FileStamp(1, 2, 2**64 - 1, 4)


@pytest.fixture
def index(database: str) -> Iterator[Index]:
    """An empty index with the tables of a cluster."""
    opened = Index(database)
    prepare_claims(opened)
    yield opened
    opened.close()


@contextmanager
def run_with_files(index: Index, count: int, lease_seconds: float = LONG) -> Iterator[ClusterRun]:
    """Begin a run with that many files."""
    run = ClusterRun(RUN.name, RUN.version, RUN.model, RUN.listed_ns, lease_seconds)
    with server_lock(index, "learning"):
        open_run(index, run, [Claim(b"%04d.png" % number, STAMP, number % 2 == 0, None) for number in range(count)])
        yield run


def finish(index: Index, worker: str, claims: list[Claim]) -> set[bytes]:
    """Finish the claims that a worker still holds, and return their paths."""
    with index.writing() as connection:
        held = lock_claims(connection, worker, [claim.path for claim in claims])
        finish_claims(connection, dict.fromkeys(held, "new"))
    return held


def test_no_file_is_claimed_twice_and_all_are_read(index: Index) -> None:
    with run_with_files(index, 700) as run:
        claims = list[Claim]()
        while lot := [*claim_files(index, run, "a/1"), *claim_files(index, run, "b/1")]:
            claims += lot
        assert [claim.path for claim in sorted(claims, key=lambda claim: claim.path)] == [
            b"%04d.png" % number for number in range(700)
        ]
        assert claims[0].stamp.inode == STAMP.inode
        assert finish(index, "a/1", claims) | finish(index, "b/1", claims) == {claim.path for claim in claims}
        assert count_claims(index) == {"new": 700}
        assert not has_open_claims(index)


def test_lots_become_smaller_at_the_end_of_a_run(index: Index) -> None:
    with run_with_files(index, 5_000) as run:
        sizes = list[int]()
        while lot := claim_files(index, run, "a/1"):
            sizes.append(len(lot))
        assert sizes[0] == LOT_SIZES[0]
        assert sizes == sorted(sizes, reverse=True)
        assert sizes[-2] == 8


def test_a_run_ends_with_the_connection_of_its_learner(index: Index) -> None:
    assert current_run(index) is None
    with run_with_files(index, 1) as run:
        assert current_run(index) == run
    assert current_run(index) is None
    with server_lock(index, "learning"):  # another learner, which has not begun a run
        assert current_run(index) is None


def test_files_of_a_worker_that_died_are_claimed_again_in_smaller_lots(index: Index) -> None:
    with run_with_files(index, 300, ENDED) as run:
        first = claim_files(index, run, "a/1")
        expire_leases(index)
        assert finish(index, "a/1", first) == set()  # what it had read is dropped
        while (lot := claim_files(index, run, "b/1")) and lot[0].path != first[0].path:
            pass  # files that no worker has claimed yet come first
        assert len(lot) == LOT_SIZES[1]


def test_a_worker_that_holds_other_files_claims_no_suspect(index: Index) -> None:
    with run_with_files(index, 20) as run:
        claim_files(index, run, "a/1")
        expire_leases(index, ended="a")
        fresh = claim_files(index, run, "b/1", suspects=False)
        assert {claim.attempts for claim in fresh} == {0}
        while claim_files(index, run, "b/1", suspects=False):
            pass
        assert {claim.attempts for claim in claim_files(index, run, "c/1")} == {1}


def test_leases_are_renewed_and_given_back(index: Index) -> None:
    with run_with_files(index, 20, ENDED) as run:
        claims = claim_files(index, run, "a/1")
        renew_leases(index, RUN, "a/1")
        expire_leases(index)
        assert finish(index, "a/1", claims[:1]) == {claims[0].path}
        release_claims(index, "a/1")
        assert claims[1] in claim_files(index, run, "b/1")  # at once, as if nobody had claimed it
        assert count_claims(index) == {"new": 1, "": 19}


def test_files_of_a_worker_that_is_known_to_have_ended_are_free_at_once(index: Index) -> None:
    with run_with_files(index, 20) as run:
        ended, other = claim_files(index, run, "ray-1/first"), claim_files(index, run, "ray-10/first")
        expire_leases(index, ended="ray-1")
        assert finish(index, "ray-1/first", ended) == set()
        assert finish(index, "ray-10/first", other) == {claim.path for claim in other}


def test_only_the_file_that_ends_its_worker_whenever_it_is_alone_becomes_hopeless(index: Index) -> None:
    with run_with_files(index, 40) as run:
        deadly, deaths = b"0007.png", 0
        while claims := claim_files(index, run, "a/1"):
            if deadly in {claim.path for claim in claims}:
                expire_leases(index, ended="a")
                deaths += 1
            else:
                finish(index, "a/1", claims)
        with index.reading() as connection:
            assert [claim.path for claim in hopeless_claims(connection)] == [deadly]
        assert deaths == len(LOT_SIZES)
        assert count_claims(index) == {"new": 39, "": 1}
        assert has_open_claims(index)  # until it is recorded as a problem
