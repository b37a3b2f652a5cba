"""A server shows one collection, and another one in its place; nothing of the first is left."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pochade.errors import FolderNotChosen, FolderSwitched, IndexDamaged, NotAllowed, WorkUnfinished
from pochade.web.current_collection import CurrentCollection
from pochade.web.folders.recent_folders import RecentFolders
from pochade.web.jobs.job_queue import PageJob
from pochade.web.server_settings import ServerSettings
from tests.support.drawings import folder_of_art
from tests.support.web_client import wait_for_job

ENDLESS_JOB = """
import json, time
print(json.dumps({"stage": "reading", "done": 1, "total": 2, "loss": None}), flush=True)
time.sleep(3600)
"""


@pytest.fixture
def art(tmp_path: Path) -> Path:
    """A folder that has not been learnt."""
    return folder_of_art(tmp_path / "art", 1)


@pytest.fixture
def current(art: Path) -> Iterator[CurrentCollection]:
    """What a server shows that was started for the folder."""
    current = CurrentCollection(ServerSettings(art))
    yield current
    current.close()


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another folder."""
    return folder_of_art(tmp_path / "other", 1)


def start_endless_job(current: CurrentCollection) -> PageJob:
    """Start a job that never ends, and wait until it runs."""
    jobs = current.state_for().jobs
    jobs.command = lambda: [sys.executable, "-c", ENDLESS_JOB]
    job = jobs.add("learn", "learn", {})
    return wait_for_job(jobs, job, lambda: job.state == "running")


def test_without_a_folder_every_question_is_answered_by_what_to_do() -> None:
    current = CurrentCollection(ServerSettings(None))
    with pytest.raises(FolderNotChosen, match="no folder is open"):
        current.state_for()
    current.preload()
    current.stop()
    current.close()
    current.remove_temporary_files()


def test_the_other_folder_takes_the_place_of_the_first_whole(
    current: CurrentCollection, art: Path, other: Path
) -> None:
    before = current.state_for()
    after = current.switch(other, discards=False)
    assert current.state_for() is after is not before
    assert after.collection.folder == after.settings.folder == other
    assert after.settings.results_folder == other.with_name("other - results")
    assert before.jobs.closed
    assert not before.folder.exists()
    assert RecentFolders().existing()[:2] == [other, art]
    assert not [folder for folder in (art, other) if (folder / ".pochade").exists()]


def test_the_folder_that_is_open_already_stays_as_it_is(current: CurrentCollection, art: Path) -> None:
    before = current.state_for()
    assert current.switch(art, discards=False) is before
    assert not before.jobs.closed


def test_a_page_of_the_folder_before_gets_no_answer_from_the_new_one(current: CurrentCollection, other: Path) -> None:
    before = current.state_for().collection_id
    current.switch(other, discards=False)
    with pytest.raises(FolderSwitched, match="'other' is open now"):
        current.state_for(before)
    assert current.state_for(current.state_for().collection_id)


def test_a_folder_has_the_same_identity_in_the_next_server(current: CurrentCollection, art: Path) -> None:
    again = CurrentCollection(ServerSettings(art))
    assert again.state_for().collection_id == current.state_for().collection_id
    again.close()


def test_a_running_job_is_stopped_only_if_the_person_agrees(current: CurrentCollection, art: Path, other: Path) -> None:
    job = start_endless_job(current)
    with pytest.raises(WorkUnfinished, match="'learn' is running") as refusal:
        current.switch(other, discards=False)
    assert "keep what they have finished" in refusal.value.hint
    assert job.state == "running"
    assert current.state_for().collection.folder == art
    current.switch(other, discards=True)
    assert (job.state, job.process) == ("cancelled", None)


def test_what_is_not_saved_is_named(current: CurrentCollection, other: Path, art: Path) -> None:
    state = current.state_for()
    with (art / "drawing 0.png").open("rb") as file:
        state.scans.add("scan.png", file)
    state.created.facts["made-0"] = state.created.facts["made-1"] = None  # type: ignore[assignment]
    state.created.saved.add("made-0")
    sentence = "1 created picture is not saved and 1 scan or mask is only on the page"
    with pytest.raises(WorkUnfinished, match=sentence):
        current.switch(other, discards=False)


def test_a_damaged_index_is_refused_and_the_folder_before_stays_open(
    current: CurrentCollection, art: Path, other: Path
) -> None:
    (other / ".pochade").mkdir()
    (other / ".pochade" / "index.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(IndexDamaged):
        current.switch(other, discards=True)
    assert current.state_for().collection.folder == art
    assert not current.state_for().jobs.closed


def test_an_index_whose_files_are_links_is_refused(current: CurrentCollection, art: Path, other: Path) -> None:
    (other / ".pochade").symlink_to(art)
    (art / "index.sqlite").touch()
    with pytest.raises(IndexDamaged, match="a link"):
        current.switch(other, discards=True)


def test_the_index_given_at_the_start_belongs_to_the_first_folder_alone(art: Path, other: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    current = CurrentCollection(ServerSettings(art, str(index)))
    assert current.switch(other, discards=False).collection.home == other / ".pochade"
    assert current.switch(art, discards=False).collection.home == index
    current.close()


def test_one_switch_happens_at_a_time(current: CurrentCollection, other: Path) -> None:
    with current.switching, pytest.raises(NotAllowed, match="is being opened"):
        current.switch(other, discards=True)


def test_a_learnt_folder_shows_its_pictures_after_the_switch(
    current: CurrentCollection, private_folder: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(private_folder, tmp_path / "copy", symlinks=True))
    assert current.switch(copy, discards=False).snapshot().files[0].path.parent == copy
