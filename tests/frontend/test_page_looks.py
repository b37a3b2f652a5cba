"""The frame of the page in a real browser: its navigation on screens of every width, its theme, and its grounds."""

import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pochade import Collection
from pochade.system.progress import ignore_progress
from pochade.web.jobs.job_tasks import run_task

pytest.importorskip("playwright", reason="needs the extra 'dev'")

from playwright.sync_api import Browser, Page, expect

from experiments.shared.page_views import open_view, wall_tiles
from tests.support.browser import MAX_WAIT, needs_browser, open_page, server

pytestmark = [needs_browser, pytest.mark.slow]
expect.set_options(timeout=MAX_WAIT)

VIEWS = ("Wall", "Groups", "Map", "Families", "Teach", "Labels", "Clean", "Compress", "Create", "Learn")
NARROWEST, PHONE, TABLET, DESKTOP = 320, 390, 820, 1280  # pixels
MIN_TARGET = 24  # pixels
TOOLS_HEIGHT = 60  # pixels, of the buttons on the map
COUNT_FADES = """() => {
    const start = document.startViewTransition.bind(document);
    window.fades = 0;
    document.startViewTransition = (update) => { window.fades += 1; return start(update); };
}"""
PAPER = (233, 231, 225)  # as `--picture-ground` in tokens.css
FIND_SMALL_TARGETS = f"""() => [...document.querySelectorAll("a, button, input, select, summary")]
    .filter((node) => node.checkVisibility() && !node.closest("p, .unseen") && !node.matches(".unseen, .skip"))
    .map((node) => [node, node.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && box.height > 1 && Math.min(box.width, box.height) < {MIN_TARGET} - 0.1)
    .map(([node, box]) => `${{box.width}} x ${{box.height}}: ${{node.outerHTML.slice(0, 120)}}`)"""


