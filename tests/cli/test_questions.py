"""Questions are asked on a terminal only; elsewhere the careful answer is taken."""

import io
from pathlib import Path

import pytest

from pochade.cli.questions import ask_for_folder


class TypedAnswer(io.StringIO):
    """What the person types on a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("typed", "folder"),
    [("\n", Path("/suggested")), ("/art of mine \n", Path("/art of mine")), ("~/art\n", Path.home() / "art")],
)
def test_a_folder_is_asked_for_on_a_terminal(typed: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", TypedAnswer(typed))
    assert ask_for_folder(Path("/suggested")) == folder


def test_enter_alone_stands_for_the_suggested_folder_even_if_its_name_is_not_utf8(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", TypedAnswer("\n"))
    assert ask_for_folder(Path("/art\udce4")) == Path("/art\udce4")


@pytest.mark.parametrize("stdin", [None, io.StringIO("/typed\n")])
def test_without_a_terminal_the_suggested_folder_is_taken(
    stdin: io.StringIO | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", stdin)
    assert ask_for_folder(Path("/suggested")) == Path("/suggested")
