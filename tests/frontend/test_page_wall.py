"""The page in a real browser: a person learns a folder, looks at its wall, goes to a piece and comes back."""

from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs the extra 'dev'")

from playwright.sync_api import Locator, Page, expect

from tests.support.browser import PATIENCE, needs_browser, visit
from tests.support.drawings import drawing, folder_of_art
from tests.support.web_client import learnt_folder_of_art

pytestmark = needs_browser
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def art(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection that was learnt."""
    return learnt_folder_of_art(tmp_path_factory.mktemp("page") / "art")


def tiles(page: Page) -> Locator:
    """The pictures on the wall."""
    return page.get_by_role("list", name="Pictures").get_by_role("link")


def title(page: Page) -> Locator:
    """The heading of what is looked at."""
    return page.get_by_role("heading", level=1)


def test_a_folder_is_learnt_on_the_first_visit_and_its_wall_hangs(tmp_path: Path) -> None:
    with visit(folder_of_art(tmp_path / "art", 5)) as there:
        page = there.page
        expect(title(page)).to_have_text("Every piece, as a small sketch")
        assert not there.serious_faults()
        page.get_by_role("button", name="Learn this folder").click()
        expect(tiles(page)).to_have_count(5)
        page.get_by_role("link", name="Learn", exact=True).click()
        expect(page.get_by_text("5 new pieces")).to_be_visible()
        page.get_by_text("Log, since").click()
        expect(page.get_by_label("Log of learn")).to_contain_text("reading")
        assert not there.serious_faults()
    assert (there.faults, there.elsewhere) == ([], [])


def test_from_the_wall_to_a_piece_and_back_with_the_mouse(art: Path) -> None:
    with visit(art) as there:
        page = there.page
        expect(tiles(page)).to_have_count(16)
        assert not there.serious_faults()
        tiles(page).nth(2).click()
        expect(title(page)).to_have_text("drawing 10.png")
        expect(page.get_by_role("img", name="drawing 10.png, redrawn from its code")).to_be_visible()
        page.get_by_role("combobox", name="A label").fill("harbours")
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_role("link", name="harbours")).to_be_visible()
        assert not there.serious_faults()
        page.get_by_role("button", name="Wall").click()
        expect(tiles(page).nth(2)).to_be_focused()
        page.get_by_role("combobox", name="Choose by label").select_option("harbours")
        expect(tiles(page)).to_have_count(1)
        page.get_by_role("button", name="Show all").click()
        expect(tiles(page)).to_have_count(16)
    assert (there.faults, there.elsewhere) == ([], [])


def test_from_the_wall_to_a_piece_and_back_by_keyboard(art: Path) -> None:
    with visit(art, "dark") as there:
        page = there.page
        expect(tiles(page)).to_have_count(16)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        tiles(page).first.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        expect(tiles(page).nth(2)).to_be_focused()
        page.keyboard.press("Enter")
        expect(title(page)).to_have_text("drawing 10.png")
        page.keyboard.press("ArrowRight")
        expect(title(page)).to_have_text("drawing 12.png")
        assert not there.serious_faults()
        page.keyboard.press("Escape")
        expect(tiles(page).nth(3)).to_be_focused()
        assert not there.serious_faults()
    assert (there.faults, there.elsewhere) == ([], [])


def test_a_picture_that_is_sent_finds_its_like(art: Path, tmp_path: Path) -> None:
    asked = tmp_path / "asked.jpg"
    drawing(4).resize((150, 150)).save(asked)
    with visit(art) as there:
        page = there.page
        page.goto(there.address + "like")
        page.get_by_label("Another picture").set_input_files(asked)
        found = page.get_by_role("list").get_by_role("link").filter(has_text="drawing 4.png")
        expect(found).to_have_count(1)
        assert not there.serious_faults()
    assert (there.faults, there.elsewhere) == ([], [])
