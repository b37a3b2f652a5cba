"""How messages and results are printed."""

import io
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pochade.cli.messages import (
    MAX_LISTED_LINES,
    count_of,
    print_error,
    print_linked_result,
    print_listing,
    print_message,
    print_result,
    replace_unencodable_output,
    show_activity,
)
from pochade.errors import PochadeError
from pochade.system.logs import VERBOSE_VARIABLE, stop_logging
from tests.support.command_line import RunCommand
from tests.support.terminals import stderr_on_terminal

HOSTILE = "cat\x1b[2J\x9b31m\x07\n\r\x08\u202e\u2066\ud800\udce4[red]:cat:.png"


def test_a_name_can_neither_steer_the_terminal_nor_look_like_another_line(capsys: pytest.CaptureFixture[str]) -> None:
    harmless = "cat\ufffd[2J\ufffd31m" + 8 * "\ufffd" + "[red]:cat:.png"
    print_message(HOSTILE)
    print_result(HOSTILE)
    print_result(HOSTILE, as_json=True)
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [harmless]
    assert printed.err.splitlines() == [harmless, harmless]


def test_letters_of_every_language_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    name = "für Öl 絵　画 क्‍ष 👩‍🎨.png"
    print_result(name)
    assert capsys.readouterr().out == name + "\n"


def test_a_terminal_that_lacks_a_letter_shows_a_question_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    ascii_terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", ascii_terminal)
    replace_unencodable_output()
    print_result("für")
    ascii_terminal.flush()
    assert ascii_terminal.buffer.getvalue() == b"f?r\n"


def test_results_go_to_stdout_and_messages_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    print_result("a result")
    print_message("a message")
    assert capsys.readouterr() == ("a result\n", "a message\n")


def test_a_long_listing_is_cut_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_listing("files", [f"file {number}" for number in range(MAX_LISTED_LINES + 5)])
    listed = capsys.readouterr().err
    assert "files (25):" in listed
    assert "file 19" in listed
    assert "file 20" not in listed
    assert "and 5 more: `--json` lists them all" in listed


def test_an_empty_listing_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    print_listing("files", [])
    assert not capsys.readouterr().err


def test_a_number_agrees_with_its_noun() -> None:
    assert [count_of(number, "file") for number in (0, 1, 2, 2000)] == ["0 files", "1 file", "2 files", "2,000 files"]
    assert count_of(2, "family", "families") == "2 families"


# In a terminal -------------------------------------------------------------------------------------------------------


def test_a_terminal_shows_errors_in_red_unless_the_person_wants_no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    with stderr_on_terminal() as terminal:
        print_error(PochadeError("it broke"))
        monkeypatch.setenv("NO_COLOR", "1")
        print_error(PochadeError("it broke"))
    assert terminal.getvalue().splitlines() == ["\x1b[31merror: it broke\x1b[0m", "error: it broke"]


def test_a_terminal_shows_the_path_of_a_result_as_a_link() -> None:
    with stderr_on_terminal() as terminal:
        print_linked_result("0.100  ", Path("/art/a\x1b b.png"), "  the same work", as_json=True)
    link = "\x1b]8;;file:///art/a%1B%20b.png\x1b\\/art/a\ufffd b.png\x1b]8;;\x1b\\"
    assert terminal.getvalue() == f"0.100  {link}\x1b[1m  the same work\x1b[0m\n"


def test_a_file_gets_the_same_result_without_a_link(capsys: pytest.CaptureFixture[str]) -> None:
    print_linked_result("0.100  ", Path("/art/a.png"), "  the same work", as_json=False)
    assert capsys.readouterr().out == "0.100  /art/a.png  the same work\n"


def test_a_terminal_shows_what_a_command_does_and_wipes_it_even_after_an_error() -> None:
    with stderr_on_terminal() as terminal, pytest.raises(PochadeError), show_activity("searching"):
        raise PochadeError("it broke")
    assert terminal.getvalue() == "searching …\r\x1b[2K"


def test_where_no_terminal_is_nothing_says_what_a_command_does(capsys: pytest.CaptureFixture[str]) -> None:
    with show_activity("searching"):
        pass
    assert capsys.readouterr() == ("", "")


# Errors --------------------------------------------------------------------------------------------------------------


def test_ctrl_c_says_how_to_continue(pochade: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pochade.archive.archive_reader.open_archive", interrupt)
    code, _, printed = pochade("verify", "art.pochade")
    assert code == 130
    assert "error: interrupted; finished work is kept" in printed
    assert "hint: give the same command again to continue" in printed


def test_ctrl_c_while_the_commands_are_imported_prints_no_traceback() -> None:
    code = (
        "import os, signal, sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'typer': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "from pochade.__main__ import main\n"
        "main()"
    )
    ended = subprocess.run([sys.executable, "-c", code, "info"], capture_output=True, text=True, check=False)
    assert ended.returncode == 130
    assert ended.stderr == "error: interrupted before anything began\n"


def test_a_command_in_the_background_of_a_script_still_ignores_ctrl_c() -> None:
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "from pochade.__main__ import main\n"
        "sys.argv = ['pochade', '--help']\n"
        "try: main()\n"
        "finally: assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN"
    )
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=False).returncode == 0
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["find"], "error: missing argument 'IMAGE|WORDS'"),
        (["find", "a.png", "b\x1b[31m.png"], "error: got unexpected extra argument"),
        (["--nothing"], "error: no such option: --nothing"),
        (["draw"], "error: no such command 'draw'"),
    ],
)
def test_wrong_words_are_an_error_like_every_other(words: list[str], sentence: str, pochade: RunCommand) -> None:
    code, output, printed = pochade(*words)
    assert code == 2
    assert sentence in printed
    assert "hint: see 'pochade" in printed
    assert "\x1b" not in printed + output


def test_a_folder_behind_the_verb_is_explained(tmp_path: Path, pochade: RunCommand) -> None:
    folder = tmp_path / "my art"
    folder.mkdir()
    code, _, printed = pochade("find", "owl", folder)
    assert code == 2
    assert f"hint: give the folder before the verb: pochade -C '{folder}' find …" in printed


def test_a_mistake_of_ours_shows_its_traceback_and_where_to_report_it(
    pochade: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("bad \x1b]0;title\x07")

    monkeypatch.setattr("pochade.archive.archive_reader.open_archive", fail)
    code, _, printed = pochade("verify", "art.pochade")
    assert code == 1
    assert "Traceback" in printed
    assert "ValueError: bad \ufffd]0;title\ufffd" in printed
    assert "error: something went wrong that Pochade did not foresee" in printed


def test_a_verbose_command_shows_where_its_error_comes_from(
    pochade: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VERBOSE_VARIABLE, "")  # and it is so again after the test
    assert "Traceback" not in pochade("verify", "no such file.pochade").messages
    assert "Traceback" in pochade("--verbose", "verify", "no such file.pochade").messages
    stop_logging()
