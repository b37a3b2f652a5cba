"""The page with 100,000 pictures in a real browser: loading, blank tiles, frames of the map, memory of the server.

    python -m experiments.bench.bench_wall [MINUTES]

For some minutes (20 by default), a script then does without pauses what a person does with pauses. The memory of the
server is measured before and after.
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

PICTURES = 100_000
ROUNDS = 5
WHEEL_STEPS = 40  # of the mouse wheel on the wall
MINUTES = 20
CLUSTERS = 400  # on the map
ZOOMS = (1, 4, 16, 64)  # from the whole map
PAN_SECONDS = 4
WALL_IS_FILLED = """() => {
    const images = [...document.querySelectorAll('main li img')];
    return images.filter((image) => image.complete && image.naturalWidth).length >= 8;
}"""
WATCH_BLANK_TILES = """async () => {  // the longest time that any tile in sight has no picture, in milliseconds
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
RECORD_FRAMES = """() => {  // milliseconds from each frame to the next
    window.frames_seen = []; window.watching = true;
    let before = performance.now();
    const next = (now) => {
        window.frames_seen.push(now - before); before = now;
        if (window.watching) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
}"""


def _make_large_collection(folder: Path) -> None:
    """Turn the index of a small collection into one of 100,000 pictures with their own thumbnails."""
    rng = np.random.default_rng(0)
    with Collection.open(folder_of_art(folder, 8)) as collection:
        collection.learn(minutes=0)
        thumbnails, place = collection.thumbnails, collection.place
    index = sqlite3.connect(place)
    names = [row[1] for row in index.execute("PRAGMA table_info(`pieces`)")]
    sample = dict(zip(names, index.execute("SELECT * FROM `pieces`").fetchone(), strict=True))
    for number in range(1000, 1000 + PICTURES):
        content = f"{rng.integers(2**63):016x}" * 4
        width, height = (int(side) for side in rng.integers(300, 3000, 2))
        values = {"id": number, "row": number, "hash": content, "width": width, "height": height}
        index.execute(f"INSERT INTO `pieces` VALUES ({', '.join('?' * len(names))})", list((sample | values).values()))
        path = f"{number % 300:03d}/{number:06d} a drawing.png".encode()
        index.execute("INSERT INTO files VALUES (?, 1, ?, '1', ?, NULL)", (path, number * 10**9, number))
        _save_thumbnail(thumbnail_path(thumbnails, content), width, height, rng)
    index.execute("DELETE FROM places")
    centres = np.repeat(rng.uniform(-1, 1, (CLUSTERS, 2)), PICTURES // CLUSTERS, axis=0)
    places = enumerate((centres + rng.normal(0, 0.03, centres.shape)).tolist(), start=1000)
    index.executemany("INSERT INTO places VALUES (?, ?, ?)", [(number, *place) for number, place in places])
    index.commit()
    index.close()


def _save_thumbnail(target: Path, width: int, height: int, rng: np.random.Generator) -> None:
    """Save a thumbnail of a few soft colours."""
    scale = 256 / max(width, height)
    blocks = Image.fromarray(rng.integers(0, 256, (4, 4, 3), np.uint8))
    target.parent.mkdir(parents=True, exist_ok=True)
    blocks.resize((max(1, round(width * scale)), max(1, round(height * scale)))).save(target, quality=80)


def _seconds_until_filled(page: Page, address: str) -> float:
    """Seconds from requesting the page until a screenful of pictures is visible."""
    begin = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_function(WALL_IS_FILLED)
    return time.perf_counter() - begin


def _longest_blank(page: Page, step: int) -> float:
    """Scroll the wall ten times a second; the longest time in milliseconds that a visible tile was blank."""
    page.evaluate(f"() => {{ ({WATCH_BLANK_TILES})() }}")
    for _ in range(WHEEL_STEPS):
        page.mouse.wheel(0, step)
        page.wait_for_timeout(100)
    page.evaluate("() => { window.watching = false; }")
    page.wait_for_function("() => window.longest !== undefined")
    longest: float = page.evaluate("() => { const longest = window.longest; delete window.longest; return longest; }")
    return longest


def _measure_frames(page: Page, zoom: int) -> dict[str, float]:
    """Pan the map at a zoom, and measure frames per second and the 99th percentile of a frame's milliseconds.

    Args:
        page: The page with the map in view.
        zoom: Magnification from the whole map.
    """
    page.keyboard.press("0")
    page.wait_for_timeout(1000)  # the map animates
    page.mouse.move(640, 400)
    for _ in range(round(math.log2(zoom))):
        page.mouse.wheel(0, -math.log(2) / 0.002)
    page.wait_for_timeout(1000)
    page.evaluate(RECORD_FRAMES)
    page.mouse.down()
    begin = time.perf_counter()
    while (elapsed := time.perf_counter() - begin) < PAN_SECONDS:
        page.mouse.move(640 + 300 * math.sin(3 * elapsed), 400 + 200 * math.sin(2 * elapsed))
    page.mouse.up()
    intervals = np.array(page.evaluate("() => { window.watching = false; return window.frames_seen; }"))
    return {"frames_a_second": 1000 / intervals.mean(), "slowest_hundredth_ms": float(np.percentile(intervals, 99))}


def _use_page(page: Page, minutes: float) -> int:
    """Go through the views again and again, and return how often."""
    deadline, rounds = time.monotonic() + 60 * minutes, 0
    while time.monotonic() < deadline:
        open_view(page, "Wall")
        page.wait_for_function(WALL_IS_FILLED)
        page.mouse.move(640, 500)
        for _ in range(10):
            page.mouse.wheel(0, 20_000 if rounds % 2 else 1_500)
            page.wait_for_timeout(100)
        wall_tiles(page).nth(5).click()
        page.wait_for_timeout(500)  # the page says that the file is missing
        open_view(page, "Map")
        page.get_by_role("application").wait_for()
        _measure_frames(page, ZOOMS[rounds % len(ZOOMS)])
        page.mouse.click(700 + rounds % 100, 420)
        for view in ("Families", "Groups"):
            open_view(page, view)
            page.get_by_role("heading", name=view, level=1).wait_for(state="attached")
        rounds += 1
    return rounds


def main(minutes: float) -> None:
    """Measure and write `results/wall.json`. Without a browser, only say so: the other measurements need none."""
    if CHROMIUM is None:
        print("the wall is not measured: Chromium is not on the PATH", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as workspace:
        folder = Path(workspace) / "art"
        _make_large_collection(folder)
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        with server(folder) as address, sync_playwright() as playwright:
            process = next(child for child in psutil.Process().children() if "open" in child.cmdline())
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
            pages = [browser.new_page(viewport={"width": 1280, "height": 800}) for _ in range(ROUNDS)]
            seconds = [_seconds_until_filled(page, address) for page in pages]
            page = pages[-1]
            page.mouse.move(600, 500)
            blank = {str(step): _longest_blank(page, step) for step in (120, 600, 5000)}
            open_view(page, "Map")
            page.get_by_role("application").wait_for()
            frames_by_zoom = {str(zoom): _measure_frames(page, zoom) for zoom in ZOOMS}
            megabytes_before = process.memory_info().rss / 1e6
            rounds = _use_page(page, minutes)
            figures = {
                "pieces": PICTURES,
                "seconds_until_it_hangs": summary(seconds),
                "longest_blank_milliseconds_by_pixels_a_tenth_of_a_second": blank,
                "map_by_zoom": frames_by_zoom,
                "server_mb": megabytes_before,
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
