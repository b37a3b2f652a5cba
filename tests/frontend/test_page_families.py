"""Families and series in a real browser: a person looks at them, judges them, and moves duplicates to the trash."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs the extra 'dev'")

from playwright.sync_api import Browser, Locator, Page, expect

from pochade import Collection
from pochade.organise.family_model import MemberKind
from tests.support.browser import MAX_WAIT, Visit, needs_browser, open_page, server
from tests.support.drawings import drawing
from tests.support.duplicates import add_new_files, duplicates
from tests.support.private_trash import names_in_trash, private_trash
from tests.support.stored_families import move_file, store_by_hand

__all__ = ["duplicates", "private_trash"]  # fixtures
pytestmark = [needs_browser, pytest.mark.slow]
expect.set_options(timeout=MAX_WAIT)

PHONE = {"width": 390, "height": 800}  # CSS pixels
FAMILY: dict[str, MemberKind] = {
    "copy.png": "exact",
    "old/same.bmp": "exact",
    "resave.jpg": "resave",
    "edit.png": "edit",
}
VERSIONS: dict[str, MemberKind] = {"stage.png": "version"}


@pytest.fixture
def art(duplicates: Collection) -> Path:
    """A folder with a family of duplicates, a family of versions, and a series."""
    drawing(7).save(duplicates.folder / "stage.png")
    add_new_files(duplicates)
    (duplicates.folder / "old").mkdir()
    move_file(duplicates, "same.bmp", "old/same.bmp")
    families = [("cover.png", FAMILY), ("version.png", VERSIONS)]
    store_by_hand(duplicates, families, [("cover.png", ["variant.png"])])
    return duplicates.folder


@pytest.fixture
def visit(browser: Browser, art: Path, private_trash: Path) -> Iterator[Visit]:
    """A visit to the families, with a trash of the test's own."""
    assert private_trash.is_relative_to(os.environ["XDG_DATA_HOME"])
    with server(art) as address, open_page(browser, address) as visit:
        visit.page.goto(f"{address}families")
        expect(visit.page.get_by_role("article")).to_have_count(1)
        yield visit


def ticks(page: Page) -> Locator:
    """The checkboxes of files that may go."""
    return page.get_by_role("checkbox")


def ticked_names(page: Page) -> list[str]:
    """The names of the ticked files, in the order of the page."""
    labels = [box.get_attribute("aria-label") or "" for box in ticks(page).all() if box.is_checked()]
    return [label.removeprefix("To the trash: ").partition(",")[0] for label in labels]


def press(page: Page, name: str) -> None:
    """Press a button."""
    page.get_by_role("button", name=name, exact=True).click()


def show(page: Page, tab: str) -> None:
    """Choose a tab."""
    page.get_by_role("tab", name=tab).click()


def undo(page: Page) -> None:
    """Undo with the notice at the lower edge."""
    page.get_by_role("status").get_by_role("button", name="Undo").click()


def test_only_preselected_files_are_ticked_and_the_kept_one_stands_first(visit: Visit) -> None:
    page = visit.page
    expect(ticks(page)).to_have_count(4)
    assert ticked_names(page) == ["copy.png", "same.bmp", "resave.jpg"]
    expect(page.get_by_role("article").get_by_role("listitem").first).to_contain_text("Stays: the largest")
    expect(page.get_by_text("old/same.bmp", exact=True)).to_be_visible()
    assert not visit.accessibility_violations()
    show(page, "Versions")
    expect(page.get_by_text("Stages of one work")).to_be_visible()
    assert ticked_names(page) == []
    show(page, "Series")
    expect(page.get_by_role("article").get_by_text("variant", exact=True)).to_be_visible()
    expect(ticks(page)).to_have_count(0)
    assert not visit.accessibility_violations()


def test_another_file_is_kept_instead(visit: Visit) -> None:
    page = visit.page
    press(page, "More about copy.png")
    press(page, "Keep this one")
    expect(page.get_by_role("article").get_by_role("listitem").first).to_contain_text("Stays: you chose it")
    assert ticked_names(page) == ["cover.png", "same.bmp", "resave.jpg"]
    page.reload()
    expect(page.get_by_text("Stays: you chose it")).to_be_visible()
    press(page, "More about edit.png")
    press(page, "Keep this one")
    expect(page.get_by_role("button", name="Move")).to_have_count(0)


