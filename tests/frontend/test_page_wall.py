"""The wall in a real browser: a person scans a folder, looks at its pictures and finds similar ones."""

import shutil
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs the extra 'dev'")

from playwright.sync_api import Browser, Locator, Page, expect

from pochade import Collection
from tests.support.browser import MAX_WAIT, needs_browser, open_page, server
from tests.support.drawings import drawing, folder_of_art

pytestmark = [needs_browser, pytest.mark.slow]
expect.set_options(timeout=MAX_WAIT)


def tiles(page: Page) -> Locator:
    """The pictures on the wall."""
    return page.get_by_role("list", name="Pictures").get_by_role("link")


def title(page: Page) -> Locator:
    """The main heading of the view."""
    return page.get_by_role("heading", level=1)


def test_the_first_visit_scans_the_folder_and_shows_its_wall(browser: Browser, tmp_path: Path) -> None:
    folder = folder_of_art(tmp_path / "art", 5)
    with server(folder) as address, open_page(browser, address) as visit:
        page = visit.page
        expect(title(page)).to_have_text("Get to know your pictures")
        assert not visit.accessibility_violations()
        page.get_by_role("button", name="Learn this folder").click()
        expect(tiles(page)).to_have_count(5)
        page.get_by_role("link", name="Learn", exact=True).click()
        expect(page.get_by_text("5 new pictures")).to_be_visible()
        page.get_by_role("listitem").filter(has_text="5 new pictures").get_by_text("Log since").click()
        expect(page.get_by_label("Log of learn")).to_contain_text("reading")
        assert not visit.accessibility_violations()


def test_the_wall_says_what_is_new_in_the_folder_and_reads_it(
    browser: Browser, scanned_folder: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(scanned_folder, tmp_path / "art"))
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)  # at its new place
    with server(folder) as address, open_page(browser, address) as visit:
        page = visit.page
        expect(tiles(page)).to_have_count(15)
        expect(page.get_by_text("new or changed")).to_have_count(0)
        drawing(20).save(folder / "new.png")
        next(folder.rglob("drawing 3.png")).unlink()
        page.reload()
        expect(page.get_by_text("1 new or changed file, 1 file is gone")).to_be_visible()
        assert not visit.accessibility_violations()
        page.get_by_role("button", name="Scan now").click()
        expect(page.get_by_role("progressbar")).to_have_count(0)
        page.reload()
        expect(tiles(page)).to_have_count(15)
        expect(page.get_by_text("new or changed")).to_have_count(0)


def test_a_picture_opens_from_the_wall_and_closes_again_with_the_mouse(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        expect(tiles(page)).to_have_count(15)
        assert not visit.accessibility_violations()
        tiles(page).nth(1).click()
        expect(title(page)).to_have_text("drawing 10.png")
        expect(page.get_by_role("img", name="drawing 10.png, redrawn from its sketch")).to_be_visible()
        page.get_by_role("combobox", name="New label").fill("harbours")
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_role("main").get_by_role("link", name="harbours")).to_be_visible()
        assert not visit.accessibility_violations()
        page.get_by_role("button", name="Wall").click()
        expect(tiles(page).nth(1)).to_be_focused()
        page.get_by_role("combobox", name="Filter by label").select_option("harbours")
        expect(tiles(page)).to_have_count(1)
        page.get_by_role("button", name="Show all").click()
        expect(tiles(page)).to_have_count(15)


def test_a_picture_opens_from_the_wall_and_closes_again_by_keyboard(browser: Browser, address: str) -> None:
    with open_page(browser, address, "dark") as visit:
        page = visit.page
        expect(tiles(page)).to_have_count(15)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
        tiles(page).first.focus()
        page.keyboard.press("ArrowRight")
        expect(tiles(page).nth(1)).to_be_focused()
        page.keyboard.press("Enter")
        expect(title(page)).to_have_text("drawing 10.png")
        page.keyboard.press("ArrowRight")
        expect(title(page)).to_have_text("drawing 12.png")
        assert not visit.accessibility_violations()
        page.keyboard.press("Escape")
        expect(tiles(page).nth(2)).to_be_focused()
        assert not visit.accessibility_violations()


def test_an_uploaded_picture_finds_similar_ones(browser: Browser, address: str, tmp_path: Path) -> None:
    query = tmp_path / "query.jpg"
    drawing(4).resize((150, 150)).save(query)
    with open_page(browser, address) as visit:
        page = visit.page
        page.goto(address + "like")
        page.get_by_label("Choose a picture").set_input_files(query)
        same_work = page.get_by_role("list", name="Pictures of the same work").get_by_role("link")
        expect(same_work.filter(has_text="drawing 4.png")).to_have_count(1)
        assert not visit.accessibility_violations()