@pytest.fixture(scope="module")
def art(scanned_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scanned collection with families, groups and a map."""
    folder = Path(shutil.copytree(scanned_folder, tmp_path_factory.mktemp("organised") / "art"))
    for kind in ("families", "groups", "map"):
        run_task({"kind": kind, "folder": str(folder), "index": None, "keep": None, "anew": False}, ignore_progress)
    return folder


@pytest.fixture(scope="module")
def cutouts_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server for a collection with two large pictures, one of them a cut-out."""
    folder = tmp_path_factory.mktemp("cutouts")
    cutout = Image.new("RGBA", (900, 600))
    ImageDraw.Draw(cutout).ellipse((200, 100, 700, 500), fill=(220, 60, 40, 255))
    cutout.save(folder / "cutout.png")
    Image.new("RGB", (900, 600), (40, 90, 160)).save(folder / "opaque.png")
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
    with server(folder) as address:
        yield address


def set_width(page: Page, width: int) -> None:
    """Give the window a width."""
    page.set_viewport_size({"width": width, "height": 800})


@pytest.mark.parametrize("width", [PHONE, TABLET, DESKTOP])
def test_every_view_is_reached_from_the_navigation(browser: Browser, address: str, width: int) -> None:
    with open_page(browser, address) as visit:
        set_width(visit.page, width)
        for view in VIEWS[1:] + VIEWS[:1]:
            open_view(visit.page, view)
            expect(visit.page.get_by_role("heading", level=1).first).to_be_attached()
            expect(visit.page).to_have_title("Pochade" if view == "Wall" else f"{view} · Pochade")


def test_no_view_is_wider_than_the_narrowest_screen(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        set_width(visit.page, NARROWEST)
        for view in VIEWS:
            open_view(visit.page, view)
            expect(visit.page.get_by_role("heading", level=1).first).to_be_attached()
            visit.page.wait_for_load_state("networkidle")
            assert visit.page.evaluate("document.documentElement.scrollWidth") <= NARROWEST, view


@pytest.mark.parametrize("width", [PHONE, TABLET, DESKTOP])
def test_the_navigation_is_accessible_and_its_targets_are_large(browser: Browser, address: str, width: int) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        set_width(page, width)
        expect(wall_tiles(page).first).to_be_visible()
        open_view(page, "Groups")
        if width == PHONE:
            page.get_by_role("button", name="More…").click()
        if width == TABLET:
            page.get_by_role("button", name="Appearance").click()
        assert not visit.accessibility_violations()
        assert page.evaluate(FIND_SMALL_TARGETS) == []


def test_the_sheet_of_a_phone_closes_by_escape_and_gives_the_focus_back(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        set_width(page, PHONE)
        more = page.get_by_role("button", name="More…")
        more.click()
        expect(page.get_by_role("dialog", name="More")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog", name="More")).to_be_hidden()
        expect(more).to_be_focused()


def test_the_ground_and_the_theme_are_chosen_in_the_frame_and_stay(browser: Browser, cutouts_address: str) -> None:
    with open_page(browser, cutouts_address) as visit:
        page = visit.page
        themes, grounds = (page.get_by_role("group", name=name) for name in ("Theme", "Ground"))
        picture = page.locator("main img").first
        expect(picture).to_have_attribute("src", matching("on=light"))
        themes.get_by_role("radio", name="Dark").check()
        expect(picture).to_have_attribute("src", matching("on=dark"))
        grounds.get_by_role("radio", name="White").check()
        expect(picture).to_have_attribute("src", matching("on=light"))
        expect(picture).to_have_css("background-color", "rgb(255, 255, 255)")
        page.reload()
        expect(grounds.get_by_role("radio", name="White")).to_be_checked()
        expect(picture).to_have_css("background-color", "rgb(255, 255, 255)")
        grounds.get_by_role("radio", name="As the theme").check()
        expect(picture).to_have_attribute("src", matching("on=dark"))


def test_a_cutout_shows_the_ground_that_was_chosen(browser: Browser, cutouts_address: str) -> None:
    with open_page(browser, cutouts_address) as visit:
        page = visit.page
        page.get_by_role("group", name="Ground").get_by_role("radio", name="Paper").check()
        picture = wall_tiles(page).filter(has_text="cutout.png").locator("img")
        expect(picture).to_have_js_property("complete", True)
        page.wait_for_load_state("networkidle")
        shown = np.asarray(Image.open(io.BytesIO(picture.screenshot())).convert("RGB"))
        assert tuple(shown[2, 2]) == PAPER


def test_large_rows_show_sharper_pictures(browser: Browser, cutouts_address: str) -> None:
    with open_page(browser, cutouts_address) as visit:
        picture = wall_tiles(visit.page).filter(has_text="cutout.png").locator("img")
        visit.page.get_by_label("Picture size").fill("70")
        expect(picture).to_have_attribute("src", matching("side=256"))
        visit.page.get_by_label("Picture size").fill("340")
        expect(picture).to_have_attribute("src", matching("side=512"))


def test_the_map_fills_its_view(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        open_view(visit.page, "Map")
        canvas = visit.page.get_by_role("application")
        expect(canvas).to_be_visible()
        visit.page.wait_for_load_state("networkidle")
        shown = np.asarray(Image.open(io.BytesIO(canvas.screenshot())).convert("RGB")).astype(int)[TOOLS_HEIGHT:]
        rows, columns = np.nonzero(np.abs(shown - shown[-1, 0]).max(axis=-1) > 20)
        assert np.ptp(columns) > 0.85 * shown.shape[1]
        assert np.ptp(rows) > 0.85 * shown.shape[0]


def test_views_fade_into_each_other_unless_less_motion_is_asked_for(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        expect(wall_tiles(page).first).to_be_visible()
        page.evaluate(COUNT_FADES)
        wall_tiles(page).first.click()
        expect(page.get_by_role("heading", name="Labels", exact=True)).to_be_visible()
        assert page.evaluate("window.fades") == 1
        page.emulate_media(reduced_motion="reduce")
        open_view(page, "Groups")
        expect(page.get_by_role("heading", name="Groups", level=1)).to_be_visible()
        assert page.evaluate("window.fades") == 1


def test_the_page_is_set_in_its_own_typeface(browser: Browser, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        wall_tiles(page).first.click()
        expect(page.get_by_role("heading", name="Labels", exact=True)).to_be_visible()
        font = "document.fonts.load('16px \"Inter Variable\"').then((faces) => faces.map((face) => face.status))"
        assert page.evaluate(font) == ["loaded"]
        body, heading = (text_size(page, name) for name in ("body", "main h2"))
        assert (body, heading > body) == (16, True)


def text_size(page: Page, selector: str) -> float:
    """The size of an element's text, in pixels."""
    return float(page.locator(selector).first.evaluate("(node) => parseFloat(getComputedStyle(node).fontSize)"))


def matching(pattern: str) -> re.Pattern[str]:
    """A pattern that an attribute must contain."""
    return re.compile(pattern)
