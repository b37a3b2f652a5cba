"""The window of the application, on a screen that nobody sees: Chromium as the application starts it."""

import os
import select
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.support.browser import CHROMIUM, MAX_WAIT, needs_browser

LISTENING = b"DevTools listening on "

needs_screen = [
    needs_browser,
    pytest.mark.skipif(not shutil.which("xvfb-run"), reason="needs xvfb-run, of the packages xvfb and xauth"),
]


@contextmanager
def open_window(command: Sequence[str | Path], folder: Path) -> Iterator[Page]:
    """Start the application, and connect to the page in its window.

    Args:
        command: The application and its words.
        folder: An empty folder for the browser's program, profile and messages.
    """
    messages = folder / "messages"
    os.mkfifo(messages)
    _wrap_browser(folder, messages)
    environment = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    words = ["xvfb-run", "--auto-servernum", *map(str, command)]
    with (
        FileIO(os.open(messages, os.O_RDWR), "r") as lines,
        subprocess.Popen(words, env=environment, start_new_session=True, stdin=subprocess.DEVNULL) as process,
    ):
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.connect_over_cdp(_debugging_address(lines))
                yield browser.contexts[0].pages[0]
                browser.close()
        finally:
            os.killpg(process.pid, 15)


def _wrap_browser(folder: Path, messages: Path) -> None:
    """Make a `chromium` that listens to the test and has a profile of its own."""
    options = f"--no-sandbox --no-first-run --remote-debugging-port=0 --user-data-dir='{folder / 'profile'}'"
    wrapper = folder / "chromium"
    wrapper.write_text(f"#!/bin/sh\nexec {CHROMIUM} {options} \"$@\" 2> '{messages}'\n", encoding="utf-8")
    wrapper.chmod(0o755)


def _debugging_address(lines: FileIO) -> str:
    """Read the browser's messages until it says where it listens."""
    while select.select([lines], [], [], MAX_WAIT / 1000)[0]:
        line = lines.readline()
        if line.startswith(LISTENING):
            return line.removeprefix(LISTENING).decode().strip()
    raise AssertionError("the application opened no window")
