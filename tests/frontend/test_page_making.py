"""Clean, Compress and Create in a real browser: what a person sees, and what is on the disk afterwards."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("playwright", reason="needs the extra 'dev'")

from playwright.sync_api import Browser, Locator, Page, expect

from pochade import Collection
from pochade.create.picture_latents import GENERATOR_FILE
from pochade.images.metadata.provenance import DIGITAL_SOURCE_TYPE
from pochade.models.checkpoints import save_model
from tests.support.browser import MAX_WAIT, needs_browser, open_page
from tests.support.drawings import drawing, folder_of_art
from tests.support.generator import small_generator_model

pytestmark = [needs_browser, pytest.mark.slow]
expect.set_options(timeout=5 * MAX_WAIT)  # compressing and creating are slow on a busy machine
PICTURES = 22


@pytest.fixture(scope="module")
def art(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scanned collection with a small generator of its own, which makes bad pictures quickly."""
    art = folder_of_art(tmp_path_factory.mktemp("make") / "art", PICTURES - 1)
    grainy_picture().save(art / "grainy.png")
    with Collection.open(art) as collection:
        collection.learn(minutes=0)
        save_model(collection.home / GENERATOR_FILE, small_generator_model())
    return art


def go(page: Page, view: str) -> None:
    """Open a view with the navigation bar."""
    page.get_by_role("navigation").get_by_role("link", name=view).click()
    expect(page.get_by_role("heading", name=view, level=1)).to_be_attached()


def grainy_picture(side: int = 160) -> Image.Image:
    """A picture that lossy compression makes much smaller, because its grain need not come back exactly."""
    light = np.linspace(40, 200, side)[None, :, None]
    return Image.fromarray(
        (light + np.random.default_rng(0).normal(0, 12, (side, side, 3))).clip(0, 255).astype(np.uint8)
    )


def results(art: Path) -> Path:
    """The default folder for results."""
    return art.with_name("art - results")


def yellowed_drawing(seed: int, side: int = 320) -> Image.Image:
    """A drawing on yellowish paper, lit from one side."""
    pixels = np.asarray(drawing(seed, side), np.float32) * np.array([0.9, 0.87, 0.75], np.float32)
    light = np.linspace(0.7, 1.0, side, dtype=np.float32)[None, :, None]
    return Image.fromarray((pixels * light).astype(np.uint8))


# Clean ---------------------------------------------------------------------------------------------------------------


def test_scans_are_cleaned_except_where_a_brush_protects_them(
    browser: Browser, art: Path, address: str, tmp_path: Path
) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        for seed in (41, 42):
            yellowed_drawing(seed).save(tmp_path / f"scan {seed}.png")
        go(page, "Clean")
        page.locator("input[type=file]").set_input_files([tmp_path / "scan 41.png", tmp_path / "scan 42.png"])
        viewer = page.get_by_role("application")
        expect(page.get_by_role("list", name="Scans").get_by_role("img")).to_have_count(2)
        wait_until_cleaned(page)

        edge = page.get_by_role("slider", name="Before and after")
        edge.focus()
        page.keyboard.press("ArrowRight")
        expect(edge).to_have_attribute("aria-valuetext", "51% before, 49% after")

        page.get_by_role("slider", name="Specks").fill("40")
        page.get_by_role("radio", name="What was removed").check(force=True)
        wait_until_cleaned(page)
        page.get_by_role("radio", name="Before | after").check(force=True)

        page.get_by_role("radio", name="Protect").check(force=True)
        drag(page, viewer, ((-60, -40), (60, -40)))
        expect(page.get_by_title("Partly protected")).to_have_count(1)
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_title("Partly protected")).to_have_count(0)
        viewer.focus()  # without a pointer, Enter paints in the middle
        page.keyboard.press("Enter")
        expect(page.get_by_title("Partly protected")).to_have_count(1)

        assert not visit.accessibility_violations()
        page.get_by_role("textbox", name="Output folder").fill("spring")
        page.get_by_role("button", name="Clean 2 scans").click()
        expect(page.get_by_text("2 scans cleaned")).to_be_visible()
        before = np.asarray(yellowed_drawing(41))
        after = np.asarray(Image.open(results(art) / "spring" / "scan 41.png").convert("RGB"))
        assert (after[150:170, 150:170] == before[150:170, 150:170]).all()  # under the brush
        assert (after[:20] != before[:20]).mean() > 0.5
        assert (results(art) / "spring" / "scan 42.png").is_file()

        page.get_by_role("button", name="Choose pictures").click()
        page.get_by_role("searchbox", name="Search by name").fill("drawing 3")
        page.get_by_role("group", name="Pictures").get_by_role("button", name="drawing 3.png").click()
        page.get_by_role("button", name="Clean (1)").click()
        page.get_by_role("list", name="Scans").get_by_role("img", name="drawing 3.png").hover()  # shows the button
        page.get_by_role("button", name="Remove drawing 3.png").click()
        expect(page.get_by_role("list", name="Scans").get_by_role("img")).to_have_count(2)


def wait_until_cleaned(page: Page) -> None:
    """Wait until the preview of the cleaned scan is complete."""
    expect(page.locator("[role=application] canvas").first).to_be_attached()
    expect(page.get_by_text("Cleaning the visible part")).to_have_count(0)


