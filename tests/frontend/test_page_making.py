"""Clean, Compress and Create as a person walks them: a real browser, the real server, and what lies on the disk."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("playwright", reason="needs the extra 'dev'")

from playwright.sync_api import Locator, Page, expect

from pochade import Collection
from pochade.create.picture_latents import GENERATOR_FILE
from pochade.images.metadata.provenance import DIGITAL_SOURCE_TYPE
from pochade.models.checkpoints import save_model
from tests.support.browser import PATIENCE, needs_browser, visit
from tests.support.drawings import drawing, folder_of_art
from tests.support.generator import small_generator_model

pytestmark = needs_browser
expect.set_options(timeout=5 * PATIENCE)  # coding and drawing are slow where others work, too
PIECES = 22


@pytest.fixture(scope="module")
def art(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection that was learnt, with a small net of its own that draws, badly."""
    art = folder_of_art(tmp_path_factory.mktemp("make") / "art", PIECES - 1)
    grainy().save(art / "grainy.png")
    with Collection.open(art) as collection:
        collection.learn(minutes=0)
        save_model(collection.home / GENERATOR_FILE, small_generator_model())
    return art


def go(page: Page, view: str) -> None:
    """To a view, by the bar."""
    page.get_by_role("navigation").get_by_role("link", name=view).click()
    expect(page.get_by_role("heading", name=view, level=1)).to_be_attached()


def grainy(side: int = 160) -> Image.Image:
    """A picture that is much smaller as soon as its grain need not come back as it was."""
    light = np.linspace(40, 200, side)[None, :, None]
    return Image.fromarray(
        (light + np.random.default_rng(0).normal(0, 12, (side, side, 3))).clip(0, 255).astype(np.uint8)
    )


def results(art: Path) -> Path:
    """Where results lie when nobody said otherwise."""
    return art.with_name("art - results")


def yellowed(seed: int, side: int = 320) -> Image.Image:
    """A drawing on yellowish paper, lit from one side."""
    pixels = np.asarray(drawing(seed, side), np.float32) * np.array([0.9, 0.87, 0.75], np.float32)
    light = np.linspace(0.7, 1.0, side, dtype=np.float32)[None, :, None]
    return Image.fromarray((pixels * light).astype(np.uint8))


# Clean ---------------------------------------------------------------------------------------------------------------


def test_scans_are_cleaned_but_for_what_a_brush_protects(art: Path, tmp_path: Path) -> None:
    with visit(art) as there:
        page = there.page
        for seed in (41, 42):
            yellowed(seed).save(tmp_path / f"scan {seed}.png")
        go(page, "Clean")
        page.locator("input[type=file]").set_input_files([tmp_path / "scan 41.png", tmp_path / "scan 42.png"])
        stage = page.get_by_role("application")
        expect(page.get_by_role("list", name="Scans").get_by_role("img")).to_have_count(2)
        settled(page)

        edge = page.get_by_role("slider", name="Before and after")
        edge.focus()
        page.keyboard.press("ArrowRight")
        expect(edge).to_have_attribute("aria-valuetext", "51 % before, 49 % after")

        page.get_by_role("slider", name="Specks").fill("40")
        page.get_by_role("radio", name="What was removed").check(force=True)
        settled(page)
        page.get_by_role("radio", name="Before | after").check(force=True)

        page.get_by_role("radio", name="Protect").check(force=True)
        stroke(page, stage, ((-60, -40), (60, -40)))
        expect(page.get_by_title("A part is protected")).to_have_count(1)
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_title("A part is protected")).to_have_count(0)
        stage.focus()  # without a pointer, Enter paints in the middle
        page.keyboard.press("Enter")
        expect(page.get_by_title("A part is protected")).to_have_count(1)

        assert not there.serious_faults()
        page.get_by_role("textbox", name="Folder among the results").fill("spring")
        page.get_by_role("button", name="Clean 2 scans").click()
        expect(page.get_by_text("2 scans cleaned")).to_be_visible()
        before = np.asarray(yellowed(41))
        after = np.asarray(Image.open(results(art) / "spring" / "scan 41.png").convert("RGB"))
        assert (after[150:170, 150:170] == before[150:170, 150:170]).all()  # under the brush
        assert (after[:20] != before[:20]).mean() > 0.5
        assert (results(art) / "spring" / "scan 42.png").is_file()

        page.get_by_role("button", name="Choose pieces").click()
        page.get_by_role("searchbox", name="Part of a name").fill("drawing 3")
        page.get_by_role("group", name="Pieces").get_by_role("button", name="drawing 3.png").click()
        page.get_by_role("button", name="Clean (1)").click()
        expect(page.get_by_role("list", name="Scans").get_by_role("img", name="drawing 3.png")).to_be_visible()
        page.get_by_role("button", name="Take away drawing 3.png").click(force=True)
        expect(page.get_by_role("list", name="Scans").get_by_role("img")).to_have_count(2)
    assert (there.faults, there.elsewhere) == ([], [])


def settled(page: Page) -> None:
    """Nothing is being cleaned any more."""
    expect(page.locator("[role=application] canvas").first).to_be_attached()
    expect(page.get_by_text("Cleaning what is seen")).to_have_count(0)


def stroke(page: Page, stage: Locator, points: tuple[tuple[int, int], ...]) -> None:
    """Drag over the stage, counted from its middle."""
    box = stage.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x + points[0][0], y + points[0][1])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(x + point[0], y + point[1], steps=4)
    page.mouse.up()


