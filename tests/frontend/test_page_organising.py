"""Families, groups, labels and the map in a real browser, by a person who puts a collection in order."""

from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs the extra 'dev'")

from playwright.sync_api import Locator, Page, expect

from tests.support.browser import PATIENCE, needs_browser, visit
from tests.support.web_client import learnt_folder_of_art

pytestmark = needs_browser
expect.set_options(timeout=PATIENCE)

PIECES = 15  # in the collection, one of them in two files


@pytest.fixture(scope="module")
def art(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection that was learnt, and not put in order yet."""
    return learnt_folder_of_art(tmp_path_factory.mktemp("order") / "art")


def go(page: Page, view: str) -> None:
    """To a view by the bar."""
    page.get_by_role("navigation", name="Views").get_by_role("link", name=view).click()


def press(page: Page, name: str) -> None:
    """A button."""
    page.get_by_role("button", name=name, exact=True).click()


def families(page: Page) -> Locator:
    """The rows."""
    return page.get_by_role("article")


def groups(page: Page) -> Locator:
    """The boxes by which groups are selected."""
    return page.get_by_role("checkbox")


def test_families_are_found_compared_agreed_to_and_a_script_is_made(art: Path) -> None:
    with visit(art) as there:
        page = there.page
        go(page, "Families")
        press(page, "Find families")
        expect(families(page)).to_have_count(2)
        assert not there.serious_faults()
        small = families(page).filter(has_text="small copy.jpg")
        expect(small.get_by_text("Kept: the largest")).to_be_visible()
        small.get_by_role("button", name="small copy.jpg, goes").click()
        compared = page.get_by_role("dialog")
        expect(compared.get_by_role("img")).to_have_count(2)
        page.keyboard.press("2")
        expect(compared.get_by_label("How much of the second is seen")).to_be_visible()
        page.keyboard.press("3")
        expect(compared.get_by_role("button", name="Difference")).to_have_attribute("aria-pressed", "true")
        assert not there.serious_faults()
        page.keyboard.press("Escape")
        expect(compared).to_have_count(0)
        small.get_by_role("button", name="keep this: small copy.jpg").click()
        expect(small.get_by_role("heading")).to_have_text("small copy.jpg")
        page.get_by_role("button", name="Undo").click()
        expect(small.get_by_role("heading")).to_have_text("drawing 2.png")
        press(page, "Agree to all")
        expect(page.get_by_text("Decided: 2 files to set aside")).to_be_visible()
        with page.expect_download() as made:
            press(page, "Download the script")
        script = Path(made.value.path()).read_text(encoding="utf-8")
        assert "seen './drawing 2.png' './small copy.jpg'" in script
        assert script.count("\nsame ") == 1
        page.reload()
        expect(page.get_by_text("Decided: 2 files to set aside")).to_be_visible()
    assert (there.faults, there.elsewhere) == ([], [])
    assert (art / "small copy.jpg").exists()


def test_families_are_reviewed_by_keyboard(art: Path) -> None:
    with visit(art, "dark") as there:
        page = there.page
        go(page, "Families")
        page.get_by_role("button", name="families").first.click()
        expect(families(page)).to_have_count(2)
        page.keyboard.press("j")
        page.keyboard.press("a")
        expect(families(page)).to_have_count(1)
        page.keyboard.press("l")
        expect(page.get_by_text("All families are decided.")).to_be_visible()
        page.keyboard.press("u")
        expect(families(page)).to_have_count(1)
        assert not there.serious_faults()
    assert (there.faults, there.elsewhere) == ([], [])


def test_groups_are_named_split_merged_and_put_back(art: Path) -> None:
    with visit(art) as there:
        page = there.page
        go(page, "Groups")
        press(page, "Make groups")
        expect(groups(page).first).to_be_visible()
        before = groups(page).count()
        page.get_by_role("button", name="Rename").first.click()
        page.get_by_label("Name of the group").fill("ink studies")
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="ink studies")).to_be_visible()
        groups(page).first.check()
        press(page, "Split")
        expect(groups(page)).to_have_count(before + 1)
        assert not there.serious_faults()
        groups(page).nth(0).check()
        groups(page).nth(1).check()
        press(page, "Merge")
        expect(groups(page)).to_have_count(before)
        undo = page.locator("header").get_by_role("button", name="Undo")
        undo.click()
        expect(groups(page)).to_have_count(before + 1)
        undo.click()
        expect(page.get_by_role("link", name="ink studies")).to_be_visible()
    assert (there.faults, there.elsewhere) == ([], [])


def test_pieces_of_a_group_go_into_another(art: Path) -> None:
    with visit(art) as there:
        page = there.page
        go(page, "Groups")
        join = page.get_by_role("button", name="Make groups").or_(
            page.get_by_role("button", name="Let new pieces join")
        )
        join.click()
        expect(groups(page).first).to_be_visible()
        if groups(page).count() < 2:
            groups(page).first.check()
            press(page, "Split")
        expect(groups(page).nth(1)).to_be_visible()
        page.locator("a.title").first.click()
        pieces = page.get_by_role("list", name="Pieces").get_by_role("button")
        expect(pieces.first).to_be_visible()
        count = pieces.count()
        pieces.first.click()
        page.get_by_label("Move to").select_option(index=1)
        assert not there.serious_faults()
        press(page, "Move")
        expect(pieces).to_have_count(count - 1)
        page.get_by_role("link", name="On the wall").click()
        expect(page.get_by_role("combobox", name="Choose by group")).not_to_have_value("")
    assert (there.faults, there.elsewhere) == ([], [])


def test_a_label_is_taught_with_one_key_each(art: Path) -> None:
    with visit(art) as there:
        page = there.page
        go(page, "Teach")
        page.get_by_label("A new label").fill("ports/quays")
        press(page, "Begin")
        pick = page.get_by_role("region", name="Pick examples")
        for name in ("drawing 0.png", "drawing 2.png", "drawing 4.png"):
            pick.get_by_role("button").filter(has=page.get_by_alt_text(name, exact=True)).click()
        press(page, "These are “ports/quays”")
        asked = page.get_by_role("region", name="Questions").get_by_role("img")
        expect(asked).to_be_visible()
        expect(page.get_by_text("3 pieces have it · 0 refused")).to_be_visible()
        assert not there.serious_faults()
        first = asked.get_attribute("alt") or ""
        page.keyboard.press("y")
        expect(page.get_by_text("4 pieces have it · 0 refused")).to_be_visible()
        expect(asked).not_to_have_attribute("alt", first)
        page.keyboard.press("n")
        expect(page.get_by_text("4 pieces have it · 1 refused")).to_be_visible()
        page.keyboard.press("s")
        page.keyboard.press("u")
        page.keyboard.press("u")
        expect(page.get_by_text("4 pieces have it · 0 refused")).to_be_visible()
        page.keyboard.press("u")
        expect(page.get_by_text("3 pieces have it · 0 refused")).to_be_visible()
        expect(asked).to_have_attribute("alt", first)
        page.get_by_role("region", name="Suggestions").get_by_role("button", name="Yes: ").first.click()
        expect(page.get_by_role("link", name="ports/quays 4")).to_be_visible()
    assert (there.faults, there.elsewhere) == ([], [])


def test_the_map_is_laid_walked_and_drawn_upon(art: Path) -> None:
    with visit(art) as there:
        page = there.page
        page.emulate_media(reduced_motion="reduce")
        go(page, "Map")
        press(page, "Lay the map")
        canvas = page.get_by_role("application", name=f"Map of {PIECES} pieces")
        expect(canvas).to_be_visible()
        looked = page.get_by_role("complementary", name="What is looked at")
        canvas.click(position={"x": 30, "y": 700})
        expect(looked.get_by_role("heading", name="Here lies nothing")).to_be_visible()
        expect(looked.get_by_role("button", name=".png").first).to_be_visible()
        assert not there.serious_faults()
        page.keyboard.press("ArrowRight")
        expect(looked.get_by_role("heading", level=2)).to_contain_text("drawing")
        first = looked.get_by_role("heading", level=2).inner_text()
        for arrow in ("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"):
            page.keyboard.press(arrow)
        expect(looked.get_by_role("heading", level=2)).not_to_have_text("…")
        assert first
        page.keyboard.press("Escape")
        expect(looked).to_have_count(0)
        page.keyboard.press("0")
        draw_around(page, canvas)
        expect(looked.get_by_role("heading", name=f"{PIECES} pieces chosen")).to_be_visible()
        looked.get_by_label("A label for them").fill("all of them")
        looked.get_by_role("button", name="Label").click()
        expect(page.get_by_text(f"{PIECES} pieces labelled “all of them”")).to_be_visible()
        assert not there.serious_faults()
        looked.get_by_role("button", name="On the wall").click()
        expect(page.get_by_role("list", name="Pictures").get_by_role("link")).to_have_count(PIECES + 1)
    assert (there.faults, there.elsewhere) == ([], [])


def draw_around(page: Page, canvas: Locator) -> None:
    """A lasso about everything."""
    press(page, "Lasso")
    box = canvas.bounding_box()
    assert box
    left, top, right, bottom = 5, box["y"] + 50, box["width"] - 5, box["y"] + box["height"] - 5
    page.mouse.move(left, top)
    page.mouse.down()
    for corner in ((right, top), (right, bottom), (left, bottom)):
        page.mouse.move(*corner, steps=3)
    page.mouse.up()
