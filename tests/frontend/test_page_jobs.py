"""Learning, jobs and a server that stops, in a real browser: what the page says, and what a person can do."""

import re
import sys
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytest.importorskip("playwright", reason="needs the extra 'dev'")

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from pochade import Collection
from tests.support.browser import MAX_WAIT, Visit, needs_browser, open_page, server
from tests.support.drawings import drawing, folder_of_art
from tests.support.held_jobs import FAILING_JOB, open_gate, serve_held_jobs

pytestmark = [needs_browser, pytest.mark.slow]
expect.set_options(timeout=MAX_WAIT)
LEARN = "Learn this folder"
STOPPED = "Pochade has stopped. Start it again with pochade open"
VIEWS = ("Wall", "Families", "Groups", "Teach", "Map", "Clean", "Compress", "Create", "Learn")
WITHOUT_PICTURES = ("Clean", "Compress")  # views that work before anything was learnt


def go(page: Page, view: str) -> None:
    """Open a view with the navigation bar."""
    page.get_by_role("navigation", name="Views").get_by_role("link", name=view, exact=True).click()
    page.wait_for_function("name => document.title.startsWith(name === 'Wall' ? 'Pochade' : name + ' ·')", arg=view)


def tiles(page: Page) -> Locator:
    """The pictures on the wall."""
    return page.get_by_role("list", name="Pictures").get_by_role("link")


def learn(folder: Path) -> None:
    """Learn a folder without training."""
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)


def forget_lost_connections(visit: Visit) -> None:
    """Forget the errors that a browser logs when a server does not answer."""
    visit.errors[:] = [error for error in visit.errors if "net::ERR_" not in error]


# Learn ---------------------------------------------------------------------------------------------------------------


def test_before_anything_was_learnt_every_view_offers_to_learn_and_shows_no_error(
    browser: Browser, tmp_path: Path
) -> None:
    folder = folder_of_art(tmp_path / "art", 5)
    with server(folder) as address, open_page(browser, address) as visit:
        page = visit.page
        for view in VIEWS:
            go(page, view)
            if view not in WITHOUT_PICTURES:
                expect(page.get_by_role("button", name=LEARN)).to_be_visible()
            assert page.get_by_role("alert").count() == 0, view
            assert not page.get_by_text("pochade learn").count(), view
        for path in ("like", "piece/0123456789abcdef"):
            page.goto(address + path)
            expect(page.get_by_role("button", name=LEARN)).to_be_visible()
        expect(page.get_by_text(re.compile("5 files, .*: reading them takes a few seconds"))).to_be_visible()
        assert not visit.accessibility_violations()
        go(page, "Clean")
        page.get_by_role("button", name="Choose from the collection").click()
        expect(page.get_by_role("dialog").get_by_role("link", name="Go to Learn")).to_be_visible()
        visit.errors.clear()  # of the request whose answer is that nothing was learnt


def test_while_learning_the_page_shows_progress_and_fills_with_pictures(browser: Browser, tmp_path: Path) -> None:
    folder, gate = folder_of_art(tmp_path / "art", 5), tmp_path / "gate"
    with serve_held_jobs(folder, gate) as (address, _), open_page(browser, address) as visit:
        page = visit.page
        go(page, "Map")
        page.get_by_role("button", name=LEARN).click()
        for view in ("Map", "Wall"):
            go(page, view)
            expect(page.get_by_role("heading", name="Learning your pictures")).to_be_visible()
            expect(page.get_by_text(re.compile("reading · 2 of 5"))).to_be_visible()
            expect(page.get_by_role("progressbar")).to_be_visible()
        assert not page.get_by_text("No pictures match").count()
        assert not visit.accessibility_violations()
        learn(folder)  # as the job does after a while
        expect(tiles(page)).to_have_count(5)
        expect(page.get_by_role("progressbar")).to_be_visible()
        open_gate(gate)
        expect(page.get_by_role("progressbar")).to_have_count(0)
        expect(tiles(page)).to_have_count(5)


