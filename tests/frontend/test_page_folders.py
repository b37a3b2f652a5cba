"""Choosing, opening and switching folders in a real browser, as a person does it."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs the extra 'dev'")

from playwright.sync_api import Browser, Page, expect

from pochade import Collection
from tests.support.browser import MAX_WAIT, Visit, needs_browser, open_page, run_server
from tests.support.drawings import folder_of_art
from tests.support.held_jobs import serve_held_jobs

pytestmark = [needs_browser, pytest.mark.slow]
expect.set_options(timeout=MAX_WAIT)
TITLE = "Choose the folder of your pictures"
OPEN = "Open this folder"
NARROWEST, PHONE, DESKTOP = 320, 390, 1280  # pixels


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with pictures in two folders; the first is learnt."""
    home = tmp_path / "home"
    folder_of_art(home / "Pictures" / "Oil", 3)
    folder_of_art(home / "Pictures" / "Ink", 2)
    with Collection.open(home / "Pictures" / "Oil") as collection:
        collection.learn(minutes=0)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return home


@contextmanager
def start_without_folder(home: Path) -> Iterator[str]:
    """Run `pochade open` without a folder, with a browser that does nothing, and yield its address."""
    with run_server("--port", "0", cwd=home, env=os.environ | {"BROWSER": "true"}) as address:
        yield address


@pytest.fixture
def address(home: Path) -> Iterator[str]:
    """The address of a server that waits for a folder."""
    with start_without_folder(home) as address:
        yield address


def open_menu(page: Page, name: str) -> None:
    """Open the menu of the folder."""
    page.get_by_role("button", name=f"Folder: {name}").click()


def tiles(page: Page, count: int) -> None:
    """Expect that many pictures on the wall."""
    expect(page.get_by_role("list", name="Pictures").get_by_role("link")).to_have_count(count)


def forget_refusals(visit: Visit) -> None:
    """Forget the errors that a browser logs when a request is refused, as those of another folder are."""
    visit.errors[:] = [error for error in visit.errors if "409" not in error and "404" not in error]


def test_a_server_without_a_folder_asks_for_it(browser: Browser, address: str, home: Path) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
        expect(page).to_have_title("Choose a folder · Pochade")
        expect(page.get_by_role("navigation")).to_have_count(0)
        assert not visit.accessibility_violations()
        expect(page.get_by_role("button", name="Pictures", pressed=True)).to_be_visible()
        expect(page.get_by_role("list", name="Folders in Pictures").get_by_role("button")).to_have_count(2)
        page.get_by_role("button", name=re.compile("^Oil Learnt 2 pictures$")).click()
        expect(page.get_by_role("status").filter(has_text="Oil")).to_contain_text(
            "2 pictures and 1 folder inside, which is read, too"
        )
        page.get_by_role("button", name=OPEN).click()
        tiles(page, 3)
        expect(page.get_by_role("button", name="Folder: Oil")).to_be_visible()
        assert not visit.accessibility_violations()
    assert not (home / "Pictures" / "Ink" / ".pochade").exists()


def test_a_folder_is_chosen_by_keyboard_and_by_a_pasted_path(browser: Browser, address: str, home: Path) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        field = page.get_by_role("textbox", name="Path of a folder")
        expect(field).to_have_value(str(home / "Pictures"))
        field.fill(str(home / "nowhere"))
        field.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("there is no folder")
        field.fill(f"'{home}/Pictures/Ink'")
        field.press("Enter")
        expect(page.get_by_role("alert")).to_have_count(0)
        expect(field).to_have_value(str(home / "Pictures" / "Ink"))
        page.get_by_role("button", name="Up to Pictures").press("Enter")
        page.get_by_role("button", name=re.compile("^Ink")).press("Enter")
        page.get_by_role("button", name=OPEN).press("Enter")
        expect(page.get_by_role("button", name="Learn this folder")).to_be_visible()
        visit.errors.clear()  # of the folder that does not exist


