"""Draw to find in a real browser: with a pointer, by keys alone, and from a part of a picture."""

import re
from pathlib import Path

import pytest
from PIL import Image

pytest.importorskip("playwright", reason="needs the extra 'dev'")

from playwright.sync_api import Browser, Locator, Page, expect

from experiments.shared.page_views import draw_line, paper
from pochade import Collection
from tests.support.browser import MAX_WAIT, needs_browser, open_page
from tests.support.drawings import folder_of_art

pytestmark = [needs_browser, pytest.mark.slow]
expect.set_options(timeout=MAX_WAIT)
DRAWINGS = 9


@pytest.fixture(scope="module")
def art(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawings, and three pictures that a person can draw and name the colours of."""
    folder = folder_of_art(tmp_path_factory.mktemp("draw") / "art", DRAWINGS)
    for name, box, colour in (
        ("blue bar", (20, 80, 180, 120), "#2a5db0"),
        ("red square", (60, 60, 140, 140), "#c0392b"),
        ("green sheet", (0, 0, 200, 200), "#2e8b57"),
    ):
        picture = Image.new("RGB", (200, 200), "white")
        picture.paste(colour, box)
        picture.save(folder / f"{name}.png")
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
    return folder


def found(page: Page) -> Locator:
    """The pictures that were found."""
    return page.get_by_role("list", name="Most similar pictures").get_by_role("img")


def go(page: Page) -> None:
    """Open the view by its link."""
    page.get_by_role("link", name="Draw to find").first.click()
    expect(page.get_by_role("heading", name="Draw to find", level=1)).to_be_visible()
    expect(found(page)).to_have_count(DRAWINGS + 3)


def test_a_drawn_shape_brings_its_picture_to_the_front_and_undo_takes_it_back(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        go(page)
        first = found(page).first
        before = first.get_attribute("alt")
        page.get_by_role("button", name="blue", exact=True).click()
        page.get_by_role("radio", name="Broad").check(force=True)
        draw_line(page, (0.15, 0.45), (0.85, 0.45))
        draw_line(page, (0.85, 0.55), (0.15, 0.55))
        expect(first).to_have_attribute("alt", "blue bar.png")
        expect(paper(page)).to_have_attribute("aria-label", "Paper with 2 marks")
        assert not visit.accessibility_violations()

        page.get_by_role("link", name="blue bar.png").click()
        expect(page).to_have_url(re.compile("/piece/"))
        page.go_back()
        expect(paper(page)).to_have_attribute("aria-label", "Paper with 2 marks")
        page.get_by_role("button", name="Undo").click()
        page.get_by_role("button", name="Undo").click()
        expect(paper(page)).to_have_attribute("aria-label", "Paper, empty")
        expect(first).to_have_attribute("alt", str(before))


def test_colours_are_chosen_by_keys_alone(browser: Browser, address: str) -> None:
    with open_page(browser, address, "dark") as visit:
        page = visit.page
        go(page)
        page.get_by_role("button", name="green", exact=True).press("Enter")
        page.get_by_role("button", name="Add a colour").press("Enter")
        expect(found(page).first).to_have_attribute("alt", "green sheet.png")
        page.get_by_role("button", name="red", exact=True).press("Enter")
        page.get_by_role("button", name="Add a colour").press("Enter")
        page.get_by_role("slider", name="Share of colour 1").press("Home")
        expect(found(page).first).to_have_attribute("alt", "red square.png")
        assert not visit.accessibility_violations()
        page.get_by_role("button", name="Remove colour 1").press("Enter")
        expect(page.get_by_role("slider", name="Share of colour 1")).to_have_attribute("aria-valuetext", "100%")
        page.get_by_role("link", name="red square.png").focus()
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("list", name="Most similar pictures").get_by_role("link").nth(1)).to_be_focused()


def test_a_search_starts_from_a_part_of_a_picture(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        go(page)
        page.get_by_role("button", name="Start from a picture").click()
        page.get_by_role("searchbox", name="Search by name").fill("red square")
        page.get_by_role("group", name="Pictures").get_by_role("button", name="red square.png").click()
        page.get_by_role("button", name="Choose a part (1)").click()
        part = page.get_by_role("dialog", name="Which part?")
        part.get_by_role("button", name="Middle").click()
        assert not visit.accessibility_violations()
        part.get_by_role("button", name="Use this part").click()
        expect(paper(page)).to_have_attribute("aria-label", "Paper with 1 mark")
        expect(found(page).first).to_have_attribute("alt", "red square.png")
        page.get_by_role("button", name="Clear").click()
        expect(paper(page)).to_have_attribute("aria-label", "Paper, empty")


def test_on_a_phone_one_draws_with_a_finger(browser: Browser, address: str) -> None:
    with browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True) as context:
        page = context.new_page()
        page.set_default_timeout(MAX_WAIT)
        page.goto(f"{address.rstrip('/')}/draw")
        expect(found(page)).to_have_count(DRAWINGS + 3)
        box = paper(page).bounding_box()
        assert box
        page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(paper(page)).to_have_attribute("aria-label", "Paper with 1 mark")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
