"""Programs of the desktop are started with a path, and only where there is a desktop."""

import subprocess
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pochade.errors import NotAllowed
from pochade.system import desktop


class FakeProgram:
    """A program that records how it was started, and ends at once."""

    started: ClassVar = list[tuple[list[str], dict[str, Any]]]()

    def __init__(self, command: list[str], **options: Any) -> None:
        self.started.append((command, options))

    def wait(self) -> int:
        return 0


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, Any]]]:
    """What is started on a desktop with a screen."""
    FakeProgram.started = []
    monkeypatch.setattr(subprocess, "Popen", FakeProgram)
    monkeypatch.setattr(desktop, "has_desktop", lambda: True)
    return FakeProgram.started


@pytest.mark.parametrize(
    ("platform", "opened", "shown"),
    [
        ("linux", ["xdg-open", "/art/a b.png"], ["xdg-open", "/art"]),
        ("darwin", ["open", "/art/a b.png"], ["open", "-R", "/art/a b.png"]),
        ("win32", ["explorer", "/art/a b.png"], ["explorer", "/select,", "/art/a b.png"]),
    ],
)
def test_each_system_is_asked_in_its_own_way_without_a_shell(
    platform: str, opened: list[str], shown: list[str], started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    desktop.open_with_program(Path("/art/a b.png"))
    desktop.show_in_file_manager(Path("/art/a b.png"))
    assert [command for command, _ in started] == [opened, shown]
    assert not any(options.get("shell") for _, options in started)


def test_a_server_without_a_screen_has_no_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("shutil.which", lambda _name: "/usr/bin/xdg-open")
    for name in desktop.SCREEN_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert not desktop.has_desktop()
    with pytest.raises(NotAllowed, match="does not run on a desktop"):
        desktop.open_with_program(Path("/art/a.png"))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert desktop.has_desktop()


def test_a_program_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desktop, "has_desktop", lambda: True)
    with pytest.raises(NotAllowed, match="'no-such-program' can't be started"):
        desktop.start_program(["no-such-program"])
