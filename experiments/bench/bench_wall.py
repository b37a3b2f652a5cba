"""A hundred thousand pieces in a real browser: until the wall hangs, tiles that stay blank, the map's frames, memory.

    python -m experiments.bench.bench_wall [MINUTES]

The minutes are those of a script of use, which does without a pause what a person does with pauses.
"""

import json
import math
import os
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from experiments.shared.page_views import open_view, wall_tiles
from experiments.shared.record import record, summary
from pochade import Collection
from pochade.index.thumbnails import thumbnail_path
from tests.support.browser import CHROMIUM, server
from tests.support.drawings import folder_of_art

PIECES = 100_000
ROUNDS = 5
STEPS = 40  # of a wheel, through the wall
MINUTES = 20
CLUMPS = 400  # on the map
ZOOMS = (1, 4, 16, 64)  # times, from all of the map
PANNED = 4  # seconds
HUNG = (
    "() => [...document.querySelectorAll('main li img')].filter((one) => one.complete && one.naturalWidth).length >= 8"
)
BLANK = """async () => {  // the longest time that any tile in sight has no picture, in milliseconds
    const since = new Map(); let longest = 0; window.watching = true;
    while (window.watching) {
        const now = performance.now();
        for (const tile of document.querySelectorAll('main li')) {
            const box = tile.getBoundingClientRect(), image = tile.querySelector('img');
            const seen = box.bottom > 48 && box.top < innerHeight;
            if (!seen || (image?.complete && image.naturalWidth)) since.delete(tile);
            else if (!since.has(tile)) since.set(tile, now);
            else longest = Math.max(longest, now - since.get(tile));
        }
        await new Promise((done) => requestAnimationFrame(done));
    }
    window.longest = longest;
}"""
FRAMES = """() => {  // milliseconds from each frame to the next
    window.frames_seen = []; window.watching = true;
    let before = performance.now();
    const next = (now) => {
        window.frames_seen.push(now - before); before = now;
        if (window.watching) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
}"""


