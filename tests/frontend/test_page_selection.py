"""Pictures are selected on the wall, and something is done with them, in a real browser."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs the extra 'dev'")

from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.browser import MAX_WAIT, needs_browser, open_page, server
from tests.support.private_trash import names_in_trash, private_trash

__all__ = ["private_trash"]  # a fixture
pytestmark = [needs_browser, pytest.mark.slow]
expect.set_options(timeout=MAX_WAIT)


@pytest.fixture
def own_address(art: Path, private_trash: Path) -> Iterator[str]:  # noqa: ARG001  the server must not use the person's
    """The address of a server whose trash belongs to the test."""
    with server(art) as address:
        yield address


def tiles(page: Page) -> Locator:
    """The pictures on the wall."""
    return page.get_by_role("list", name="Pictures").get_by_role("link")


def selected(page: Page) -> Locator:
    """The pictures that are selected."""
    return tiles(page).filter(has_text=", selected")


def bar(page: Page) -> Locator:
    """The bar of the selection."""
    return page.get_by_role("group", name="Selected pictures")


def test_the_mouse_selects_single_pictures_ranges_and_all(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        expect(tiles(page)).to_have_count(15)
        tiles(page).nth(1).click(modifiers=["ControlOrMeta"])
        tiles(page).nth(4).click(modifiers=["Shift"])
        expect(selected(page)).to_have_count(4)
        expect(page.get_by_role("status").filter(has_text="4 pictures selected")).to_have_count(1)
        tiles(page).nth(2).hover()
        page.get_by_role("button", name="Select drawing 12.png").click()
        expect(selected(page)).to_have_count(3)
        assert not visit.accessibility_violations()
        page.keyboard.press("ControlOrMeta+a")
        expect(bar(page)).to_contain_text("15 pictures selected")
        page.keyboard.press("Escape")
        expect(bar(page)).to_have_count(0)
        tiles(page).nth(1).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("drawing 10.png")


def test_a_band_that_is_drawn_from_empty_ground_selects_what_it_touches(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        expect(tiles(page)).to_have_count(15)
        first, third = tiles(page).nth(0).bounding_box(), tiles(page).nth(2).bounding_box()
        assert first
        assert third
        page.mouse.move(first["x"] - 8, first["y"] + 10)
        page.mouse.down()
        page.mouse.move(third["x"] + 10, third["y"] + 40, steps=4)
        expect(selected(page)).to_have_count(3)
        page.mouse.up()
        expect(bar(page)).to_contain_text("3 pictures selected")


def test_the_keyboard_selects_and_the_selection_outlives_a_look_at_a_picture(browser: Browser, address: str) -> None:
    with open_page(browser, address, "dark") as visit:
        page = visit.page
        expect(tiles(page)).to_have_count(15)
        tiles(page).first.focus()
        page.keyboard.press("x")
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("Shift+ArrowRight")
        expect(selected(page)).to_have_count(3)
        page.keyboard.press("Shift+ArrowLeft")
        expect(selected(page)).to_have_count(2)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("drawing 10.png")
        page.keyboard.press("Escape")
        expect(selected(page)).to_have_count(2)
        assert not visit.accessibility_violations()
        page.get_by_role("searchbox").fill("small copy")  # what is not shown is not selected
        expect(tiles(page)).to_have_count(1)
        expect(bar(page)).to_have_count(0)


def test_space_shows_a_picture_large_and_arrows_go_on(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        expect(tiles(page)).to_have_count(15)
        tiles(page).first.focus()
        page.keyboard.press("Space")
        preview = page.get_by_role("dialog", name="Preview")
        expect(preview).to_contain_text("1 of 15")
        page.keyboard.press("ArrowRight")
        expect(preview).to_contain_text("2 of 15")
        page.keyboard.press("x")
        assert not visit.accessibility_violations()
        page.keyboard.press("Space")
        expect(preview).to_have_count(0)
        expect(tiles(page).nth(1)).to_be_focused()
        expect(selected(page)).to_have_count(1)


def test_a_slideshow_goes_through_all_pictures_and_begins_again(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        page.get_by_role("combobox", name="Filter by folder").select_option("old")
        expect(tiles(page)).to_have_count(7)
        tiles(page).nth(5).focus()
        page.keyboard.press("Space")
        preview = page.get_by_role("dialog", name="Preview")
        expect(preview).to_contain_text("6 of 7")
        page.clock.install()
        page.keyboard.press("p")
        expect(preview.get_by_role("button", name="Slideshow")).to_have_attribute("aria-pressed", "true")
        page.clock.run_for(5_000)
        expect(preview).to_contain_text("7 of 7")
        page.clock.run_for(5_000)
        expect(preview).to_contain_text("1 of 7")
        preview.get_by_role("button", name="Slideshow").click()
        page.clock.run_for(20_000)
        expect(preview).to_contain_text("1 of 7")


def test_several_labels_are_given_at_once_and_undone(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        tiles(page).nth(0).click(modifiers=["ControlOrMeta"])
        tiles(page).nth(1).click(modifiers=["ControlOrMeta"])
        bar(page).get_by_role("button", name="Label…").click()
        dialog = page.get_by_role("dialog", name="Label 2 pictures")
        for label in ("quays", "night"):
            dialog.get_by_label("Find or add a label").fill(label)
            page.keyboard.press("Enter")
            expect(dialog.get_by_role("checkbox", name=label)).to_be_checked()
        assert not visit.accessibility_violations()
        dialog.get_by_role("button", name="Save").click()
        expect(page.get_by_text("2 pictures: added “quays” and “night”")).to_be_visible()
        page.get_by_role("combobox", name="Filter by label").select_option("quays")
        expect(tiles(page)).to_have_count(2)
        page.get_by_role("button", name="Undo").click()
        expect(tiles(page)).to_have_count(0)
        page.get_by_role("button", name="Remove the filter by label").click()
        expect(tiles(page)).to_have_count(15)


def test_up_to_four_pictures_are_compared_with_one_zoom(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        tiles(page).nth(0).click(modifiers=["ControlOrMeta"])
        expect(bar(page).get_by_role("button", name="Compare")).to_be_disabled()
        tiles(page).nth(2).click(modifiers=["Shift"])
        bar(page).get_by_role("button", name="Compare").click()
        dialog = page.get_by_role("dialog", name="Compare 3 pictures")
        expect(dialog.get_by_role("img")).to_have_count(3)
        page.keyboard.press("+")
        scales = dialog.get_by_role("img").evaluate_all("images => images.map((image) => image.style.transform)")
        assert len(set(scales)) == 1
        assert scales[0].startswith("scale(1.4)")
        assert not visit.accessibility_violations()
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)


def test_pictures_are_downloaded_as_a_zip(browser: Browser, address: str, tmp_path: Path) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        tiles(page).nth(1).click(modifiers=["ControlOrMeta"])
        tiles(page).nth(2).click(modifiers=["ControlOrMeta"])
        bar(page).get_by_role("button", name="Download…").click()
        dialog = page.get_by_role("dialog", name="Download 2 pictures")
        dialog.get_by_text("WebP", exact=True).click()
        dialog.get_by_label("Longer side, at most").select_option("512")
        assert not visit.accessibility_violations()
        with page.expect_download() as download:
            dialog.get_by_role("button", name="Download").click()
        download.value.save_as(tmp_path / "pictures.zip")
    with zipfile.ZipFile(tmp_path / "pictures.zip") as archive:
        assert archive.namelist() == ["drawing 10.webp", "drawing 12.webp"]


def test_pictures_go_to_the_trash_after_a_question_and_come_back(
    browser: Browser, own_address: str, private_trash: Path
) -> None:
    with open_page(browser, own_address) as visit:
        page = visit.page
        tiles(page).first.focus()
        page.keyboard.press("x")
        page.keyboard.press("Delete")
        dialog = page.get_by_role("dialog", name="Move 2 files to the trash?")  # one picture in two files
        expect(dialog.get_by_text("drawing 0.png")).to_be_visible()
        assert not visit.accessibility_violations()
        dialog.get_by_role("button", name="Move 2 files to the trash").click()
        expect(page.get_by_text("2 files are in the trash")).to_be_visible()
        expect(tiles(page)).to_have_count(14)
        assert names_in_trash(private_trash) == ["copy of 0.png", "drawing 0.png"]
        page.get_by_role("button", name="Undo").click()
        expect(tiles(page)).to_have_count(15)
        assert names_in_trash(private_trash) == []


def test_a_picture_goes_to_the_trash_from_its_own_view(browser: Browser, own_address: str, private_trash: Path) -> None:
    with open_page(browser, own_address) as visit:
        page = visit.page
        tiles(page).nth(1).click()
        page.get_by_role("button", name="More…").click()
        page.get_by_role("menuitem", name="Move to trash…").click()
        page.get_by_role("button", name="Move 1 file to the trash").click()
        expect(tiles(page)).to_have_count(14)
        assert names_in_trash(private_trash) == ["drawing 10.png"]
        page.get_by_role("button", name="Undo").click()
        expect(tiles(page)).to_have_count(15)


def test_the_palette_goes_to_views_and_acts_on_the_selection(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        tiles(page).first.click(modifiers=["ControlOrMeta"])
        page.keyboard.press("ControlOrMeta+k")
        palette = page.get_by_role("dialog", name="Go to")
        expect(palette.get_by_role("option", name="Download…")).to_be_visible()
        page.keyboard.type("downl")
        assert not visit.accessibility_violations()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog", name="Download 1 picture")).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("ControlOrMeta+k")
        page.keyboard.type("compre")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Compress")


def test_filters_are_chips_that_stay_in_sight_and_hold_with_a_search(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        page.set_viewport_size({"width": 390, "height": 700})
        expect(tiles(page).first).to_be_visible()
        page.get_by_role("searchbox").fill("drawing")
        expect(page.get_by_text("14 of 15 pictures")).to_be_visible()
        page.get_by_role("combobox", name="Filter by folder").select_option("old")
        expect(tiles(page)).to_have_count(7)
        assert {"folder=old", "q=drawing"} <= set(page.url.partition("?")[2].split("&"))
        page.mouse.wheel(0, 600)
        expect(page.get_by_role("button", name="Remove the filter by folder")).to_be_in_viewport()
        assert not visit.accessibility_violations()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.get_by_role("button", name="Remove the filter by folder").click()
        expect(page.get_by_text("14 of 15 pictures")).to_be_visible()
        page.get_by_role("button", name="Filter by colour").click()
        page.get_by_role("group", name="Colours").get_by_role("button").first.click()
        expect(page.get_by_role("button", name="Remove the filter by colour")).to_be_visible()
        assert "colour=" in page.url


def test_fingers_select_by_a_long_press_and_then_by_taps(browser: Browser, address: str) -> None:
    with browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True) as context:
        page = context.new_page()
        page.set_default_timeout(MAX_WAIT)
        page.goto(address)
        expect(tiles(page).first).to_be_visible()
        box = tiles(page).first.bounding_box()
        assert box
        touch = context.new_cdp_session(page)
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
        expect(selected(page)).to_have_count(1)
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        tiles(page).nth(1).tap()
        expect(bar(page)).to_contain_text("2 pictures selected")
        bar(page).get_by_role("button", name="More…").tap()
        expect(page.get_by_role("menuitem", name="Copy paths")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
