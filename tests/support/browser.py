"""A real browser over a real server, as a person would use them; what must never happen is noted as it happens."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, sync_playwright

from pochade.web.app import BUILT_PAGE

ROOT = Path(__file__).parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE = 120_000  # milliseconds that something may take to be seen, on a machine that does much else
SERIOUS = """async () => (await axe.run()).violations
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => node.html).join(" | ")}`)"""

needs_browser = pytest.mark.skipif(
    not (CHROMIUM and AXE.is_file() and (BUILT_PAGE / "index.html").is_file()),
    reason="needs Chromium on the PATH, and the page built with npm, which installs axe",
)


@dataclass
class Visit:
    """A browser's page, and what it did that it must not do."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)  # on the console, or of scripts
    elsewhere: list[str] = field(default_factory=list)  # what was asked of others

    def serious_faults(self) -> list[str]:
        """What axe finds that keeps people out."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[str] = self.page.evaluate(SERIOUS)
        return found

    def watch(self) -> None:
        """Begin to write down."""
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        self.page.on(
            "request", lambda asked: self.elsewhere.append(asked.url) if self.is_elsewhere(asked.url) else None
        )

    def is_elsewhere(self, url: str) -> bool:
        """Whether an address is another's."""
        return not url.startswith((self.address, "blob:", "data:"))


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """`pochade open` as a person starts it; gives its address."""
    command = [sys.executable, "-c", "from pochade.cli import main; main()", "open", str(folder)]
    with subprocess.Popen([*command, "--port", "0", "--no-browser"], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        line = next(line for line in process.stderr if "the page is at" in line)
        try:
            yield line.rpartition(" ")[2].strip()
        finally:
            process.terminate()
            process.stderr.read()


@contextmanager
def visit(folder: Path, scheme: Literal["light", "dark"] = "light") -> Iterator[Visit]:
    """A browser that opened a collection's page."""
    alone = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox refuses root
    with server(folder) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=alone)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme=scheme)
        page.set_default_timeout(PATIENCE)
        there = Visit(page, address)
        there.watch()
        page.goto(address)
        yield there
        browser.close()
