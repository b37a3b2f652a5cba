"""The page's views as pictures, on the demonstration's collection: what README and docs show of them.

    make demo && python -m experiments.recipes.screenshots demo/art docs/images

It puts the collection in order first (families, groups, the map, one label), which is kept in its `.pochade`. A real
browser then goes where a person would go; nothing is drawn upon afterwards.
"""

import io
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

from experiments.shared.page_views import open_view, wall_tiles
from experiments.shared.white_paper import load_on_white
from pochade import Collection
from pochade.training.augment.scan_damage import damage_scan
from tests.support.browser import visit

TIMEOUT_MILLISECONDS = 600_000  # milliseconds
QUALITY = 82
LABEL = "birds"
EXAMPLES = ("puffin", "uccello", "gabbiano", "cigno", "eagle", "seagull", "crow")
SCAN_DPI = 200  # an inch, of the scan that is cleaned
View = Callable[[Page, Path], None]


def _prepare_collection(art: Path) -> None:
    """Everything that the views show is found before they are looked at."""
    with Collection.open(art) as collection:
        collection.learn(minutes=0)
        collection.families()
        collection.groups()
        collection.map()
        birds = [path for path in sorted((art / "animals" / "birds").iterdir()) if path.name.startswith(EXAMPLES)]
        collection.teach(LABEL, birds[:8])


def _show_wall(page: Page, _: Path) -> None:
    """Everything."""
    expect(wall_tiles(page).nth(20)).to_be_visible()


def _show_picture(page: Page, _: Path) -> None:
    """One of them."""
    wall_tiles(page).nth(12).click()
    expect(page.get_by_role("img", name="redrawn from its code")).to_be_visible()


def _show_families(page: Page, _: Path) -> None:
    """Works and their copies."""
    open_view(page, "Families")
    find = page.get_by_role("button", name="Find families", exact=True)
    expect(find.or_(page.get_by_role("article").first)).to_be_visible()
    if find.is_visible():
        find.click()
    expect(page.get_by_role("article").nth(2)).to_be_visible()


def _show_groups(page: Page, _: Path) -> None:
    """Alike and alike."""
    open_view(page, "Groups")
    expect(page.get_by_role("checkbox").nth(3)).to_be_visible()


def _show_labels(page: Page, _: Path) -> None:
    """A label, with what is asked next."""
    open_view(page, "Teach")
    page.get_by_role("navigation", name="Labels").get_by_role("link").first.click()
    expect(page.get_by_role("region", name="Questions").get_by_role("img")).to_be_visible()


def _show_map(page: Page, _: Path) -> None:
    """All of it at once."""
    open_view(page, "Map")
    expect(page.get_by_role("application")).to_be_visible()


def _show_cleaning(page: Page, art: Path) -> None:
    """A scan, before and after."""
    open_view(page, "Clean")
    with tempfile.TemporaryDirectory() as home:
        scan = Path(home) / "puffin, scanned.png"
        whole = load_on_white(art / "animals" / "birds" / "puffin-md.png", 1000)
        Image.fromarray(damage_scan(whole, SCAN_DPI, np.random.default_rng(3)).picture).save(scan)
        page.locator("input[type=file]").set_input_files(scan)
        expect(page.get_by_role("list", name="Scans").get_by_role("img")).to_have_count(1)
        expect(page.get_by_text("Cleaning what is seen")).to_have_count(0)


def _show_compression(page: Page, _: Path) -> None:
    """A few pieces as they would come back, looked at at 1:1."""
    open_view(page, "Compress")
    page.get_by_role("radio", name="Medium, looks alike").check()
    expect(page.get_by_text("alike to").first).to_be_visible()
    expect(page.get_by_text("5 together")).to_be_visible()


def _show_creation(page: Page, _: Path) -> None:
    """New pictures, one of them picked."""
    open_view(page, "Create")
    ready, draw = (page.get_by_role("button", name=name, exact=True) for name in ("Get ready to draw", "Draw"))
    expect(ready.or_(draw)).to_be_visible()
    if ready.is_visible():
        ready.click()
    page.get_by_label("Seed").fill("7")
    draw.click()
    drawn = page.get_by_role("region", name="Seed 7, free").get_by_role("button", name=re.compile(r"^Seed \d+"))
    expect(drawn.nth(7)).to_be_visible()  # all eight
    drawn.nth(2).click()
    picked = page.get_by_role("complementary", name="The picture that was picked")
    expect(picked.get_by_role("img").first).to_be_visible()


VIEWS: dict[str, View] = {
    "wall": _show_wall,
    "piece": _show_picture,
    "families": _show_families,
    "groups": _show_groups,
    "teach": _show_labels,
    "map": _show_map,
    "clean": _show_cleaning,
    "compress": _show_compression,
    "create": _show_creation,
}


def _save_screenshot(page: Page, to: Path) -> None:
    """What is seen, once every picture of it has come."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500)  # the map's and the wall's own fading
    Image.open(io.BytesIO(page.screenshot())).convert("RGB").save(to, quality=QUALITY, method=6)
    print(to, to.stat().st_size)


def main(art: Path, to: Path, wanted: list[str]) -> None:
    """Put in order, visit, and keep what is seen."""
    _prepare_collection(art)
    for name in wanted or VIEWS:
        with visit(art) as there:
            there.page.set_default_timeout(TIMEOUT_MILLISECONDS)
            VIEWS[name](there.page, art)
            _save_screenshot(there.page, to / f"page-{name}.webp")


if __name__ == "__main__":
    expect.set_options(timeout=TIMEOUT_MILLISECONDS)
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