def test_a_folder_without_pictures_says_so_with_the_reasons(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "art"
    (folder / "#recycle").mkdir(parents=True)
    drawing(1).save(folder / "#recycle" / "old.png")
    (folder / "broken.png").write_bytes(b"no picture")
    learn(folder)
    with server(folder) as address, open_page(browser, address) as visit:
        page = visit.page
        expect(page.get_by_role("heading", name="No pictures yet")).to_be_visible()
        expect(page.get_by_role("listitem").filter(has_text="broken.png")).to_be_visible()
        expect(page.get_by_text("1 file is passed over")).to_be_visible()
        assert not visit.accessibility_violations()


def test_the_outcome_of_learning_names_what_was_passed_over_unreadable_or_noted(
    browser: Browser, tmp_path: Path
) -> None:
    folder = folder_of_art(tmp_path / "art", 4)
    (folder / "@eaDir").mkdir()
    drawing(1).save(folder / "@eaDir" / "preview.png")
    (folder / "old" / "broken.png").write_bytes(b"no picture")
    drawing(7).save(folder / "cut.jpg")
    (folder / "cut.jpg").write_bytes((folder / "cut.jpg").read_bytes()[:-2])
    with server(folder) as address, open_page(browser, address) as visit:
        page = visit.page
        go(page, "Learn")
        page.get_by_role("radio", name="Don't fine-tune").check()
        page.get_by_role("button", name=LEARN).click()
        expect(page.get_by_text("1 file was passed over")).to_be_visible()
        page.get_by_text("1 file couldn't be read", exact=True).click()
        expect(page.get_by_role("listitem").filter(has_text="old/broken.png").last).to_be_visible()
        page.get_by_text("1 file read, with a note").click()
        expect(page.get_by_text("its end is missing")).to_be_visible()
        assert not visit.accessibility_violations()


def test_learning_asks_before_it_takes_missing_files_for_deleted(browser: Browser, tmp_path: Path) -> None:
    folder = folder_of_art(tmp_path / "art", 5)
    learn(folder)
    for path in folder.rglob("drawing [0-3].png"):
        path.unlink()
    with server(folder) as address, open_page(browser, address) as visit:
        page = visit.page
        go(page, "Learn")
        page.get_by_role("button", name="Scan for changes").click()
        expect(page.get_by_role("alert")).to_have_text(re.compile("^4 of 5 files of .* are missing$"))
        assert not page.get_by_text("--accept-missing").count()
        expect(page.get_by_label("Log of learn")).to_be_visible()
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == 390  # the log has a long path
        question = page.get_by_role("dialog", name="Are these files really gone?")
        page.get_by_role("button", name="They are really gone").click()
        expect(question.get_by_text("Nothing on your disks is deleted")).to_be_visible()
        assert not visit.accessibility_violations()
        question.get_by_role("button", name="Cancel").click()
        expect(question).to_be_hidden()
        expect(page.get_by_text("5 pictures in 5 files")).to_be_visible()
        page.get_by_role("button", name="They are really gone").click()
        question.get_by_role("button", name="They are really gone").click()
        expect(page.get_by_text("0 new pictures, 0 moved or copied, 4 gone, 1 unchanged")).to_be_visible()
        expect(page.get_by_role("button", name="They are really gone")).to_have_count(0)


# Jobs ----------------------------------------------------------------------------------------------------------------


def test_a_job_is_cancelled_waits_or_fails_in_plain_words(browser: Browser, tmp_path: Path) -> None:
    folder = folder_of_art(tmp_path / "art", 3)
    learn(folder)
    with serve_held_jobs(folder, tmp_path / "gate") as (address, state), open_page(browser, address) as visit:
        page = visit.page
        go(page, "Learn")
        page.get_by_role("button", name="Scan for changes").click()
        go(page, "Map")
        expect(page.get_by_text("waits until “learn” has ended")).to_be_visible()
        refusal = page.evaluate(
            "fetch('/api/jobs', {method: 'POST', headers: {'content-type': 'application/json'}, "
            "body: JSON.stringify({kind: 'learn'})}).then((answer) => answer.json())"
        )
        assert refusal["error"] == "the job 'learn' is running already"
        go(page, "Learn")
        page.get_by_role("button", name="Cancel: make the map").click()
        page.get_by_role("button", name="Cancel: learn").click()  # and with it what was to follow
        expect(page.get_by_text("cancelled; what was finished is kept")).to_have_count(1)
        expect(page.get_by_text("waits until")).to_have_count(0)
        state.jobs.command = lambda: [sys.executable, "-c", FAILING_JOB]
        page.get_by_role("button", name="Scan for changes").click()
        expect(page.get_by_role("alert").filter(has_text="make room, then start it again")).to_be_visible()
        assert not visit.accessibility_violations()
        visit.errors.clear()  # of the refused request


def test_one_scan_fills_every_view(browser: Browser, tmp_path: Path) -> None:
    folder = folder_of_art(tmp_path / "art", 5)
    with server(folder) as address, open_page(browser, address) as visit:
        page = visit.page
        page.get_by_role("button", name=LEARN).click()
        expect(tiles(page)).to_have_count(5)
        go(page, "Families")
        expect(page.get_by_role("button", name="Find families again")).to_be_visible()
        go(page, "Groups")
        expect(page.get_by_role("button", name="Add new pictures to groups")).to_be_visible()
        go(page, "Map")
        expect(page.get_by_role("application", name="Map of 5 pictures")).to_be_visible()
        assert not visit.accessibility_violations()


# Compress ------------------------------------------------------------------------------------------------------------


def test_an_archive_of_previews_lists_what_it_leaves_out(browser: Browser, tmp_path: Path) -> None:
    folder = folder_of_art(tmp_path / "art", 1)
    exif = Image.Exif()
    exif[0x010E] = "a harbour"
    drawing(5).save(folder / "photo.jpg", exif=exif, comment=b"my note")
    learn(folder)
    with server(folder) as address, open_page(browser, address) as visit:
        page = visit.page
        go(page, "Compress")
        page.get_by_role("radio", name=re.compile("^Preview")).check()
        page.get_by_role("button", name="Compress everything").click()
        saved = page.get_by_role("region", name="Space saved")
        expect(saved.get_by_role("listitem").filter(has_text="the camera's data (EXIF): 1 file")).to_be_visible()
        expect(saved.get_by_role("row", name=re.compile("^small preview, AV1"))).to_be_visible()
        assert not visit.accessibility_violations()


# A server that stops -------------------------------------------------------------------------------------------------


def test_when_the_server_stops_every_view_says_so_in_one_sentence_and_goes_on_when_it_is_back(
    browser: Browser, tmp_path: Path
) -> None:
    folder = folder_of_art(tmp_path / "my art", 5)
    learn(folder)
    first_server = ExitStack()
    address = first_server.enter_context(server(folder))
    with first_server, open_page(browser, address) as visit:
        page = visit.page
        expect(tiles(page)).to_have_count(5)
        go(page, "Groups")
        first_server.close()
        expect(page.get_by_role("alert")).to_have_text(re.compile(rf"^{STOPPED} '{re.escape(str(folder))}'$"))
        for view in ("Teach", "Map", "Learn", "Groups"):  # only the code of the last is loaded
            page.get_by_role("navigation", name="Views").get_by_role("link", name=view).click()
            expect(page.get_by_role("alert")).to_have_text(re.compile(rf"^{STOPPED}"))
            assert not page.get_by_text("preload").count()
        assert not visit.accessibility_violations()
        with server(folder, urlsplit(address).port or 0):
            expect(page.get_by_role("alert")).to_have_count(0)
            expect(page.get_by_role("button", name="Make groups")).to_be_visible()
            go(page, "Map")
            expect(page.get_by_role("button", name="Make the map")).to_be_visible()
            page.goto("about:blank")  # the page would notice the end of this server, too
        forget_lost_connections(visit)


def test_a_newer_page_is_loaded_when_the_files_of_this_one_are_gone(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        expect(tiles(page).first).to_be_visible()
        page.evaluate("window.isOlder = true")
        page.route(re.compile(r"/assets/MapView.*"), lambda route: route.fulfill(status=404), times=2)
        page.route(address, lambda route: route.fulfill(body="<!doctype html><p>a newer page</p>"), times=1)
        page.get_by_role("navigation", name="Views").get_by_role("link", name="Map").click()
        expect(page.get_by_role("button", name="Make the map")).to_be_visible()
        assert page.evaluate("window.isOlder") is None
        visit.errors.clear()  # of the files that were not found
