"""Groups, labels and the map in a real browser: a person puts a collection in order."""

import pytest

pytest.importorskip("playwright", reason="needs the extra 'dev'")

from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.browser import MAX_WAIT, needs_browser, open_page

pytestmark = [needs_browser, pytest.mark.slow]
expect.set_options(timeout=MAX_WAIT)

PICTURES = 15  # in the collection, one of them in two files


def go(page: Page, view: str) -> None:
    """Open a view with the navigation bar."""
    page.get_by_role("navigation", name="Views").get_by_role("link", name=view).click()


def press(page: Page, name: str) -> None:
    """Press a button."""
    page.get_by_role("button", name=name, exact=True).click()


def group_checkboxes(page: Page) -> Locator:
    """The checkboxes that select groups."""
    return page.get_by_role("checkbox")


def test_groups_are_renamed_split_and_merged_and_undo_reverts_it(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        go(page, "Groups")
        press(page, "Make groups")
        expect(group_checkboxes(page).first).to_be_visible()
        before = group_checkboxes(page).count()
        page.get_by_role("button", name="Rename").first.click()
        page.get_by_label("Group name").fill("ink studies")
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="ink studies")).to_be_visible()
        group_checkboxes(page).first.check()
        press(page, "Split")
        expect(group_checkboxes(page)).to_have_count(before + 1)
        assert not visit.accessibility_violations()
        group_checkboxes(page).nth(0).check()
        group_checkboxes(page).nth(1).check()
        press(page, "Merge")
        expect(group_checkboxes(page)).to_have_count(before)
        undo = page.locator("header").get_by_role("button", name="Undo")
        undo.click()
        expect(group_checkboxes(page)).to_have_count(before + 1)
        undo.click()
        expect(page.get_by_role("link", name="ink studies")).to_be_visible()


def test_pictures_move_from_one_group_to_another(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        go(page, "Groups")
        make_groups = page.get_by_role("button", name="Make groups")
        make_groups.or_(page.get_by_role("button", name="Add new pictures to groups")).click()
        expect(group_checkboxes(page).first).to_be_visible()
        if group_checkboxes(page).count() < 2:
            group_checkboxes(page).first.check()
            press(page, "Split")
        expect(group_checkboxes(page).nth(1)).to_be_visible()
        page.locator("a.title").first.click()
        pictures = page.get_by_role("list", name="Pictures").get_by_role("button")
        expect(pictures.first).to_be_visible()
        count = pictures.count()
        pictures.first.click()
        page.get_by_label("Move to").select_option(index=1)
        assert not visit.accessibility_violations()
        press(page, "Move")
        expect(pictures).to_have_count(count - 1)
        page.get_by_role("link", name="Show on wall").click()
        expect(page.get_by_role("combobox", name="Filter by group")).not_to_have_value("")


def test_a_label_is_taught_with_single_keys(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        go(page, "Teach")
        page.get_by_label("New label").fill("ports/quays")
        press(page, "Create")
        picker = page.get_by_role("region", name="Pick examples")
        for name in ("copy of 0.png", "drawing 2.png", "drawing 4.png"):
            picker.get_by_role("button").filter(has=page.get_by_alt_text(name, exact=True)).click()
        press(page, "These are “ports/quays”")
        question = page.get_by_role("region", name="Questions").get_by_role("img")
        expect(question).to_be_visible()
        expect(page.get_by_text("3 labelled · 0 rejected")).to_be_visible()
        assert not visit.accessibility_violations()
        first = question.get_attribute("alt") or ""
        page.keyboard.press("y")
        expect(page.get_by_text("4 labelled · 0 rejected")).to_be_visible()
        expect(question).not_to_have_attribute("alt", first)
        page.keyboard.press("n")
        expect(page.get_by_text("4 labelled · 1 rejected")).to_be_visible()
        page.keyboard.press("s")
        page.keyboard.press("u")
        page.keyboard.press("u")
        expect(page.get_by_text("4 labelled · 0 rejected")).to_be_visible()
        page.keyboard.press("u")
        expect(page.get_by_text("3 labelled · 0 rejected")).to_be_visible()
        expect(question).to_have_attribute("alt", first)
        page.get_by_role("region", name="Suggestions").get_by_role("button", name="Yes: ").first.click()
        expect(page.get_by_role("link", name="ports/quays 4")).to_be_visible()


def test_the_map_is_walked_by_keyboard_and_a_lasso_selects_pictures(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        page.emulate_media(reduced_motion="reduce")
        go(page, "Map")
        press(page, "Make the map")
        canvas = page.get_by_role("application", name=f"Map of {PICTURES} pictures")
        expect(canvas).to_be_visible()
        panel = page.get_by_role("complementary", name="Details")
        canvas.click(position={"x": 30, "y": 700})
        expect(panel.get_by_role("heading", name="Nothing here")).to_be_visible()
        expect(panel.get_by_role("button", name=".png").first).to_be_visible()
        assert not visit.accessibility_violations()
        page.keyboard.press("ArrowRight")
        expect(panel.get_by_role("heading", level=2)).to_contain_text("drawing")
        for arrow in ("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"):
            page.keyboard.press(arrow)
        expect(panel.get_by_role("heading", level=2)).not_to_have_text("…")
        page.keyboard.press("Escape")
        expect(panel).to_have_count(0)
        page.keyboard.press("0")
        draw_around_everything(page, canvas)
        expect(panel.get_by_role("heading", name=f"{PICTURES} pictures selected")).to_be_visible()
        panel.get_by_label("Label for all").fill("all of them")
        panel.get_by_role("button", name="Add").click()
        expect(page.get_by_text(f"Added “all of them” to {PICTURES} pictures")).to_be_visible()
        assert not visit.accessibility_violations()
        panel.get_by_role("button", name="Show on wall").click()
        expect(page.get_by_role("list", name="Pictures").get_by_role("link")).to_have_count(PICTURES)


def draw_around_everything(page: Page, canvas: Locator) -> None:
    """Draw a lasso around the whole map."""
    press(page, "Lasso")
    box = canvas.bounding_box()
    assert box
    left, top = box["x"] + 5, box["y"] + 50
    right, bottom = box["x"] + box["width"] - 5, box["y"] + box["height"] - 5
    page.mouse.move(left, top)
    page.mouse.down()
    for corner in ((right, top), (right, bottom), (left, bottom)):
        page.mouse.move(*corner, steps=3)
    page.mouse.up()
