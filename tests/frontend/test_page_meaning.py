"""Search by meaning on the wall in a real browser: pictures with the words first, then those that the eye sees."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs the extra 'dev'")

from playwright.sync_api import Browser, Locator, Page, expect

from pochade import Collection
from tests.support.browser import MAX_WAIT, needs_browser, open_page, server
from tests.support.small_eyes import save_siglip

pytestmark = [needs_browser, pytest.mark.slow]
expect.set_options(timeout=MAX_WAIT)


@pytest.fixture(scope="module")
def seeing_address(scanned_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server for a collection with an eye that knows words."""
    folder = Path(shutil.copytree(scanned_folder, tmp_path_factory.mktemp("seeing") / "art"))
    with Collection.open(folder) as collection:
        collection.choose_eye(str(save_siglip(tmp_path_factory.mktemp("eyes") / "siglip")))
    with server(folder) as address:
        yield address


def tiles(page: Page, name: str) -> Locator:
    """The pictures of a list."""
    return page.get_by_role("list", name=name, exact=True).get_by_role("link")


def test_pictures_with_the_words_come_first_and_others_by_meaning(browser: Browser, seeing_address: str) -> None:
    with open_page(browser, seeing_address) as visit:
        page = visit.page
        box = page.get_by_role("searchbox", name="Search pictures by words")
        box.fill("small")
        expect(tiles(page, "Pictures")).to_have_count(1)
        expect(page.get_by_role("heading", name="By meaning")).to_be_visible()
        expect(page.get_by_text("First comes what the eye siglip finds nearest to them")).to_be_visible()
        expect(tiles(page, "Pictures by meaning")).to_have_count(14)
        assert not visit.accessibility_violations()
        box.fill("a lighthouse at night")
        expect(page.get_by_text("No picture has all these words.")).to_be_visible()
        expect(tiles(page, "Pictures by meaning")).to_have_count(15)
        box.fill('"small"')
        expect(tiles(page, "Pictures")).to_have_count(1)
        expect(page.get_by_role("heading", name="By meaning")).to_be_hidden()


def test_a_picture_found_by_meaning_opens_and_back_leads_to_the_search(browser: Browser, seeing_address: str) -> None:
    with open_page(browser, seeing_address) as visit:
        page = visit.page
        page.get_by_role("searchbox", name="Search pictures by words").fill("small")
        expect(tiles(page, "Pictures by meaning")).to_have_count(14)
        tiles(page, "Pictures by meaning").first.click()
        expect(tiles(page, "Pictures by meaning")).to_have_count(0)
        page.go_back()
        expect(tiles(page, "Pictures by meaning")).to_have_count(14)


def test_similar_pictures_can_be_compared_by_meaning(browser: Browser, seeing_address: str) -> None:
    with open_page(browser, seeing_address) as visit:
        page = visit.page
        expect(tiles(page, "Pictures")).to_have_count(15)
        tiles(page, "Pictures").first.focus()
        page.keyboard.press("s")
        expect(page.get_by_role("heading", name="Similar pictures", exact=True)).to_be_visible()
        with page.expect_response(lambda response: "by=meaning" in response.url) as answer:
            page.get_by_text("By meaning").click()
        expect(tiles(page, "Similar pictures").first).to_have_attribute(
            "href", f"/piece/{answer.value.json()[0]['key']}"
        )
        assert not visit.accessibility_violations()


def test_the_page_for_learning_tells_which_eye_is_used(browser: Browser, seeing_address: str) -> None:
    with open_page(browser, seeing_address) as visit:
        visit.page.get_by_role("link", name="Learn").first.click()
        expect(visit.page.get_by_text("Groups, labels and the map use the eye siglip.")).to_be_visible()
