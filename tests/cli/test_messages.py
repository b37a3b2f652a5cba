"""How messages are printed."""

import pytest

from pochade.cli.messages import MAX_LISTED_LINES, print_listing, printable_line
from tests.support.command_line import RunCommand


def test_control_characters_and_invalid_names_do_not_reach_the_terminal() -> None:
    assert printable_line("cat\x1b[2J\n.png") == "cat\ufffd[2J\ufffd.png"
    assert printable_line("k\udce4se") == "k\ufffdse"


def test_a_long_listing_is_cut_and_says_so(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pochade.cli.messages.console.file", None)
    print_listing("files", [f"file {number}" for number in range(MAX_LISTED_LINES + 5)])
    messages = capsys.readouterr().err
    assert "files (25):" in messages
    assert "file 19" in messages
    assert "file 20" not in messages
    assert "and 5 more: `--json` lists them all" in messages


def test_an_empty_listing_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    print_listing("files", [])
    assert not capsys.readouterr().err


def test_ctrl_c_says_how_to_continue(pochade: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pochade.archive.archive_reader.open_archive", interrupt)
    code, _, messages = pochade("verify", "art.pochade")
    assert code == 130
    assert "error: interrupted; finished work is kept" in messages
    assert "hint: give the same command again to continue" in messages