@pytest.mark.parametrize("width", [NARROWEST, PHONE])
def test_on_a_narrow_screen_nothing_is_cut_off(browser: Browser, address: str, width: int) -> None:
    with open_page(browser, address, "dark") as visit:
        page = visit.page
        page.set_viewport_size({"width": width, "height": 800})
        expect(page.get_by_role("button", name=OPEN)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert not visit.accessibility_violations()
        page.get_by_role("button", name=re.compile("^Oil")).click()
        expect(page.get_by_role("textbox", name="Path of a folder")).to_have_value(re.compile("/Oil$"))
        page.get_by_role("button", name=OPEN).click()
        page.get_by_role("button", name="More…").click()
        page.get_by_role("button", name=re.compile("^Oil")).click()
        dialog = page.get_by_role("dialog", name="Open another folder")
        expect(dialog.get_by_role("list", name="Folders in Pictures")).to_be_visible()
        assert dialog.evaluate("(node) => node.scrollWidth <= node.clientWidth")
        assert not visit.accessibility_violations()


def test_folders_are_switched_in_the_menu_and_forgotten(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        for name in ("Ink", "Oil"):
            page.get_by_role("button", name=re.compile(f"^{name}")).click()
            expect(page.get_by_role("textbox", name="Path of a folder")).to_have_value(re.compile(f"/{name}$"))
            page.get_by_role("button", name=OPEN).click()
            open_menu(page, name)
            page.get_by_role("button", name="Open another folder…").click()
            expect(page.get_by_role("list", name="Folders in Pictures")).to_be_visible()
        assert not visit.accessibility_violations()
        page.get_by_role("dialog").get_by_role("button", name="Close").click()
        open_menu(page, "Oil")
        page.get_by_role("list", name="Recent folders").get_by_role("button", name="Ink").click()
        expect(page.get_by_role("button", name="Learn this folder")).to_be_visible()
        open_menu(page, "Ink")
        page.get_by_role("button", name="Open another folder…").click()
        recent = page.get_by_role("list", name="Recent", exact=True)
        recent.get_by_role("button", name="Forget Oil").click()
        expect(recent).to_have_count(0)


def test_another_page_notices_that_the_folder_was_switched(browser: Browser, address: str, home: Path) -> None:
    with open_page(browser, address) as first, open_page(browser, address) as second:
        first.page.get_by_role("button", name=re.compile("^Oil")).click()
        expect(first.page.get_by_role("textbox", name="Path of a folder")).to_have_value(re.compile("/Oil$"))
        first.page.get_by_role("button", name=OPEN).click()
        tiles(first.page, 3)
        second.page.goto(address)
        tiles(second.page, 3)
        open_menu(second.page, "Oil")
        second.page.get_by_role("button", name="Open another folder…").click()
        second.page.get_by_role("textbox", name="Path of a folder").fill(str(home / "Pictures" / "Ink"))
        second.page.keyboard.press("Enter")
        second.page.get_by_role("button", name=OPEN).click()
        expect(second.page.get_by_role("button", name="Learn this folder")).to_be_visible()
        expect(first.page.get_by_role("button", name="Folder: Ink")).to_be_visible()  # by itself
        expect(first.page.get_by_text("Another page has opened the folder “Ink”")).to_be_visible()
        expect(first.page.get_by_role("button", name="Learn this folder")).to_be_visible()
        forget_refusals(first)


def test_a_running_job_is_stopped_only_after_a_question(browser: Browser, home: Path, tmp_path: Path) -> None:
    oil, ink = home / "Pictures" / "Oil", home / "Pictures" / "Ink"
    with serve_held_jobs(oil, tmp_path / "gate") as (address, state), open_page(browser, address) as visit:
        page = visit.page
        tiles(page, 3)
        page.goto(f"{address}learn")
        page.get_by_role("button", name="Scan for changes").click()
        expect(page.get_by_role("progressbar").first).to_be_visible()
        open_menu(page, "Oil")
        page.get_by_role("button", name="Open another folder…").click()
        page.get_by_role("textbox", name="Path of a folder").fill(str(ink))  # the button opens what was typed
        question = page.get_by_role("dialog", name="Open “Ink” now?")
        page.get_by_role("button", name=OPEN).click()
        expect(question.get_by_text("'learn' is running")).to_be_visible()
        assert not visit.accessibility_violations()
        question.get_by_role("button", name="Stay here").click()
        expect(question).to_be_hidden()
        assert state.jobs.is_running()
        page.get_by_role("button", name=OPEN).click()
        question.get_by_role("button", name="Open it anyway").click()
        expect(page.get_by_role("button", name="Folder: Ink")).to_be_visible()
        assert not state.jobs.is_running()
        forget_refusals(visit)
