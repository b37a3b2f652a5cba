"""Long jobs of the page: begun, watched, cancelled, and what becomes of them."""

import asyncio
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from pochade.errors import NotAllowed
from pochade.system import worker_pool
from pochade.system.progress import Progress
from pochade.web.jobs.job_process import ProgressWriter
from pochade.web.jobs.job_queue import ENDED, KEPT, MOST_WAITING, JobQueue, PageJob, worker_command
from pochade.web.render.picture_rendering import Drawn
from pochade.web.render.render_pool import RenderPool
from pochade.web.routes.job_routes import changes
from tests.support.drawings import drawing, folder_of_art
from tests.support.web_client import keys_by_path, opened, png, served

STAGES = """
import json, sys
task = json.loads(sys.stdin.readline())
for done in (1, 2):
    print(json.dumps({"stage": "drawing", "done": done, "total": 2, "loss": 0.5 / done}), flush=True)
print(json.dumps({"answer": {"said": task["word"]}}), flush=True)
"""
ENDLESS = 'import sys, time\nprint(\'{"stage": "on", "done": 1, "total": 9}\', flush=True)\nsys.stdin.read()'
BROKEN = "print('no json'); raise SystemExit(3)"


def ended(jobs: JobQueue, job: PageJob) -> PageJob:
    """The job, once it is over."""
    return until(jobs, job, lambda: job.state in ENDED and job.ended is not None)


def until(jobs: JobQueue, job: PageJob, holds: Callable[[], bool]) -> PageJob:
    """The job, once something holds of it."""
    with jobs.changed:
        assert jobs.changed.wait_for(holds, timeout=300), vars(job)
    return job


def running(code: str) -> JobQueue:
    """Jobs whose process runs this."""
    return JobQueue(lambda: [sys.executable, "-c", code])


def test_a_job_tells_how_far_it_is_and_what_came_of_it() -> None:
    jobs = running(STAGES)
    job = ended(jobs, jobs.add("learn", "learn", {"word": "sea"}))
    jobs.close()
    assert (job.state, job.answer) == ("done", {"said": "sea"})
    assert (job.stage, job.done, job.total) == ("drawing", 2, 2)
    assert [loss for _, _, loss in job.losses] == [0.5, 0.25]
    assert len(job.log) == 1
    assert "drawing" in job.log[0]


def test_a_process_that_breaks_is_told_and_the_next_job_begins() -> None:
    jobs = running(BROKEN)
    first, second = jobs.add("learn", "learn", {}), jobs.add("map", "map", {})
    ended(jobs, second)
    jobs.close()
    assert (first.state, second.state) == ("failed", "failed")
    assert first.problem == "the job's process ended without an answer"


def test_a_job_that_runs_can_be_cancelled_and_one_that_waits_never_begins() -> None:
    jobs = running(ENDLESS)
    first, second = jobs.add("learn", "learn", {}), jobs.add("map", "map", {})
    until(jobs, first, lambda: first.stage == "on")
    jobs.cancel(second.id)
    jobs.cancel(first.id)
    ended(jobs, first)
    jobs.close()
    assert (first.state, second.state) == ("cancelled", "cancelled")
    assert second.started is None


def test_the_same_job_twice_waits_once_and_there_is_an_end_to_waiting() -> None:
    jobs = running(ENDLESS)
    first = jobs.add("learn", "learn", {})
    until(jobs, first, lambda: first.stage == "on")
    assert jobs.add("map", "map", {"a": 1}) is jobs.add("map", "map", {"a": 1})
    for number in range(MOST_WAITING - 1):
        jobs.add("map", "map", {"number": number})
    with pytest.raises(NotAllowed, match="wait already"):
        jobs.add("groups", "groups", {})
    jobs.close()
    assert {job.state for job in jobs.all.values()} == {"cancelled"}


def test_old_jobs_are_forgotten_and_those_under_way_are_not() -> None:
    jobs = running(ENDLESS)
    first = jobs.add("learn", "learn", {})
    for number in range(KEPT + 5):
        jobs.cancel(jobs.add("map", "map", {"number": number}).id)
    assert len(jobs.all) <= KEPT + 1
    assert first.id in jobs.all
    jobs.close()


def test_a_worker_says_each_stage_and_not_every_step(capsys: pytest.CaptureFixture[str]) -> None:
    teller = ProgressWriter(sys.stdout)
    for done in range(1000):
        teller.tell(Progress("reading", done + 1, 1000))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (lines[0]["done"], lines[-1]["done"]) == (1, 1000)
    assert len(lines) < 100


def test_a_worker_ends_with_the_server_that_began_it(tmp_path: Path) -> None:
    task = json.dumps({"kind": "learn", "folder": str(tmp_path / "nothing"), "index": None})
    found = subprocess.run(worker_command(), input=task + "\n", capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in found.stdout.splitlines()]
    assert found.returncode == 130 or "is no folder" in lines[-1]["problem"]


def test_every_change_of_a_job_comes_as_an_event() -> None:
    jobs = running(STAGES)

    class Gone:
        """A page that is closed after the job has ended."""

        async def is_disconnected(self) -> bool:
            return job.ended is not None and len(said) > 1

    said: list[str] = []
    job = jobs.add("learn", "learn", {"word": "sea"})

    async def listen() -> None:
        async for words in changes(jobs, Gone()):  # type: ignore[arg-type]  # all that is asked of a request
            said.append(words)

    ended(jobs, job)
    asyncio.run(listen())
    jobs.close()
    assert said[0].startswith("retry:")
    last = said[-1].splitlines()
    assert last[0] == "event: job"
    assert json.loads(last[1].removeprefix("data: "))["state"] == "done"


