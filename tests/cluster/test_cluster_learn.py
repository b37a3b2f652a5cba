"""Several processes learn one collection exactly as one machine does, whatever happens to them on the way."""

import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pochade import Collection, fingerprint
from pochade.cluster.claim_loop import ClaimLoop
from pochade.cluster.shared_ingest import SharedIngest
from pochade.errors import DatabaseAway, FilesMissing, UsageError
from pochade.index.claim_store import claim_files, count_claims, expire_leases, prepare_claims
from pochade.index.library import Library
from pochade.index.picture_records import LearnResult, Match
from pochade.learn.answer_rows import IngestCounts, IngestPlan
from pochade.learn.learn_folder import LearnOptions, learn_folder
from pochade.system import folder_walk
from pochade.system.progress import Progress, Report, ignore_progress
from tests.support.cluster_workers import wait_until_worker_reads, worker_process
from tests.support.drawings import drawing, folder_of_art
from tests.support.index_contents import index_contents
from tests.support.postgres_server import running_server

pytestmark = pytest.mark.slow

COUNT = 40
SHORT_LEASE = 2.0  # seconds
Act = Callable[[SharedIngest], None]


def mixed_art(folder: Path) -> Path:
    """A folder of drawings, copies, a cut file and an empty one."""
    art = folder_of_art(folder / "art", COUNT)
    for number in range(5):
        shutil.copy(art / "drawing 0.png", art / f"copy {number}.png")
    (art / "cut.png").write_bytes((art / "drawing 2.png").read_bytes()[:20])
    (art / "empty.png").touch()
    return art


def learn_with(collection: Collection, act: Act, lease_seconds: float = SHORT_LEASE) -> LearnResult:
    """Learn on a cluster; something happens after the run has begun, then this process reads what is left."""

    def ingest(library: Library, plan: IngestPlan, report: Report) -> IngestCounts:
        return SharedIngest(library, plan, report, lease_seconds).ingest(act)

    prepare_claims(collection.library.create_index())
    return learn_folder(collection.library, 0, ignore_progress, LearnOptions(), ingest)


def nearest(collection: Collection, seed: int) -> Match:
    """The file whose embedding is nearest to that of a drawing."""
    return collection.nearest(fingerprint([drawing(seed)]).embeddings[0], 1)[0]


def test_workers_learn_what_one_machine_learns(database: str, tmp_path: Path) -> None:
    art = mixed_art(tmp_path)
    with Collection.open(art, index=tmp_path / "alone") as alone, Collection.open(art, index=database) as together:
        expected = alone.learn(minutes=0)
        with worker_process(art, database) as worker:
            progress = list[Progress]()
            result = together.learn_on_cluster("none", 0, progress.append)
            assert {step.stage for step in progress} == {"reading"}  # workers compute themes, too
            assert (progress[-1].done, progress[-1].total) == (COUNT + 5 + 2, COUNT + 5 + 2)
            assert worker.stderr
            assert b"the run has ended; this worker stored" in worker.stderr.read()
            assert worker.wait() == 0
        assert result == expected
        assert index_contents(together) == index_contents(alone)
        again = together.learn_on_cluster("none", minutes=0)
        assert (again.new, again.unchanged) == (0, COUNT + 5 + 2)


def test_a_worker_that_is_killed_costs_a_lease_and_nothing_else(database: str, tmp_path: Path) -> None:
    art = mixed_art(tmp_path)
    with Collection.open(art, index=tmp_path / "alone") as alone, Collection.open(art, index=database) as together:
        expected = alone.learn(minutes=0)
        with worker_process(art, database) as worker:

            def kill_worker(_: SharedIngest) -> None:
                wait_until_worker_reads(together.index, worker)
                worker.send_signal(signal.SIGKILL)

            assert learn_with(together, kill_worker) == expected
            assert worker.wait() == -signal.SIGKILL
        assert index_contents(together) == index_contents(alone)


def test_a_worker_that_is_stopped_gives_its_files_back(database: str, tmp_path: Path) -> None:
    art = folder_of_art(tmp_path / "art", COUNT)
    with Collection.open(art, index=database) as together, worker_process(art, database) as worker:

        def stop_worker(_: SharedIngest) -> None:
            wait_until_worker_reads(together.index, worker)
            worker.terminate()
            assert worker.wait() == 130

        assert learn_with(together, stop_worker, lease_seconds=3600.0).new == COUNT


def test_searches_read_vectors_that_other_machines_computed(database: str, tmp_path: Path) -> None:
    art = folder_of_art(tmp_path / "art", COUNT)
    with Collection.open(art, index=database) as together:
        together.learn_on_cluster("none", minutes=0)
        before = index_contents(together)
        for path in together.home.glob("*-*.*"):
            if path.suffix in {".f32", ".u8"}:
                path.unlink()
    with Collection.open(art, index=database) as reopened:
        assert nearest(reopened, 3).path.name == "drawing 3.png"
        assert index_contents(reopened) == before


def test_rows_that_an_interrupted_run_left_in_the_files_are_not_taken_for_vectors(
    database: str, tmp_path: Path
) -> None:
    art = folder_of_art(tmp_path / "art", 8)
    with Collection.open(art, index=database) as together:
        together.learn_on_cluster("none", minutes=0)
        embedding_file = together.models.vector_files(together.models.embedder.name)[0]
        embedding_file.write(8, np.ones((3, 64), np.float32))
        drawing(77).save(art / "new.png")
        together.learn_on_cluster("none", minutes=0)
        assert nearest(together, 77).distance == pytest.approx(0, abs=1e-5)