# Compress ------------------------------------------------------------------------------------------------------------


def test_a_fidelity_is_tried_on_real_pieces_and_everything_is_compressed(art: Path) -> None:
    with visit(art) as there:
        page = there.page
        go(page, "Compress")
        expect(page.get_by_text("5 together")).to_be_visible()
        expect(page.get_by_text("no pixel that is shown differs")).to_be_visible()
        page.get_by_role("radio", name="Medium, looks alike").check()
        expect(page.get_by_text("alike to")).to_be_visible()
        expect(page.get_by_text("5 together")).to_be_visible()
        page.get_by_role("slider", name="Before and after of grainy.png").fill("10")

        page.get_by_role("radio", name="Lossless, nothing is lost").check()
        page.get_by_role("textbox", name="Name").fill("all of it")
        page.get_by_role("checkbox", name="Also a page").check()
        page.get_by_role("button", name="Compress everything").click()
        saved = page.get_by_role("region", name="What was saved")
        expect(saved).to_be_visible()
        expect(saved.get_by_role("row", name=re.compile("^All"))).to_contain_text(str(PIECES))
        assert not there.serious_faults()
        expect(saved.get_by_role("img")).to_be_visible()
        for name in ("all of it.pochade", "all of it.html"):
            assert (results(art) / name).is_file()
    assert (there.faults, there.elsewhere) == ([], [])


# Create --------------------------------------------------------------------------------------------------------------


def test_pictures_are_drawn_from_a_seed_varied_and_saved(art: Path) -> None:
    with visit(art) as there:
        page = there.page
        go(page, "Create")
        four_drawn(page, 7).nth(1).click()
        assert "seed=7" in page.url
        picked = page.get_by_role("complementary", name="The picture that was picked")
        expect(picked.get_by_text("drawn, seed 8")).to_be_visible()
        nearest = picked.get_by_role("link", name="nearest of your pieces")
        expect(nearest).to_have_attribute("href", re.compile("^/piece/[0-9a-f]{16}$"))
        picked.get_by_role("slider", name="How far").fill("60")
        picked.get_by_role("button", name="Vary", exact=True).click()
        expect(pictures_in(page, "Seed 8, varied by 60 %")).to_have_count(8)
        assert not there.serious_faults()

        picked.get_by_role("button", name="Save").click()
        save(page, "drawn")
        (file,) = (results(art) / "drawn").iterdir()
        with Image.open(file) as image:
            assert DIGITAL_SOURCE_TYPE in str(image.info)
    assert (there.faults, there.elsewhere) == ([], [])


def test_a_way_is_laid_with_keys_and_by_dragging_and_played(art: Path) -> None:
    with visit(art) as there:
        page = there.page
        page.emulate_media(reduced_motion="reduce")
        go(page, "Create")
        drawn = four_drawn(page, 0)
        way = page.get_by_role("list", name="The path")
        drawn.first.press("p")
        drawn.nth(1).drag_to(way)
        stops = way.get_by_role("button", name=re.compile(r"\d of \d$"))
        expect(stops).to_have_count(2)
        page.get_by_role("button", name="Add pieces").click()
        page.get_by_role("group", name="Pieces").get_by_role("button").first.click()
        page.get_by_role("button", name="Add (1)").click()
        expect(stops).to_have_count(3)
        stops.nth(2).press("ArrowLeft")
        expect(stops.nth(1)).to_have_attribute("title", re.compile(r"\.png$"))
        stops.first.press("Delete")
        expect(stops).to_have_count(2)

        page.get_by_role("slider", name="Frames").fill("8")
        page.get_by_role("button", name="Draw the way").click()
        frame = page.get_by_role("slider", name="Frame", exact=True)
        expect(frame).to_have_attribute("aria-valuetext", "1 of 8")  # it doesn't play where less motion is asked for
        frame.press("End")
        expect(frame).to_have_attribute("aria-valuetext", "8 of 8")
        page.get_by_role("button", name="Play").click()
        expect(frame).not_to_have_attribute("aria-valuetext", "8 of 8")
        page.get_by_role("button", name="Pause").click()
        assert not there.serious_faults()
        page.get_by_role("button", name="Save the way").click()
        save(page, "a way")
        assert (results(art) / "a way.webp").is_file()
    assert (there.faults, there.elsewhere) == ([], [])


def four_drawn(page: Page, seed: int) -> Locator:
    """Four new pictures, the net having been made ready where it was not."""
    ready, draw = (page.get_by_role("button", name=name, exact=True) for name in ("Get ready to draw", "Draw"))
    expect(ready.or_(draw)).to_be_visible()
    if ready.is_visible():
        ready.click()
    page.get_by_label("How many").select_option("4")
    page.get_by_label("Seed").fill(str(seed))
    draw.click()
    found = pictures_in(page, f"Seed {seed}, free")
    expect(found).to_have_count(4)
    return found


def pictures_in(page: Page, batch: str) -> Locator:
    """What was drawn at once."""
    return page.get_by_role("region", name=batch).get_by_role("button", name=re.compile(r"^Seed \d+"))


def save(page: Page, name: str) -> None:
    """Say where to in the dialog, and save."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill(name)
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text(re.compile("^Saved ")).last).to_be_visible()
    expect(dialog).to_be_hidden()