# The real ones -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], dict[str, str]]:
    """A folder that was never learnt, through every kind of job; what the server said of each."""
    root = tmp_path_factory.mktemp("jobs")
    art = folder_of_art(root / "art", 8)
    with served(art) as client:
        told: dict[str, Any] = {"learn": begun(client, kind="learn", minutes=0)}
        keys = keys_by_path(client)
        dropped = client.post("/api/scans", files={"scan": ("my scan.png", png(drawing(60)))}).json()["id"]
        mask = Image.new("L", (200, 200), 255)
        client.put(f"/api/scans/{dropped}/mask", files={"mask": ("mask.png", png(mask))})
        wishes: list[dict[str, Any]] = [
            {"kind": "families"}, {"kind": "groups"}, {"kind": "map"},
            {"kind": "compress", "name": "all", "report": True},
            {"kind": "clean", "name": "clean", "scans": [dropped, keys["drawing 0.png"]], "preview": True},
        ]  # fmt: skip
        for wish in wishes:
            told[wish["kind"]] = begun(client, **wish)
        told["known"] = [client.get(f"/api/{what}").json()["known"] for what in ("families", "groups", "map")]
    return root, told, keys


def begun(client: TestClient, **wish: Any) -> dict[str, Any]:
    """A job, begun over HTTP and waited for."""
    number = client.post("/api/jobs", json=wish).json()["id"]
    jobs: JobQueue = client.app.state.desk.jobs  # type: ignore[attr-defined]  # of the application
    ended(jobs, jobs.all[number])
    told: dict[str, Any] = client.get(f"/api/jobs/{number}").json()
    return told


def test_a_first_visit_can_learn(worked: tuple[Path, dict[str, Any], dict[str, str]]) -> None:
    _, told, keys = worked
    assert told["learn"]["state"] == "done", told["learn"]
    assert told["learn"]["answer"]["new"] == 8
    assert len(keys) == 8


def test_families_groups_and_map_are_there_afterwards(worked: tuple[Path, dict[str, Any], dict[str, str]]) -> None:
    _, told, _ = worked
    assert told["known"] == [True, told["groups"]["answer"]["groups"] >= 0, True]
    assert told["map"]["answer"] == {"places": 8}


def test_an_archive_lies_among_the_results(worked: tuple[Path, dict[str, Any], dict[str, str]]) -> None:
    root, told, _ = worked
    assert told["compress"]["state"] == "done", told["compress"]
    with zipfile.ZipFile(root / "art - results" / "all.pochade") as archive:
        assert len(archive.namelist()) >= 8
    assert told["compress"]["answer"]["pieces"] == 8
    assert told["compress"]["answer"]["report"] == str(root / "art - results" / "all.html")
    assert (root / "art - results" / "all.html").read_bytes().startswith(b"<!doctype html>")


def test_cleaned_scans_lie_among_the_results_and_masks_hold(
    worked: tuple[Path, dict[str, Any], dict[str, str]],
) -> None:
    root, told, _ = worked
    assert told["clean"]["state"] == "done", told["clean"]
    results = root / "art - results" / "clean"
    assert {"my scan.png", "drawing 0.png", "drawing 0.png.preview.jpg"} <= {path.name for path in results.iterdir()}
    assert opened((results / "my scan.png").read_bytes()).convert("RGB").tobytes() == drawing(60).tobytes()


def test_the_art_itself_is_as_it_was(worked: tuple[Path, dict[str, Any], dict[str, str]]) -> None:
    root, _, _ = worked
    with Image.open(root / "art" / "drawing 0.png") as picture:
        assert picture.tobytes() == drawing(0).tobytes()
    assert sorted(path.name for path in root.iterdir()) == ["art", "art - results"]


def test_a_job_whose_process_cannot_be_started_is_told_and_the_next_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    real, refusals = subprocess.Popen, iter([OSError(12, "Cannot allocate memory")])

    def popen(*told: Any, **how: Any) -> Any:
        if (refusal := next(refusals, None)) is not None:
            raise refusal
        return real(*told, **how)

    monkeypatch.setattr(subprocess, "Popen", popen)
    jobs = running(STAGES)
    first, second = jobs.add("learn", "learn", {"word": "sea"}), jobs.add("map", "map", {"word": "sky"})
    ended(jobs, second)
    jobs.close()
    assert (first.state, second.state) == ("failed", "done")
    assert first.problem == "the job's process could not be started: Cannot allocate memory"


def test_a_process_that_cannot_be_started_anew_stops_no_later_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("RGB", (20, 10), "red").save(tmp_path / "red.png")
    pool = RenderPool(1)
    try:
        pool.do(Drawn(tmp_path / "red.png", 20, tmp_path / "one.jpg"))
        with monkeypatch.context() as patched:
            patched.setattr(worker_pool, "answer_of", lambda _: (_ for _ in ()).throw(EOFError()))
            patched.setattr(
                worker_pool, "started", lambda: (_ for _ in ()).throw(OSError(12, "Cannot allocate memory"))
            )
            with pytest.raises(OSError, match="allocate"):
                pool.do(Drawn(tmp_path / "red.png", 20, tmp_path / "two.jpg"))
        pool.do(Drawn(tmp_path / "red.png", 20, tmp_path / "three.jpg"))
        assert (tmp_path / "three.jpg").exists()
    finally:
        pool.close()