def test_one_machine_and_a_cluster_take_turns(database: str, tmp_path: Path) -> None:
    art = folder_of_art(tmp_path / "art", 8)
    with Collection.open(art, index=database) as together:
        assert together.learn(minutes=0).new == 8
        drawing(77).save(art / "second.png")
        assert together.learn_on_cluster("none", minutes=0).new == 1
        drawing(78).save(art / "third.png")
        assert together.learn(minutes=0).new == 1
        for path in together.home.glob("looks-*"):
            path.unlink()  # the vectors of the third run are nowhere now, and are computed again
        assert together.learn_on_cluster("none", minutes=0).unchanged == 10
        assert nearest(together, 78).path.name == "third.png"


def test_a_forgotten_picture_leaves_no_vectors_and_the_others_keep_theirs(database: str, tmp_path: Path) -> None:
    art = folder_of_art(tmp_path / "art", 8)
    with Collection.open(art, index=database) as together:
        together.learn_on_cluster("none", minutes=0)
        before = index_contents(together)["vectors"]
        (art / "drawing 0.png").unlink()
        together.learn_on_cluster("none", minutes=0)
        (gone,) = together.gone_pictures()
        assert together.forget([gone]) == 1
        for path in together.home.glob("*-*.*"):
            if path.suffix in {".f32", ".u8"}:
                path.unlink()  # the files are made again from the rows
        del before[gone.hash]
        assert index_contents(together)["vectors"] == before


def test_files_that_end_their_workers_become_problems(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_walk, "SETTLED_NS", 0)  # or files written just before a run are read in the next one
    art = folder_of_art(tmp_path / "art", 4)
    with Collection.open(art, index=database) as together:

        def end_workers(ingest: SharedIngest) -> None:
            while claim_files(together.index, ingest.run, "victim/1"):
                expire_leases(together.index, ended="victim")
            ingest.reclaim()

        result = learn_with(together, end_workers)
        reason = "ended the worker that read it, twice when it was read alone"
        assert result.new == 0
        assert [reason in problem.reason for problem in result.problems] == [True] * 4
        assert together.learn(minutes=0).new == 0  # they are not tried again until they change


def test_a_disk_that_goes_away_does_not_make_its_files_problems(database: str, tmp_path: Path) -> None:
    art = folder_of_art(tmp_path / "art", COUNT)
    with Collection.open(art, index=database) as together:

        def take_disk_away(ingest: SharedIngest) -> None:
            art.rename(tmp_path / "elsewhere")
            with pytest.raises(FilesMissing, match="is not, or no longer, the folder that the run reads"):
                ClaimLoop(ingest.library, ingest.run, "lost").work()
            assert count_claims(together.index) == {"": COUNT}
            (tmp_path / "elsewhere").rename(art)

        result = learn_with(together, take_disk_away)
        assert (result.new, result.problems) == (COUNT, ())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"version": "99.0"}, "and the run is of Pochade 99.0"),
        ({"model": "another"}, "does not have the models of the run, another"),
    ],
    ids=["version", "models"],
)
def test_a_worker_that_would_compute_something_else_is_refused(
    database: str, tmp_path: Path, changes: dict[str, Any], sentence: str
) -> None:
    art = folder_of_art(tmp_path / "art", 4)
    with Collection.open(art, index=database) as together:

        def offer_help(ingest: SharedIngest) -> None:
            other = replace(ingest.run, **changes)
            with pytest.raises(UsageError, match=sentence):
                ClaimLoop(ingest.library, other, "stranger").check()

        assert learn_with(together, offer_help).new == 4


def test_a_worker_that_sees_another_folder_is_refused(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pochade.cluster.claim_loop.NETWORK_DISK_SECONDS", 0.0)
    art, other = folder_of_art(tmp_path / "art", 4), folder_of_art(tmp_path / "other", 4)
    with Collection.open(art, index=database) as together, Collection.open(other, index=database) as stranger:

        def offer_help(_: SharedIngest) -> None:
            with pytest.raises(FilesMissing, match="the folder that the run reads"):
                stranger.work_on_cluster()

        assert learn_with(together, offer_help).new == 4


def test_a_database_that_goes_away_ends_the_run_and_the_next_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pochade.cluster.patient_database.PATIENCE_SECONDS", 0.0)
    art = folder_of_art(tmp_path / "art", COUNT)
    with running_server() as server, Collection.open(art, index=server.create_database("art")) as together:
        with pytest.raises(DatabaseAway, match="the index's database does not answer"):
            learn_with(together, lambda _: server.stop())
        server.start()

        def restart_server(_: SharedIngest) -> None:
            server.stop()
            server.start()

        with pytest.raises(UsageError, match="the database was away, and 40 files are still to be read"):
            learn_with(together, restart_server)
        assert together.learn_on_cluster("none", minutes=0).new == COUNT


def test_a_cluster_needs_postgres(tmp_path: Path) -> None:
    art = folder_of_art(tmp_path / "art", 1)
    with Collection.open(art) as alone, pytest.raises(UsageError, match="a cluster needs an index in Postgres"):
        alone.learn_on_cluster("none")
