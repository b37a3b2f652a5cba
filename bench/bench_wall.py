"""A wall of a hundred thousand pieces: seconds until it hangs in a real browser, tiles that stay blank, memory."""

import json
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

from bench.record import record, summary
from pochade import Collection
from pochade.collection.reading import thumbnail_path
from tests.art import folder_of_art
from tests.browser import CHROMIUM, server

PIECES = 100_000
ROUNDS = 5
STEPS = 40  # of a wheel, through the wall
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


def main() -> None:
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
            figures = {
                "pieces": PIECES,
                "seconds_until_it_hangs": summary(seconds),
                "longest_blank_milliseconds_by_pixels_a_tenth_of_a_second": blank,
                "server_mb": process.memory_info().rss / 1e6,
                "busy_percent": psutil.cpu_percent(1.0),
            }
            browser.close()
    json.dump(figures, sys.stdout, indent=1)
    record("wall", figures)


if __name__ == "__main__":
    main()
