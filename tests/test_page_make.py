"""Clean, Compress and Create as a person walks them: a real browser, the real server, and what lies on the disk."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from pochade import Collection
from pochade.collection.painting import PAINTER
from pochade.images.made import SOURCE
from pochade.learn.checkpoints import save_net
from pochade.nets import DiffusionConfig, DiffusionVAE
from pochade.web.app import BUILT
from tests.art import drawing, folder_of_art

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
    pytest.mark.skipif(not (BUILT / "index.html").is_file(), reason="the page was not built"),
]
PIECES = 24
PATIENCE = 600_000  # milliseconds that anything may take on a busy machine
SMALL = DiffusionConfig(width=32, heads=2, reading=1, drawing=1, latent_dim=6)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection that has been learnt, with a small net of its own that draws, badly."""
    art = folder_of_art(tmp_path_factory.mktemp("make") / "art", PIECES)
    with Collection.open(art) as collection:
        collection.learn(minutes=0)
        torch.manual_seed(0)
        save_net(collection.home / PAINTER, DiffusionVAE(SMALL))
    return art


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """Of the page, as `pochade open` serves it."""
    command = [sys.executable, "-m", "pochade", "open", str(folder), "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        assert server.stdout is not None
        found = re.search(r"http://\S+/", server.stdout.readline())
        assert found, server.stdout.read()
        yield found[0].rstrip("/")
        server.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """A page that logs no error, asks nobody else, and moves little."""
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    playwright.expect.set_options(timeout=PATIENCE)
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request", lambda asked: None if asked.url.startswith((address, "blob:", "data:")) else wrong.append(asked.url)
    )
    yield page
    context.close()
    assert not wrong


def results(folder: Path) -> Path:
    return folder.with_name("art - results")


def yellowed(seed: int, side: int = 320) -> Image.Image:
    """A drawing on yellowish paper, lit from one side."""
    pixels = np.asarray(drawing(seed, side), np.float32) * np.array([0.9, 0.87, 0.75], np.float32)
    light = np.linspace(0.7, 1.0, side, dtype=np.float32)[None, :, None]
    return Image.fromarray((pixels * light).astype(np.uint8))


# Clean ---------------------------------------------------------------------------------------------------------------


