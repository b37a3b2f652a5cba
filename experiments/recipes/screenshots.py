"""Takes the screenshots of the page that README and docs show, on the collection of the demonstration.

    make demo && python -m experiments.recipes.screenshots demo/art docs/images [VIEW ...]

It first finds families, groups and the map, teaches a few labels and saves a search; these stay in `.pochade`. A real
browser then goes where a person would go, with a light and a dark page and with the window of a phone. The pictures are
not edited.
"""

import io
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Page, expect

from experiments.shared.page_views import draw_line, open_view, wall_tiles
from experiments.shared.white_paper import load_on_white
from pochade import Collection
from pochade.training.augment.scan_damage import damage_scan
from tests.support.browser import Scheme, visit

TIMEOUT_MILLISECONDS = 600_000
WEBP_QUALITY = 82
TAUGHT_LABEL = "birds"
LABELS = {  # a folder, the beginnings of the names of examples in it, and a colour
    TAUGHT_LABEL: ("animals/birds", ("puffin", "uccello", "gabbiano", "cigno", "eagle", "seagull", "crow"), "teal"),
    "fruit": ("food/fruit", ("",), "red"),
    "insects": ("animals/bugs", ("",), "green"),
    "to print": ("transportation", ("",), "orange"),
}
MAX_EXAMPLES = 8
SAVED_SEARCH = "Blue vehicles", {"folder": "transportation", "colour": "blue"}
SCAN_DPI = 200
View = Callable[[Page, Path], None]
Stroke = tuple[tuple[float, float], ...]  # places as shares of the paper's sides
DRAWN_APPLE: dict[str, tuple[Stroke, ...]] = {
    "red": (
        ((0.4, 0.42), (0.32, 0.52), (0.34, 0.66), (0.44, 0.74), (0.56, 0.74), (0.66, 0.66), (0.68, 0.52), (0.6, 0.42)),
        ((0.44, 0.46), (0.4, 0.6), (0.5, 0.68), (0.6, 0.6), (0.56, 0.46), (0.5, 0.5), (0.5, 0.6)),
    ),
    "brown": (((0.5, 0.38), (0.53, 0.26)),),
    "green": (((0.56, 0.3), (0.64, 0.24)),),
}


class Look(NamedTuple):
    """How the page is shown, and how the files of its screenshots end."""

    scheme: Scheme
    width: int  # pixels
    height: int
    ending: str


LOOKS = (Look("light", 1280, 800, ""), Look("dark", 1280, 800, "-dark"), Look("light", 390, 844, "-phone"))


def _prepare_collection(art: Path) -> None:
    """Compute everything that the views show, so that no view has to wait."""
    with Collection.open(art) as collection:
        collection.learn(minutes=0)
        collection.families()
        collection.groups()
        collection.map()
        for label, (folder, beginnings, colour) in LABELS.items():
            paths = [path for path in sorted((art / folder).rglob("*.png")) if path.name.startswith(beginnings)]
            collection.teach(label, paths[:MAX_EXAMPLES])
            collection.set_label_colour(label, colour)
        collection.save_search(*SAVED_SEARCH)


def _show_wall(page: Page, _: Path) -> None:
    expect(wall_tiles(page).nth(4)).to_be_visible()


def _show_picture(page: Page, _: Path) -> None:
    wall_tiles(page).nth(2).click()
    expect(page.get_by_role("img", name="redrawn from its sketch")).to_be_visible()


def _show_drawing(page: Page, _: Path) -> None:
    """Draw an apple in a few strokes, as somebody would who remembers it."""
    open_view(page, "Draw to find")
    expect(page.get_by_role("list", name="Most similar pictures").get_by_role("img").nth(8)).to_be_visible()
    page.get_by_role("radio", name="Broad").check(force=True)
    for colour, strokes in DRAWN_APPLE.items():
        page.get_by_role("button", name=colour, exact=True).click()
        for stroke in strokes:
            draw_line(page, *stroke)
    expect(page.get_by_role("heading", name="Most similar first")).to_be_visible()


def _show_story(page: Page, art: Path) -> None:
    _show_families(page, art)
    page.get_by_role("tab", name="Versions").click()
    page.get_by_role("button", name="Story", exact=True).first.click()
    expect(page.get_by_role("slider").first).to_be_visible()