def grown(folder: Path) -> None:
    """Make a small collection's index one of a hundred thousand, whose thumbnails are small pictures of their own."""
    chance = np.random.default_rng(0)
    with Collection.open(folder_of_art(folder, 8)) as collection:
        collection.learn(minutes=0)
        thumbnails, place = collection.thumbnails, collection.place
    index = sqlite3.connect(place)
    names = [row[1] for row in index.execute("PRAGMA table_info(pieces)")]
    sample = dict(zip(names, index.execute("SELECT * FROM pieces").fetchone(), strict=True))
    for number in range(1000, 1000 + PIECES):
        content = f"{chance.integers(2**63):016x}" * 4
        width, height = (int(side) for side in chance.integers(300, 3000, 2))
        own = {"id": number, "row": number, "hash": content, "width": width, "height": height}
        index.execute(f"INSERT INTO pieces VALUES ({', '.join('?' * len(names))})", list((sample | own).values()))
        path = f"{number % 300:03d}/{number:06d} a drawing.png".encode()
        index.execute("INSERT INTO files VALUES (?, 1, ?, '1', ?, NULL)", (path, number * 10**9, number))
        draw(thumbnail_path(thumbnails, content), width, height, chance)
    index.execute("DELETE FROM places")
    clumps = np.repeat(chance.uniform(-1, 1, (CLUMPS, 2)), PIECES // CLUMPS, axis=0)
    places = enumerate((clumps + chance.normal(0, 0.03, clumps.shape)).tolist(), start=1000)
    index.executemany("INSERT INTO places VALUES (?, ?, ?)", [(number, *place) for number, place in places])
    index.commit()
    index.close()


def draw(into: Path, width: int, height: int, chance: np.random.Generator) -> None:
    """A thumbnail of a few soft colours."""
    scale = 256 / max(width, height)
    few = Image.fromarray(chance.integers(0, 256, (4, 4, 3), np.uint8))
    into.parent.mkdir(parents=True, exist_ok=True)
    few.resize((max(1, round(width * scale)), max(1, round(height * scale)))).save(into, quality=80)


def seconds_until_it_hangs(page: Page, address: str) -> float:
    """From asking for the page until a screen has pictures."""
    begun = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_function(HUNG)
    return time.perf_counter() - begun


def longest_blank(page: Page, step: int) -> float:
    """Milliseconds that a tile in sight had no picture, the wheel turned by that many pixels ten times a second."""
    page.evaluate(f"() => {{ ({BLANK})() }}")
    for _ in range(STEPS):
        page.mouse.wheel(0, step)
        page.wait_for_timeout(100)
    page.evaluate("() => { window.watching = false; }")
    page.wait_for_function("() => window.longest !== undefined")
    longest: float = page.evaluate("() => { const found = window.longest; delete window.longest; return found; }")
    return longest


def frames(page: Page, zoom: int) -> dict[str, float]:
    """Of the map at a zoom, while it is drawn to and fro: frames a second, and the slowest in a hundred milliseconds.

    Args:
        page: On which the map is seen.
        zoom: Times that it is nearer than where all is seen.
    """
    page.keyboard.press("0")
    page.wait_for_timeout(1000)  # it flies there
    page.mouse.move(640, 400)
    for _ in range(round(math.log2(zoom))):
        page.mouse.wheel(0, -math.log(2) / 0.002)
    page.wait_for_timeout(1000)
    page.evaluate(FRAMES)
    page.mouse.down()
    begun = time.perf_counter()
    while (passed := time.perf_counter() - begun) < PANNED:
        page.mouse.move(640 + 300 * math.sin(3 * passed), 400 + 200 * math.sin(2 * passed))
    page.mouse.up()
    seen = np.array(page.evaluate("() => { window.watching = false; return window.frames_seen; }"))
    return {"frames_a_second": 1000 / seen.mean(), "slowest_hundredth_ms": float(np.percentile(seen, 99))}


def use(page: Page, minutes: float) -> int:
    """Go through the views again and again, as a person does; how often."""
    until, rounds = time.monotonic() + 60 * minutes, 0
    while time.monotonic() < until:
        open_view(page, "Wall")
        page.wait_for_function(HUNG)
        page.mouse.move(640, 500)
        for _ in range(10):
            page.mouse.wheel(0, 20_000 if rounds % 2 else 1_500)
            page.wait_for_timeout(100)
        wall_tiles(page).nth(5).click()
        page.wait_for_timeout(500)  # the file itself isn't there, which the page says
        open_view(page, "Map")
        page.get_by_role("application").wait_for()
        frames(page, ZOOMS[rounds % len(ZOOMS)])
        page.mouse.click(700 + rounds % 100, 420)
        for view in ("Families", "Groups"):
            open_view(page, view)
            page.get_by_role("heading", name=view, level=1).wait_for(state="attached")
        rounds += 1
    return rounds


def main(minutes: float) -> None:
    """Measure and write `results/wall.json`; where there is no browser, say so: the other figures don't need one."""
    if CHROMIUM is None:
        print("the wall is not measured: it needs Chromium on the PATH", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "art"
        grown(folder)
        alone = ["--no-sandbox"] if os.geteuid() == 0 else []
        with server(folder) as address, sync_playwright() as playwright:
            process = next(one for one in psutil.Process().children() if "open" in one.cmdline())
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=alone)
            pages = [browser.new_page(viewport={"width": 1280, "height": 800}) for _ in range(ROUNDS)]
            seconds = [seconds_until_it_hangs(page, address) for page in pages]
            page = pages[-1]
            page.mouse.move(600, 500)
            blank = {str(step): longest_blank(page, step) for step in (120, 600, 5000)}
            open_view(page, "Map")
            page.get_by_role("application").wait_for()
            on_the_map = {str(zoom): frames(page, zoom) for zoom in ZOOMS}
            fresh = process.memory_info().rss / 1e6
            rounds = use(page, minutes)
            figures = {
                "pieces": PIECES,
                "seconds_until_it_hangs": summary(seconds),
                "longest_blank_milliseconds_by_pixels_a_tenth_of_a_second": blank,
                "map_by_zoom": on_the_map,
                "server_mb": fresh,
                "script_of_use": {"minutes": minutes, "rounds": rounds},
                "server_mb_after_it": process.memory_info().rss / 1e6,
                "busy_percent": psutil.cpu_percent(1.0),
            }
            browser.close()
    json.dump(figures, sys.stdout, indent=1)
    if minutes == MINUTES:
        record("wall", figures)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES)
