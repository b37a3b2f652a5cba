"""Search by words on the wall in a real browser."""

import pytest

pytest.importorskip("playwright", reason="needs the extra 'dev'")

from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.browser import MAX_WAIT, needs_browser, open_page

pytestmark = [needs_browser, pytest.mark.slow]
expect.set_options(timeout=MAX_WAIT)


def tiles(page: Page) -> Locator:
    """The pictures on the wall."""
    return page.get_by_role("list", name="Pictures").get_by_role("link")


def search_box(page: Page) -> Locator:
    """The box for words."""
    return page.get_by_role("searchbox", name="Search pictures by words")


def test_a_key_opens_the_box_words_find_pictures_and_escape_shows_all(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        expect(tiles(page)).to_have_count(15)
        page.keyboard.press("/")
        expect(search_box(page)).to_be_focused()
        page.keyboard.type("small cop")
        expect(tiles(page)).to_have_count(1)
        expect(page.get_by_text("1 of 15 pictures")).to_be_visible()
        assert "q=small+cop" in page.url
        assert not visit.accessibility_violations()
        page.reload()
        expect(search_box(page)).to_have_value("small cop")
        expect(tiles(page)).to_have_count(1)
        search_box(page).press("Escape")
        expect(search_box(page)).to_have_value("")
        expect(tiles(page)).to_have_count(15)
        assert "q=" not in page.url


def test_a_search_holds_together_with_the_filters(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        search_box(page).fill("drawing")
        expect(tiles(page)).to_have_count(14)
        page.get_by_role("combobox", name="Filter by folder").select_option("old")
        expect(tiles(page)).to_have_count(7)
        search_box(page).fill("drawing harbour")
        expect(page.get_by_text("No picture has all these words and matches the filters.")).to_be_visible()
        assert not visit.accessibility_violations()
        page.get_by_role("button", name="Show all").last.click()
        expect(tiles(page)).to_have_count(15)
        expect(search_box(page)).to_have_value("")


def test_a_search_is_saved_opened_again_and_deleted(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        search_box(page).fill("drawing")
        page.get_by_role("combobox", name="Filter by folder").select_option("old")
        expect(tiles(page)).to_have_count(7)
        page.get_by_role("button", name="Save search…").click()
        expect(page.get_by_role("dialog", name="Save this search").get_by_label("Name")).to_have_value("drawing, old")
        assert not visit.accessibility_violations()
        page.keyboard.type("Old drawings")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Delete this search")).to_be_visible()
        page.get_by_role("button", name="Show all").click()
        expect(tiles(page)).to_have_count(15)
        page.get_by_role("navigation").get_by_role("link", name="Old drawings").click()
        expect(tiles(page)).to_have_count(7)
        expect(page.get_by_role("combobox", name="Filter by saved search")).to_have_value("Old drawings")
        assert not visit.accessibility_violations()
        page.get_by_role("button", name="Delete this search").click()
        page.locator(".notices").get_by_role("button", name="Undo").click()
        page.get_by_role("button", name="Delete this search").click()
        expect(page.get_by_role("navigation").get_by_role("link", name="Old drawings")).to_have_count(0)
        expect(page.get_by_role("button", name="Save search…")).to_be_visible()


def test_the_help_explains_the_language_and_a_mistake_says_what_to_write(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        expect(tiles(page)).to_have_count(15)
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keys").get_by_text("label:harbour")).to_be_visible()
        assert not visit.accessibility_violations()
        page.keyboard.press("Escape")
        search_box(page).fill("lable:owl")
        expect(page.get_by_text("there is no operator 'lable:'")).to_be_visible()
        visit.errors.clear()  # the browser's own line about the answer 400
        search_box(page).fill("name:copy")
        expect(tiles(page)).to_have_count(2)