def drag(page: Page, element: Locator, points: tuple[tuple[int, int], ...]) -> None:
    """Drag across an element. The points are counted from its centre."""
    box = element.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x + points[0][0], y + points[0][1])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(x + point[0], y + point[1], steps=4)
    page.mouse.up()


# Compress ------------------------------------------------------------------------------------------------------------


def test_a_fidelity_is_tried_on_samples_and_the_collection_is_compressed(
    browser: Browser, art: Path, address: str
) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        go(page, "Compress")
        expect(page.get_by_text("5 together")).to_be_visible()
        expect(page.get_by_text("every visible pixel is the same")).to_be_visible()
        page.get_by_role("radio", name="Medium, looks similar").check()
        expect(page.get_by_text("of 100 points for similarity")).to_be_visible()
        expect(page.get_by_text("5 together")).to_be_visible()
        page.get_by_role("slider", name="Before and after of grainy.png").fill("10")

        page.get_by_role("radio", name="Lossless, nothing is lost").check()
        page.get_by_role("textbox", name="Name").fill("all of it")
        page.get_by_role("checkbox", name="Slightly smaller files").check()
        page.get_by_role("checkbox", name="Also save a report").check()
        page.get_by_role("button", name="Compress everything").click()
        saved = page.get_by_role("region", name="Space saved")
        expect(saved).to_be_visible()
        expect(saved.get_by_role("row", name=re.compile("^Total"))).to_contain_text(str(PICTURES))
        assert not visit.accessibility_violations()
        expect(saved.get_by_role("img")).to_be_visible()
        for name in ("all of it.pochade", "all of it.html"):
            assert (results(art) / name).is_file()


# Create --------------------------------------------------------------------------------------------------------------


def test_pictures_are_created_from_a_seed_varied_and_saved(browser: Browser, art: Path, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        go(page, "Create")
        create_four(page, 7).nth(1).click()
        assert "seed=7" in page.url
        selected = page.get_by_role("complementary", name="Selected picture")
        expect(selected.get_by_text("Created from seed 8")).to_be_visible()
        nearest = selected.get_by_role("link", name="Closest of your pictures")
        expect(nearest).to_have_attribute("href", re.compile("^/piece/[0-9a-f]{16}$"))
        selected.get_by_role("slider", name="Variation").fill("60")
        selected.get_by_role("button", name="Vary", exact=True).click()
        expect(pictures_of(page, "Seed 8, varied by 60%")).to_have_count(8)
        assert not visit.accessibility_violations()

        selected.get_by_role("button", name="Save").click()
        save(page, "drawn")
        (file,) = (results(art) / "drawn").iterdir()
        with Image.open(file) as image:
            assert DIGITAL_SOURCE_TYPE in str(image.info)


def test_a_morph_is_arranged_by_keyboard_and_dragging_and_played(browser: Browser, art: Path, address: str) -> None:
    with open_page(browser, address) as visit:
        page = visit.page
        page.emulate_media(reduced_motion="reduce")
        go(page, "Create")
        created = create_four(page, 0)
        path = page.get_by_role("list", name="Path")
        created.first.press("p")
        created.nth(1).drag_to(path)
        stops = path.get_by_role("button", name=re.compile(r"\d of \d$"))
        expect(stops).to_have_count(2)
        page.get_by_role("button", name="Add pictures").click()
        page.get_by_role("group", name="Pictures").get_by_role("button").first.click()
        page.get_by_role("button", name="Add (1)").click()
        expect(stops).to_have_count(3)
        stops.nth(2).press("ArrowLeft")
        expect(stops.nth(1)).to_have_attribute("title", re.compile(r"\.png$"))
        stops.first.press("Delete")
        expect(stops).to_have_count(2)

        page.get_by_role("slider", name="Frames").fill("8")
        page.get_by_role("button", name="Animate").click()
        frame = page.get_by_role("slider", name="Frame", exact=True)
        expect(frame).to_have_attribute("aria-valuetext", "1 of 8")  # with reduced motion, it does not play by itself
        frame.press("End")
        expect(frame).to_have_attribute("aria-valuetext", "8 of 8")
        page.get_by_role("button", name="Play").click()
        expect(frame).not_to_have_attribute("aria-valuetext", "8 of 8")
        page.get_by_role("button", name="Pause").click()
        assert not visit.accessibility_violations()
        page.get_by_role("button", name="Save animation").click()
        save(page, "a morph")
        assert (results(art) / "a morph.webp").is_file()


def create_four(page: Page, seed: int) -> Locator:
    """Create four pictures; if necessary, prepare the model first."""
    prepare, create = (page.get_by_role("button", name=name, exact=True) for name in ("Prepare the model", "Create"))
    expect(prepare.or_(create)).to_be_visible()
    if prepare.is_visible():
        prepare.click()
    page.get_by_label("How many").select_option("4")
    page.get_by_role("spinbutton", name="Seed").fill(str(seed))
    create.click()
    pictures = pictures_of(page, f"Seed {seed}, whole collection")
    expect(pictures).to_have_count(4)
    return pictures


def pictures_of(page: Page, batch: str) -> Locator:
    """The pictures of a batch."""
    return page.get_by_role("region", name=batch).get_by_role("button", name=re.compile(r"^Seed \d+"))


def save(page: Page, name: str) -> None:
    """Enter a name in the dialog, and save."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill(name)
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text(re.compile("^Saved ")).last).to_be_visible()
    expect(dialog).to_be_hidden()
