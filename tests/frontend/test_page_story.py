"""The story of a work in a real browser: scrubbed, played, changed and saved."""

import re
from pathlib import Path

import pytest
from PIL import Image

pytest.importorskip("playwright", reason="needs the extra 'dev'")

from playwright.sync_api import Browser, Locator, Page, expect

from pochade.system.hashing import sha256_of_file
from tests.support.browser import MAX_WAIT, needs_browser, open_page
from tests.support.work_stages import folder_with_story

pytestmark = [needs_browser, pytest.mark.slow]
expect.set_options(timeout=MAX_WAIT)
START_JOB = """() => fetch("/api/jobs", {
    method: "POST", body: '{"kind": "map"}', headers: {"content-type": "application/json"},
})"""


@pytest.fixture(scope="module")
def art(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A work in three stages, a picture in two files, and others."""
    return folder_with_story(tmp_path_factory.mktemp("story") / "art")


def story_of(art: Path, address: str, name: str) -> str:
    """The address of the story of a file's picture."""
    with (art / name).open("rb") as file:
        return f"{address.rstrip('/')}/story/{sha256_of_file(file)[0][:16]}"


def stages(page: Page) -> Locator:
    """The stages in the strip."""
    return page.get_by_role("list", name="Stages").get_by_role("button")


def scrubber(page: Page) -> Locator:
    """The slider through the story."""
    return page.get_by_role("slider", name="Stage")


def test_the_stages_are_in_order_and_the_scrubber_fades_between_them(browser: Browser, art: Path, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        page.goto(story_of(art, address, "work tones.png"))
        expect(page.get_by_role("heading", name="The story of work colour.png")).to_be_visible()
        for place, words in enumerate(("1. Line art", "2. Grey tones", "3. ")):
            expect(stages(page).nth(place)).to_contain_text(words)
        expect(scrubber(page)).to_have_attribute("aria-valuetext", re.compile("^3 of 3"))
        assert not visit.accessibility_violations()
        page.keyboard.press("ArrowLeft")
        expect(scrubber(page)).to_have_attribute("aria-valuetext", "2 of 3: Grey tones")
        expect(page.get_by_role("img", name="Grey tones: work tones.png")).to_be_visible()
        scrubber(page).focus()
        page.keyboard.press("ArrowRight")
        expect(scrubber(page)).to_have_attribute("aria-valuetext", re.compile("^Grey tones, 1% faded into"))
        stages(page).first.click()
        expect(scrubber(page)).to_have_attribute("aria-valuetext", "1 of 3: Line art")
        page.get_by_role("button", name="Play").click()
        expect(scrubber(page)).to_have_attribute("aria-valuetext", re.compile("^3 of 3"))
        expect(page.get_by_role("button", name="Play")).to_be_visible()  # it has stopped at the end


def test_the_person_changes_the_order_and_saves_the_film(browser: Browser, art: Path, address: str) -> None:
    with open_page(browser, address, "dark") as visit:
        page = visit.page
        page.goto(story_of(art, address, "work colour.png"))
        stages(page).first.click()
        page.get_by_role("button", name="Later").click()
        expect(stages(page).first).to_contain_text("Grey tones")
        page.get_by_role("button", name="Leave out").click()
        expect(stages(page)).to_have_count(2)
        page.reload()
        expect(stages(page)).to_have_count(2)
        page.get_by_role("button", name="Save as a film").click()
        dialog = page.get_by_role("dialog", name="Save the story")
        expect(dialog.get_by_role("textbox", name="Name")).to_have_value("work colour story")
        assert not visit.accessibility_violations()
        dialog.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved work colour story.webp")).to_be_visible()
        with Image.open(art.with_name("art - results") / "work colour story.webp") as film:
            assert film.size == (240, 240)
        page.get_by_role("button", name="Show all in the first order").click()
        expect(stages(page)).to_have_count(3)
        assert "stages=" not in page.url


def test_a_job_that_ends_leaves_the_name_that_the_person_types(browser: Browser, art: Path, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        page.goto(story_of(art, address, "work colour.png"))
        expect(stages(page)).to_have_count(3)
        page.get_by_role("button", name="Save as a film").click()
        name = page.get_by_role("dialog").get_by_role("textbox", name="Name")
        name.fill("for my friends")
        with page.expect_response(re.compile("/story$")):  # the story is loaded again when the job has ended
            page.evaluate(START_JOB)
        expect(name).to_have_value("for my friends")


def test_copies_alone_are_no_story(browser: Browser, art: Path, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        page.goto(story_of(art, address, "drawing 2.png"))
        expect(page.get_by_text("There are no other versions of this work.")).to_be_visible()
        expect(page.get_by_text("It is here in 2 files that all show the same.")).to_be_visible()
        assert not visit.accessibility_violations()


def test_a_story_fits_a_phone(browser: Browser, art: Path, address: str) -> None:
    with browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True) as context:
        page = context.new_page()
        page.set_default_timeout(MAX_WAIT)
        page.goto(story_of(art, address, "work colour.png"))
        expect(stages(page)).to_have_count(3)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
