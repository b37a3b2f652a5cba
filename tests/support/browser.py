"""A real browser and a real server, used as a person uses them. A visit records what the page must never do."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from pochade.web.app import BUILT_PAGE

ROOT = Path(__file__).parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
MAX_WAIT = 120_000  # milliseconds; long, because the machine may be busy with other work
FIND_VIOLATIONS = """async () => (await axe.run()).violations
    .filter((violation) => violation.impact === "serious" || violation.impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(" | ")}`)"""
Scheme = Literal["light", "dark"]

needs_browser = pytest.mark.skipif(
    not (CHROMIUM and AXE.is_file() and (BUILT_PAGE / "index.html").is_file()),
    reason="needs Chromium on the PATH, and the page built with npm, which also installs axe",
)


@dataclass
class Visit:
    """A page in the browser, and what it did wrong."""

    page: Page
    address: str
    errors: list[str] = field(default_factory=list)  # on the console, or raised by scripts
    foreign_requests: list[str] = field(default_factory=list)  # addresses of other servers

    def accessibility_violations(self) -> list[str]:
        """Return the serious and critical violations that axe finds on the page as it is now."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        violations: list[str] = self.page.evaluate(FIND_VIOLATIONS)
        return violations

    def record(self) -> None:
        """Start to record errors and foreign requests."""
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.on(
            "request",
            lambda request: self.foreign_requests.append(request.url) if self.is_foreign(request.url) else None,
        )

    def is_foreign(self, url: str) -> bool:
        """Tell whether an address belongs to another server."""
        return not url.startswith((self.address, "blob:", "data:"))


@contextmanager
def server(folder: Path, port: int = 0) -> Iterator[str]:
    """Run `pochade open` on a folder, and yield its address. Port 0 is any free one."""
    with run_server(str(folder), "--port", str(port), "--no-browser") as address:
        yield address


@contextmanager
def run_server(*words: str, **options: Any) -> Iterator[str]:
    """Run `pochade open` with these words, and yield its address; the options are those of `Popen`."""
    command = [sys.executable, "-c", "from pochade.cli import main; main()", "open", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **options) as process:
        assert process.stderr
        line = next(line for line in process.stderr if "the page is at" in line)
        try:
            yield line.rpartition(" ")[2].strip()
        finally:
            process.terminate()
            process.stderr.read()


@contextmanager
def launch_browser() -> Iterator[Browser]:
    """Run Chromium."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox refuses root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@contextmanager
def open_page(browser: Browser, address: str, scheme: Scheme = "light") -> Iterator[Visit]:
    """Open the page in a fresh browser profile; afterwards, check that it caused no errors and no foreign requests."""
    with browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme=scheme) as context:
        page = context.new_page()
        page.set_default_timeout(MAX_WAIT)
        visit = Visit(page, address)
        visit.record()
        page.goto(address)
        yield visit
    assert (visit.errors, visit.foreign_requests) == ([], []), (visit.errors, visit.foreign_requests)


@contextmanager
def visit(folder: Path, scheme: Scheme = "light") -> Iterator[Visit]:
    """Open the page of a collection, with a server and a browser for this visit only."""
    with server(folder) as address, launch_browser() as browser, open_page(browser, address, scheme) as page_visit:
        yield page_visit