def _show_families(page: Page, _: Path) -> None:
    open_view(page, "Families")
    find_button = page.get_by_role("button", name="Find families", exact=True)
    expect(find_button.or_(page.get_by_role("article").first)).to_be_visible()
    if find_button.is_visible():
        find_button.click()
    expect(page.get_by_role("article").nth(2)).to_be_visible()


def _show_groups(page: Page, _: Path) -> None:
    open_view(page, "Groups")
    expect(page.get_by_role("checkbox").nth(3)).to_be_visible()


def _show_labels(page: Page, _: Path) -> None:
    open_view(page, "Labels")
    expect(page.get_by_role("list", name="All labels").get_by_role("listitem")).to_have_count(len(LABELS))


def _show_teaching(page: Page, _: Path) -> None:
    open_view(page, "Teach")
    page.get_by_role("navigation", name="Labels").get_by_role("link", name=TAUGHT_LABEL).click()
    expect(page.get_by_role("region", name="Questions").get_by_role("img")).to_be_visible()


def _show_map(page: Page, _: Path) -> None:
    open_view(page, "Map")
    expect(page.get_by_role("application")).to_be_visible()


def _show_cleaning(page: Page, art: Path) -> None:
    open_view(page, "Clean")
    with tempfile.TemporaryDirectory() as folder:
        scan = Path(folder) / "puffin, scanned.png"
        drawing = load_on_white(art / "animals" / "birds" / "puffin-md.png", 1000)
        Image.fromarray(damage_scan(drawing, SCAN_DPI, 3).picture).save(scan)
        page.locator("input[type=file]").set_input_files(scan)
        expect(page.get_by_role("list", name="Scans").get_by_role("img")).to_have_count(1)
        expect(page.get_by_text("Cleaning the visible part")).to_have_count(0)


def _show_compression(page: Page, _: Path) -> None:
    open_view(page, "Compress")
    page.get_by_role("radio", name="Medium, looks similar").check()
    expect(page.get_by_text("of 100 points").first).to_be_visible()
    expect(page.get_by_text("5 together")).to_be_visible()


def _show_creation(page: Page, _: Path) -> None:
    open_view(page, "Create")
    prepare, create = (page.get_by_role("button", name=name, exact=True) for name in ("Prepare the model", "Create"))
    expect(prepare.or_(create)).to_be_visible()
    if prepare.is_visible():
        prepare.click()
    page.get_by_role("spinbutton", name="Seed").fill("7")
    create.click()
    batch = page.get_by_role("region", name="Seed 7, whole collection")
    tiles = batch.get_by_role("button", name=re.compile(r"^Seed \d+"))
    expect(tiles.nth(7)).to_be_visible()  # all eight, rough at first
    expect(batch.get_by_text("of 8 drawn")).to_have_count(0)
    tiles.nth(2).click()
    selected = page.get_by_role("complementary", name="Selected picture")
    expect(selected.get_by_role("img").first).to_be_visible()


VIEWS: dict[str, View] = {
    "wall": _show_wall,
    "draw": _show_drawing,
    "picture": _show_picture,
    "story": _show_story,
    "families": _show_families,
    "groups": _show_groups,
    "labels": _show_labels,
    "teach": _show_teaching,
    "map": _show_map,
    "clean": _show_cleaning,
    "compress": _show_compression,
    "create": _show_creation,
}


def _save_screenshot(page: Page, target: Path) -> None:
    """Save what the browser shows once all its pictures are loaded."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500)  # the map and the wall fade in
    Image.open(io.BytesIO(page.screenshot())).convert("RGB").save(target, quality=WEBP_QUALITY, method=6)
    print(target, target.stat().st_size)


def main(art: Path, folder: Path, names: list[str]) -> None:
    """Prepare the collection, visit the views and save screenshots of each."""
    _prepare_collection(art)
    for name in names or VIEWS:
        for look in LOOKS:
            with visit(art, look.scheme) as visitor:
                visitor.page.set_default_timeout(TIMEOUT_MILLISECONDS)
                visitor.page.set_viewport_size({"width": look.width, "height": look.height})
                VIEWS[name](visitor.page, art)
                _save_screenshot(visitor.page, folder / f"page-{name}{look.ending}.webp")


if __name__ == "__main__":
    expect.set_options(timeout=TIMEOUT_MILLISECONDS)
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