def test_scans_are_cleaned_but_for_what_a_brush_protects(page: Any, folder: Path, tmp_path: Path) -> None:
    for seed in (41, 42):
        yellowed(seed).save(tmp_path / f"scan {seed}.png")
    page.goto("/clean")
    page.locator("input[type=file]").set_input_files([tmp_path / "scan 41.png", tmp_path / "scan 42.png"])
    stage = page.get_by_role("application")
    playwright.expect(page.get_by_role("list", name="Scans").get_by_role("img")).to_have_count(2)
    settled(page)

    edge = page.get_by_role("slider", name="Before and after")
    edge.focus()
    page.keyboard.press("ArrowRight")
    playwright.expect(edge).to_have_attribute("aria-valuetext", "51 % before, 49 % after")

    page.get_by_role("slider", name="Specks").fill("40")
    page.get_by_role("radio", name="What was removed").check(force=True)
    settled(page)
    page.get_by_role("radio", name="Before | after").check(force=True)

    page.get_by_role("radio", name="Protect").check(force=True)
    stroke(page, stage, ((-60, -40), (60, -40)))
    playwright.expect(page.get_by_title("A part is protected")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    playwright.expect(page.get_by_title("A part is protected")).to_have_count(0)
    stage.focus()  # without a pointer, Enter paints in the middle
    page.keyboard.press("Enter")
    playwright.expect(page.get_by_title("A part is protected")).to_have_count(1)

    page.get_by_role("textbox", name="Folder among the results").fill("spring")
    page.get_by_role("button", name="Clean 2 scans").click()
    playwright.expect(page.get_by_text("2 scans cleaned")).to_be_visible()
    before = np.asarray(yellowed(41))
    after = np.asarray(Image.open(results(folder) / "spring" / "scan 41.png").convert("RGB"))
    assert (after[150:170, 150:170] == before[150:170, 150:170]).all()  # under the brush
    assert (after[:20] != before[:20]).mean() > 0.5
    assert (results(folder) / "spring" / "scan 42.png").is_file()


def test_pieces_are_laid_on_the_table_and_taken_away(page: Any) -> None:
    page.goto("/clean")
    while page.get_by_role("button", name=re.compile("^Take away")).count():  # what an earlier visit left
        page.get_by_role("button", name=re.compile("^Take away")).first.click(force=True)
    page.get_by_role("button", name="Choose pieces of the collection").click()
    page.get_by_role("searchbox", name="Part of a name").fill("drawing 3")
    page.get_by_role("group", name="Pieces").get_by_role("button").first.click()
    page.get_by_role("button", name="Clean (1)").click()
    playwright.expect(page.get_by_role("list", name="Scans").get_by_role("img", name="drawing 3.png")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Take away drawing 3.png").click(force=True)
    playwright.expect(page.get_by_text("Drop scans here")).to_be_visible()


def settled(page: Any) -> None:
    """Nothing is being cleaned any more."""
    playwright.expect(page.locator("[role=application] canvas").first).to_be_attached()
    playwright.expect(page.get_by_text("Cleaning what is seen")).to_have_count(0)


def stroke(page: Any, stage: Any, points: tuple[tuple[int, int], ...]) -> None:
    """Drag over the stage, counted from its middle."""
    box = stage.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x + points[0][0], y + points[0][1])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(x + point[0], y + point[1], steps=4)
    page.mouse.up()


# Compress ------------------------------------------------------------------------------------------------------------


def test_a_fidelity_is_tried_on_real_pieces_and_everything_is_compressed(page: Any, folder: Path) -> None:
    page.goto("/compress")
    playwright.expect(page.get_by_text("5 together")).to_be_visible()
    playwright.expect(page.get_by_text("no pixel that is shown differs")).to_be_visible()
    page.get_by_role("radio", name="Medium").check()
    playwright.expect(page.get_by_text("alike to")).to_be_visible()
    playwright.expect(page.get_by_text("5 together")).to_be_visible()
    page.get_by_role("slider", name=re.compile("^Before and after of drawing")).fill("10")

    page.get_by_role("radio", name="Lossless").check()
    page.get_by_role("textbox", name="Name").fill("all of it")
    page.get_by_role("checkbox", name="Also a page").check()
    page.get_by_role("button", name="Compress everything").click()
    saved = page.get_by_role("region", name="What was saved")
    playwright.expect(saved).to_be_visible()
    playwright.expect(saved.get_by_role("row", name=re.compile("^All"))).to_contain_text(str(PIECES))
    playwright.expect(saved.get_by_role("img")).to_be_visible()
    for name in ("all of it.pochade", "all of it.html"):
        assert (results(folder) / name).is_file()


# Create --------------------------------------------------------------------------------------------------------------


def test_pictures_are_drawn_varied_morphed_and_saved(page: Any, folder: Path) -> None:
    page.goto("/create")
    page.get_by_role("button", name="Get ready to draw").click()
    page.get_by_label("How many").select_option("4")
    page.get_by_label("Seed").fill("7")
    page.get_by_role("button", name="Draw", exact=True).click()
    drawn = page.get_by_role("region", name="Seed 7, free").get_by_role("button", name=re.compile(r"^Seed \d+"))
    playwright.expect(drawn).to_have_count(4)
    assert "seed=7" in page.url

    drawn.nth(1).click()
    picked = page.get_by_role("complementary", name="The picture that was picked")
    playwright.expect(picked.get_by_text("drawn, seed 8")).to_be_visible()
    playwright.expect(picked.get_by_role("link", name="nearest of your pieces")).to_have_attribute(
        "href", re.compile("^/piece/[0-9a-f]{16}$")
    )
    picked.get_by_role("slider", name="Vary it").fill("60")
    picked.get_by_role("button", name="Draw variations").click()
    varied = page.get_by_role("region", name="Seed 8, varied by 60 %").get_by_role(
        "button", name=re.compile(r"^Seed \d+")
    )
    playwright.expect(varied).to_have_count(8)

    way = page.get_by_role("list", name="The path")
    varied.first.press("p")
    varied.nth(1).drag_to(way)
    stops = way.get_by_role("button", name=re.compile(r"\d of \d$"))
    playwright.expect(stops).to_have_count(2)
    page.get_by_role("button", name="Add pieces").click()
    page.get_by_role("group", name="Pieces").get_by_role("button").first.click()
    page.get_by_role("button", name="Add (1)").click()
    playwright.expect(stops).to_have_count(3)
    stops.nth(2).press("ArrowLeft")
    playwright.expect(stops.nth(1)).to_have_attribute("title", re.compile("^drawing"))
    stops.first.press("Delete")
    playwright.expect(stops).to_have_count(2)

    page.get_by_role("slider", name="Frames").fill("8")
    page.get_by_role("button", name="Draw the way").click()
    frame = page.get_by_role("slider", name="Frame", exact=True)
    playwright.expect(frame).to_have_attribute(
        "aria-valuetext", "1 of 8"
    )  # it doesn't play where less motion is asked for
    frame.press("End")
    playwright.expect(frame).to_have_attribute("aria-valuetext", "8 of 8")
    page.get_by_role("button", name="Play").click()
    playwright.expect(frame).not_to_have_attribute("aria-valuetext", "8 of 8")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Save the way").click()
    save(page, "a way")
    assert (results(folder) / "a way.webp").is_file()

    picked.get_by_role("button", name="Save").click()
    save(page, "drawn")
    (file,) = (results(folder) / "drawn").iterdir()
    with Image.open(file) as image:
        assert SOURCE in str(image.info)


def save(page: Any, name: str) -> None:
    """Say where to in the dialog, and save."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill(name)
    dialog.get_by_role("button", name="Save").click()
    playwright.expect(page.get_by_text(re.compile("^Saved ")).last).to_be_visible()
    playwright.expect(dialog).to_be_hidden()
