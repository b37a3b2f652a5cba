"""Labels as a whole in a real browser: renamed, merged, deleted, imported; by mouse, by keyboard and on a phone."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pochade import Collection

pytest.importorskip("playwright", reason="needs the extra 'dev'")

from playwright.sync_api import Browser, Locator, Page, expect

from experiments.shared.page_views import open_view
from tests.frontend.test_page_looks import FIND_SMALL_TARGETS, PHONE, set_width
from tests.support.browser import MAX_WAIT, Visit, needs_browser, open_page, server
from tests.support.foreign_libraries import make_eagle_library

pytestmark = [needs_browser, pytest.mark.slow]
expect.set_options(timeout=MAX_WAIT)

LABELS = {"harbour": (0, 2, 4), "Harbour": (6,), "sea": (2, 8)}  # and the numbers of the drawings that have them


@pytest.fixture
def labelled_art(scanned_folder: Path, tmp_path: Path) -> Path:
    """A scanned folder with three labels, an Eagle library, and tags beside pictures."""
    art = Path(shutil.copytree(scanned_folder, tmp_path / "art"))
    with Collection.open(art) as collection:
        for label, numbers in LABELS.items():
            collection.teach(label, [art / f"drawing {number}.png" for number in numbers])
    make_eagle_library(art / "Old.library", {art / "drawing 10.png": {"tags": ["ink"], "annotation": "mine"}})
    (art / "drawing 12.png.json").write_text(json.dumps({"tags": ["creator:somebody", "sea"]}))
    (art / "drawing 6.png.json").write_text("{")
    return art


@pytest.fixture
def labelled_address(labelled_art: Path) -> Iterator[str]:
    """The address of a server for the labelled folder."""
    with server(labelled_art) as address:
        yield address


def cards(page: Page) -> Locator:
    """The labels of the view."""
    return page.get_by_role("list", name="All labels").get_by_role("listitem")


def expect_labels(page: Page, *texts: str) -> None:
    """Wait until the view has exactly these labels, with the numbers of their pictures."""
    expect(cards(page)).to_contain_text(list(texts), use_inner_text=True)  # without what is not shown
    expect(cards(page)).to_have_count(len(texts))


def open_labels(visit: Visit) -> Page:
    """Open the view of all labels."""
    open_view(visit.page, "Labels")
    expect(visit.page.get_by_role("heading", name="Labels", level=1)).to_be_visible()
    return visit.page


def press(page: Page, name: str) -> None:
    """Press a button."""
    page.get_by_role("button", name=name, exact=True).click()


def test_a_label_gets_a_colour_that_marks_it_everywhere(browser: Browser, labelled_address: str) -> None:
    with open_page(browser, labelled_address) as visit:
        page = open_labels(visit)
        page.get_by_role("button", name="Colour of sea").click()
        colours = page.get_by_role("group", name="Colour of sea")
        expect(colours.get_by_role("button", name="No colour")).to_have_attribute("aria-pressed", "true")
        assert not visit.accessibility_violations()
        page.keyboard.press("Tab")
        colours.get_by_role("button", name="teal").click()
        expect(page.get_by_role("button", name="Colour of sea: teal")).to_be_focused()
        sidebar = page.get_by_role("navigation").get_by_title("sea", exact=True)
        expect(sidebar.locator("[style*=background]")).to_have_count(1)
        page.get_by_role("button", name="Colour of sea: teal").click()
        page.get_by_role("group", name="Colour of sea").get_by_role("button", name="No colour").click()
        expect(sidebar.locator("[style*=background]")).to_have_count(0)


def test_labels_are_renamed_merged_and_deleted_and_undo_reverts_it(browser: Browser, labelled_address: str) -> None:
    with open_page(browser, labelled_address) as visit:
        page = open_labels(visit)
        expect_labels(page, "harbour 3 pictures", "Harbour 1 picture", "sea 2 pictures")
        assert not visit.accessibility_violations()
        page.get_by_label("Select harbour", exact=True).check()
        page.get_by_label("Select Harbour", exact=True).check()
        press(page, "Merge…")
        dialog = page.get_by_role("dialog", name="Merge 2 labels")
        expect(dialog.get_by_label("Name of the one label")).to_have_value("harbour")
        assert not visit.accessibility_violations()
        press(page, "Merge")
        expect_labels(page, "harbour 4 pictures", "sea 2 pictures")
        page.get_by_role("button", name="Delete sea").click()
        expect(page.get_by_text("Deleted “sea” from 2 pictures")).to_be_visible()
        expect_labels(page, "harbour 4 pictures")
        page.locator(".notices").get_by_role("button", name="Undo").click()
        expect_labels(page, "harbour 4 pictures", "sea 2 pictures")
        page.get_by_role("button", name="Rename sea").click()
        page.get_by_label("New name").fill("harbour")
        expect(page.get_by_text("“harbour” is a label already, of 4 pictures. Both become one.")).to_be_visible()
        press(page, "Merge")
        expect_labels(page, "harbour 5 pictures")
        page.locator("header").get_by_role("button", name="Undo").click()
        expect_labels(page, "harbour 4 pictures", "sea 2 pictures")
        page.get_by_role("link", name="sea", exact=True).click()
        expect(page.get_by_role("list", name="Pictures").get_by_role("link")).to_have_count(2)


def test_the_keyboard_alone_renames_deletes_and_undoes(browser: Browser, labelled_address: str) -> None:
    with open_page(browser, labelled_address, "dark") as visit:
        page = open_labels(visit)
        assert not visit.accessibility_violations()
        page.get_by_label("Select sea").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Rename sea")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_label("New name")).to_be_focused()
        page.keyboard.type("ocean")
        page.keyboard.press("Enter")
        expect_labels(page, "harbour 3 pictures", "Harbour 1 picture", "ocean 2 pictures")
        page.keyboard.press("ControlOrMeta+z")
        expect_labels(page, "harbour 3 pictures", "Harbour 1 picture", "sea 2 pictures")
        page.get_by_role("button", name="Delete sea").focus()
        page.keyboard.press("Enter")
        expect_labels(page, "harbour 3 pictures", "Harbour 1 picture")
        expect(page.get_by_role("main").get_by_role("link", name="Harbour", exact=True)).to_be_focused()


def test_a_phone_has_room_for_everything(browser: Browser, labelled_address: str) -> None:
    with open_page(browser, labelled_address) as visit:
        set_width(visit.page, PHONE)
        page = open_labels(visit)
        page.get_by_label("Select harbour", exact=True).check()
        page.get_by_label("Select sea").check()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
        assert page.evaluate(FIND_SMALL_TARGETS) == []
        press(page, "Delete")
        expect_labels(page, "Harbour 1 picture")
        press(page, "Import labels…")
        expect(page.get_by_role("checkbox", name="Eagle library")).to_be_checked()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
        assert not visit.accessibility_violations()


def test_labels_of_other_programs_are_previewed_imported_and_taken_back(
    browser: Browser, labelled_address: str
) -> None:
    with open_page(browser, labelled_address) as visit:
        page = open_labels(visit)
        press(page, "Import labels…")
        dialog = page.get_by_role("dialog", name="Import labels")
        expect(dialog.get_by_role("checkbox", name="Eagle library")).to_be_checked()
        expect(dialog).to_contain_text("1 note not imported")
        dialog.get_by_text("1 item left out").click()
        expect(dialog).to_contain_text("drawing 6.png.json is no JSON that can be read")
        assert not visit.accessibility_violations()
        dialog.get_by_role("checkbox", name="Eagle library").uncheck()
        press(page, "Import 2 labels")
        expect(dialog).to_be_hidden()
        expect(page.get_by_text("Added 2 labels to 1 picture")).to_be_visible()
        expect_labels(page, "creator:somebody 1 picture", "harbour 3 pictures", "Harbour 1 picture", "sea 3 pictures")
        press(page, "Import labels…")
        expect(dialog).to_contain_text("2 labels of pictures known already")
        press(page, "Take it back")
        expect(dialog.get_by_role("button", name="Import 3 labels")).to_be_visible()
        page.keyboard.press("Escape")
        expect_labels(page, "harbour 3 pictures", "Harbour 1 picture", "sea 2 pictures")


def test_a_collection_without_labels_says_how_to_get_some(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = open_labels(visit)
        expect(page.get_by_role("main").get_by_role("link", name="Teach a label")).to_be_visible()
        assert not visit.accessibility_violations()
        press(page, "Import labels…")
        expect(page.get_by_role("dialog")).to_contain_text("No labels of other programs were found here.")


def test_several_labels_are_given_to_a_selection_with_the_keyboard(browser: Browser, labelled_address: str) -> None:
    with open_page(browser, labelled_address) as visit:
        page = visit.page
        tiles = page.get_by_role("list", name="Pictures").get_by_role("link")
        expect(tiles).to_have_count(15)
        tiles.first.focus()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.press("l")
        dialog = page.get_by_role("dialog", name="Label 15 pictures")
        for label in ("finished", "2026"):
            dialog.get_by_label("Find or add a label").fill(label)
            page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        expect(page.get_by_text("15 pictures: added “finished” and “2026”")).to_be_visible()
        open_labels(visit)
        expect_labels(
            page,
            "2026 15 pictures",
            "finished 15 pictures",
            "harbour 3 pictures",
            "Harbour 1 picture",
            "sea 2 pictures",
        )


def test_every_answer_makes_new_suggestions(browser: Browser, labelled_address: str) -> None:
    with open_page(browser, labelled_address) as visit:
        page = open_labels(visit)
        page.get_by_role("link", name="Suggest more pictures for harbour", exact=True).click()
        question = page.get_by_role("region", name="Questions").get_by_role("img")
        expect(question).to_be_visible()
        for key, counts in (("y", "4 labelled · 0 rejected"), ("n", "4 labelled · 1 rejected")):
            with page.expect_response(lambda response: "/api/suggestions" in response.url):
                page.keyboard.press(key)
            expect(page.get_by_text(counts)).to_be_visible()
        with page.expect_response(lambda response: "/api/suggestions" in response.url):
            page.keyboard.press("u")
        expect(page.get_by_text("4 labelled · 0 rejected")).to_be_visible()
        press(page, "Rename")
        page.get_by_label("New name").fill("port")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="port", exact=True)).to_be_visible()
        press(page, "Delete")
        expect(page.get_by_text("Deleted “port” from 4 pictures")).to_be_visible()
        expect_labels(page, "Harbour 1 picture", "sea 2 pictures")