def test_what_differs_is_outlined_in_both_pictures_and_zoomed_to(visit: Visit) -> None:
    page = visit.page
    press(page, "Compare: edit.png")
    comparison = page.get_by_role("dialog", name="Compare two files")
    expect(comparison.get_by_role("img")).to_have_count(2)
    expect(comparison.locator("svg")).to_have_count(2)
    press(page, "Zoom to what differs")
    assert float(comparison.get_by_role("slider", name="Zoom").input_value()) > 1
    assert not visit.accessibility_violations()
    page.keyboard.press("2")
    expect(comparison.get_by_label("Opacity of the second file")).to_be_visible()
    page.keyboard.press("3")
    expect(comparison.locator("svg")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(comparison).to_have_count(0)
    expect(page.get_by_role("article")).to_be_focused()


def test_pairs_are_judged_and_every_word_is_undone(visit: Visit) -> None:
    page = visit.page
    for word in ("Different works", "Keep both", "A version"):
        press(page, "Compare: resave.jpg")
        page.get_by_role("group", name="What these two are").get_by_role("button", name=word).click()
        expect(page.get_by_role("button", name="Move 2 files to the trash")).to_be_visible()
        if word == "Different works":
            expect(page.get_by_text("resave.jpg")).to_have_count(0)
        undo(page)
        expect(page.get_by_role("button", name="Move 3 files to the trash")).to_be_visible()
    press(page, "More about edit.png")
    press(page, "Take out of the family")
    expect(page.get_by_role("button", name="Compare: edit.png")).to_have_count(0)
    page.keyboard.press("u")
    expect(page.get_by_role("button", name="Compare: edit.png")).to_be_visible()


def test_a_picture_is_added_by_hand(visit: Visit) -> None:
    page = visit.page
    press(page, "Add a picture")
    page.get_by_role("dialog").get_by_role("button", name="variant.png").click()
    press(page, "Add (1)")
    expect(page.get_by_role("checkbox", name="To the trash: variant.png, version")).not_to_be_checked()
    expect(page.get_by_role("tab", name="Series 0")).to_be_visible()
    undo(page)
    expect(page.get_by_role("tab", name="Series 1")).to_be_visible()


def test_folders_are_protected_and_preferred(visit: Visit) -> None:
    page = visit.page
    press(page, "More about same.bmp")
    assert not visit.accessibility_violations()
    press(page, "Never propose from this folder")
    expect(page.get_by_text("In a protected folder")).to_be_visible()
    expect(page.get_by_role("checkbox", name="To the trash: same.bmp")).to_have_count(0)
    press(page, "More about same.bmp")
    press(page, "Keep the ones in this folder")
    expect(page.get_by_text("Stays: in a preferred folder")).to_be_visible()
    assert "cover.png" in ticked_names(page)
    undo(page)
    expect(page.get_by_text("In a protected folder")).to_be_visible()


@pytest.mark.skipif(sys.platform != "linux", reason="only there a file can be put back")
def test_ticked_files_go_to_the_trash_after_a_question_and_come_back(
    visit: Visit, art: Path, private_trash: Path
) -> None:
    page = visit.page
    ticks(page).nth(2).uncheck()
    press(page, "Move 2 files to the trash")
    question = page.get_by_role("dialog")
    expect(question.get_by_role("definition")).to_have_text(["cover.png", "copy.png", "old/same.bmp"])
    assert not visit.accessibility_violations()
    question.get_by_role("button", name="Cancel").click()
    assert names_in_trash(private_trash) == []
    press(page, "Move 2 files to the trash")
    question.get_by_role("button", name="Move 2 files to the trash").click()
    expect(page.get_by_text("2 files are in the trash.")).to_be_visible()
    assert names_in_trash(private_trash) == ["copy.png", "same.bmp"]
    expect(page.get_by_role("button", name="Compare: copy.png")).to_have_count(0)
    assert not visit.accessibility_violations()
    undo(page)
    expect(page.get_by_text("2 files are back where they were.")).to_be_visible()
    assert (art / "copy.png").exists()
    assert (art / "old" / "same.bmp").exists()


def test_a_script_can_be_saved_instead(visit: Visit, art: Path) -> None:
    page = visit.page
    press(page, "Move 3 files to the trash")
    with page.expect_download() as download:
        page.get_by_role("dialog").get_by_role("button", name="Save a script instead").click()
    script = Path(download.value.path()).read_text(encoding="utf-8")
    assert "same ./cover.png ./copy.png" in script
    assert "edit.png" not in script
    assert (art / "copy.png").exists()


def test_families_are_reviewed_by_keyboard_on_a_phone(visit: Visit) -> None:
    page = visit.page
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("j")
    expect(page.get_by_role("article")).to_be_focused()
    page.keyboard.press("c")
    expect(page.get_by_role("dialog", name="Compare two files")).to_be_visible()
    assert not visit.accessibility_violations()
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Duplicates").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Versions")).to_be_focused()
    expect(page.get_by_text("Stages of one work")).to_be_visible()


def test_before_the_first_search_the_page_says_what_it_would_do(browser: Browser, duplicates: Collection) -> None:
    with server(duplicates.folder) as address, open_page(browser, address, "dark") as visit:
        visit.page.goto(f"{address}families")
        expect(visit.page.get_by_role("button", name="Find families")).to_be_visible()
        expect(visit.page.get_by_text("Your files are not touched.")).to_be_visible()
        expect(visit.page.get_by_role("tab")).to_have_count(0)
        assert not visit.accessibility_violations()
