"""Jobs over HTTP: every kind of real job, and the events about them."""

import asyncio
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pochade.web.jobs.job_queue import JobQueue
from pochade.web.routes.job_routes import stream_job_events
from tests.support.drawings import drawing, folder_of_art
from tests.support.web_client import keys_by_path, open_image, png_bytes, run_job, serve, wait_for_job

pytestmark = pytest.mark.slow

ONE_ANSWER = "import sys; sys.stdin.readline(); print('{\"answer\": {}}', flush=True)"
JobsOfEveryKind = tuple[
    Path, dict[str, Any], dict[str, str]
]  # the folder above art and results, jobs by kind, keys by path


@pytest.fixture(scope="module")
def jobs_of_every_kind(tmp_path_factory: pytest.TempPathFactory) -> JobsOfEveryKind:
    """A folder that was never learnt before, after every kind of job."""
    root = tmp_path_factory.mktemp("jobs")
    art = folder_of_art(root / "art", 8)
    with serve(art) as client:
        jobs: dict[str, Any] = {"learn": run_job(client, kind="learn", minutes=0)}
        keys = keys_by_path(client)
        scan_id = client.post("/api/scans", files={"scan": ("my scan.png", png_bytes(drawing(60)))}).json()["id"]
        mask = Image.new("L", (200, 200), 255)
        client.put(f"/api/scans/{scan_id}/mask", files={"mask": ("mask.png", png_bytes(mask))})
        bodies: list[dict[str, Any]] = [
            {"kind": "families"}, {"kind": "groups"}, {"kind": "map"},
            {"kind": "compress", "name": "all", "effort": "best", "report": True},
            {"kind": "clean", "name": "clean", "scans": [scan_id, keys["drawing 0.png"]], "preview": True},
        ]  # fmt: skip
        for body in bodies:
            jobs[body["kind"]] = run_job(client, **body)
        jobs["known"] = [client.get(f"/api/{what}").json()["known"] for what in ("families", "groups", "map")]
    return root, jobs, keys


def test_a_first_visit_can_learn(jobs_of_every_kind: JobsOfEveryKind) -> None:
    _, jobs, keys = jobs_of_every_kind
    assert jobs["learn"]["state"] == "done", jobs["learn"]
    assert jobs["learn"]["answer"]["new"] == 8
    assert len(keys) == 8


def test_learning_lists_what_it_passed_over_could_not_read_or_read_with_a_note(tmp_path: Path) -> None:
    art = folder_of_art(tmp_path / "art", 3)
    (art / "#recycle").mkdir()
    (art / "#recycle" / "old.png").write_bytes((art / "drawing 0.png").read_bytes())
    (art / "sub").mkdir()
    (art / "sub" / "broken.png").write_bytes(b"no picture")
    drawing(7).save(art / "cut.jpg")
    (art / "cut.jpg").write_bytes((art / "cut.jpg").read_bytes()[:-2])
    with serve(art) as client:
        survey = client.get("/api/folder").json()
        assert survey == {"files": 5, "bytes": survey["bytes"], "passed_over": 1, "unread": 5, "gone": 0}
        answer = run_job(client, kind="learn", minutes=0)["answer"]
    assert (answer["new"], answer["passed_over"], answer["problem_count"], answer["note_count"]) == (4, 1, 1, 1)
    assert answer["problems"][0]["path"] == "sub/broken.png"
    assert answer["problems"][0]["reason"]
    assert answer["notes"] == [{"path": "cut.jpg", "reason": "its end is missing"}]


def test_the_folder_is_compared_with_the_index_without_opening_a_file(tmp_path: Path) -> None:
    art = folder_of_art(tmp_path / "art", 3)
    with serve(art) as client:
        run_job(client, kind="learn", minutes=0)
        survey = client.get("/api/folder").json()
        assert (survey["unread"], survey["gone"]) == (0, 0)
        drawing(7).save(art / "new.png")
        (art / "drawing 0.png").unlink()
        survey = client.get("/api/folder").json()
    assert (survey["unread"], survey["gone"]) == (1, 1)


def test_what_organises_the_pictures_follows_a_scan_where_asked(tmp_path: Path) -> None:
    with serve(folder_of_art(tmp_path / "art", 5)) as client:
        run_job(client, kind="learn", minutes=0, organise=True)
        jobs = {job["kind"]: job for job in client.get("/api/jobs").json()}
    assert list(jobs) == ["learn", "families", "groups", "map", "prepare"]


def test_learning_stops_if_most_files_are_missing_and_goes_on_if_they_are_really_gone(tmp_path: Path) -> None:
    art = folder_of_art(tmp_path / "art", 5)
    with serve(art) as client:
        run_job(client, kind="learn", minutes=0)
        for path in art.rglob("drawing [0-3].png"):
            path.unlink()
        stopped = run_job(client, kind="learn", minutes=0)
        assert (stopped["state"], stopped["problem_kind"]) == ("failed", "FilesMissing")
        assert len(keys_by_path(client)) == 5
        assert run_job(client, kind="learn", minutes=0, accept_missing=True)["answer"]["gone"] == 4
        assert list(keys_by_path(client)) == ["drawing 4.png"]


def test_families_groups_and_map_are_known_afterwards(jobs_of_every_kind: JobsOfEveryKind) -> None:
    _, jobs, _ = jobs_of_every_kind
    assert jobs["known"] == [True, jobs["groups"]["answer"]["groups"] >= 0, True]
    assert jobs["map"]["answer"] == {"places": 8}


def test_an_archive_and_its_report_are_among_the_results(jobs_of_every_kind: JobsOfEveryKind) -> None:
    root, jobs, _ = jobs_of_every_kind
    assert jobs["compress"]["state"] == "done", jobs["compress"]
    with zipfile.ZipFile(root / "art - results" / "all.pochade") as archive:
        assert len(archive.namelist()) >= 8
    assert jobs["compress"]["answer"]["pieces"] == 8
    assert jobs["compress"]["answer"]["report"] == str(root / "art - results" / "all.html")
    assert (root / "art - results" / "all.html").read_bytes().startswith(b"<!doctype html>")


def test_cleaned_scans_are_among_the_results_and_masks_are_respected(jobs_of_every_kind: JobsOfEveryKind) -> None:
    root, jobs, _ = jobs_of_every_kind
    assert jobs["clean"]["state"] == "done", jobs["clean"]
    results = root / "art - results" / "clean"
    assert {"my scan.png", "drawing 0.png", "drawing 0.png.preview.jpg"} <= {path.name for path in results.iterdir()}
    assert open_image((results / "my scan.png").read_bytes()).convert("RGB").tobytes() == drawing(60).tobytes()


def test_no_job_changes_the_art_itself(jobs_of_every_kind: JobsOfEveryKind) -> None:
    root, _, _ = jobs_of_every_kind
    with Image.open(root / "art" / "drawing 0.png") as picture:
        assert picture.tobytes() == drawing(0).tobytes()
    assert sorted(path.name for path in root.iterdir()) == ["art", "art - results"]


def test_every_change_of_a_job_comes_as_an_event() -> None:
    jobs = JobQueue(lambda: [sys.executable, "-c", ONE_ANSWER])
    events: list[str] = []
    job = jobs.add("learn", "learn", {})

    class PageClosedAfterTheJob:
        """All that `stream_job_events` asks of a request."""

        async def is_disconnected(self) -> bool:
            return job.ended is not None and len(events) > 1

    async def listen() -> None:
        async for event in stream_job_events(jobs, PageClosedAfterTheJob()):  # type: ignore[arg-type]
            events.append(event)

    wait_for_job(jobs, job)
    asyncio.run(listen())
    jobs.close()
    assert events[0].startswith("retry:")
    last = events[-1].splitlines()
    assert last[0] == "event: job"
    assert json.loads(last[1].removeprefix("data: "))["state"] == "done"
