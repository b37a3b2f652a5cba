"""Progress is a bar in a terminal, and a plain line from time to time elsewhere."""

import io

import pytest
from rich.console import Console

from pochade.cli import progress_bar
from pochade.cli.messages import console
from pochade.cli.plain_progress import clock_time
from pochade.cli.progress_bar import ProgressBar
from pochade.system.progress import Progress


class SettableClock:
    """A clock that shows what it is set to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def stderr(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What is printed on stderr, which is no terminal."""
    stream = io.StringIO()
    monkeypatch.setattr(console, "file", stream)
    return stream


def test_a_stage_prints_its_name_at_once(clock: SettableClock, stderr: io.StringIO) -> None:
    with ProgressBar(clock) as bar:
        bar.start_stage("training vae")
        assert stderr.getvalue() == "training vae\n"


def test_a_stage_prints_at_most_one_line_in_ten_seconds(clock: SettableClock, stderr: io.StringIO) -> None:
    with ProgressBar(clock) as bar:
        bar.start_stage("training vae")
        for second in range(35):
            clock.seconds = second
            bar.advance(second, 100)
    lines = stderr.getvalue().splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "training vae",
        "training vae: 10 %",
        "training vae: 20 %",
        "training vae: 30 %",
    ]


def test_a_line_shows_the_share_the_note_and_the_time_left(clock: SettableClock, stderr: io.StringIO) -> None:
    with ProgressBar(clock) as bar:
        bar.start_stage("training vae")
        bar.advance(0, 10)
        clock.seconds = 40
        bar.advance(4, 10, "epoch 1, loss 38.2")
    assert stderr.getvalue().splitlines()[1] == "training vae: 40 %, epoch 1, loss 38.2, 1:00 left"


def test_the_time_left_of_a_resumed_stage_follows_from_its_own_speed(clock: SettableClock, stderr: io.StringIO) -> None:
    with ProgressBar(clock) as bar:
        bar.start_stage("training vae")
        bar.advance(50, 100)
        clock.seconds = 20
        bar.advance(60, 100)
    assert stderr.getvalue().splitlines()[1] == "training vae: 60 %, 1:20 left"


def test_there_is_no_time_left_before_anything_is_done(clock: SettableClock, stderr: io.StringIO) -> None:
    with ProgressBar(clock) as bar:
        bar.start_stage("reading")
        clock.seconds = 20
        bar.advance(0, 0)
        clock.seconds = 40
        bar.advance(0, 3)
    assert stderr.getvalue().splitlines()[1:] == ["reading: 100 %", "reading: 0 %"]


def test_the_progress_of_a_library_call_starts_a_stage_for_each_name(clock: SettableClock, stderr: io.StringIO) -> None:
    with ProgressBar(clock) as bar:
        bar.report(Progress("reading", 1, 4))
        clock.seconds = 30
        bar.report(Progress("reading", 3, 4))
        bar.report(Progress("writing", 1, 4))
    assert stderr.getvalue().splitlines() == ["reading", "reading: 75 %, 3 of 4, 0:15 left", "writing"]


def test_a_stage_with_markup_in_its_name_is_printed_as_it_is(clock: SettableClock, stderr: io.StringIO) -> None:
    with ProgressBar(clock) as bar:
        bar.start_stage("[bold]cat[/bold].png")
    assert stderr.getvalue() == "[bold]cat[/bold].png\n"


def test_a_terminal_shows_a_bar_for_each_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Console(file=io.StringIO(), force_terminal=True, width=100, _environ={"TERM": "xterm"})
    monkeypatch.setattr(progress_bar, "console", terminal)
    with ProgressBar() as bar:
        bar.show("reading", 1, 4)
        bar.show("writing", 2, 4)
    assert isinstance(terminal.file, io.StringIO)
    shown = terminal.file.getvalue()
    assert "reading" in shown
    assert "writing" in shown
    assert "━" in shown


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (7.4, "0:07"), (59.6, "1:00"), (80, "1:20"), (7205, "2:00:05")]
)
def test_seconds_are_shown_as_on_a_clock(seconds: float, text: str) -> None:
    assert clock_time(seconds) == text


def test_a_terminal_shows_names_with_markup_and_escape_codes_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    terminal = Console(file=stream, force_terminal=True, width=100, _environ={"TERM": "xterm"})
    monkeypatch.setattr(progress_bar, "console", terminal)
    with ProgressBar() as bar:
        bar.show("cleaning [bold]", 1, 4, "1 of 4, [/]a\x1b]0;title\x07.png")
    assert "cleaning [bold]" in stream.getvalue()
    assert "[/]a\ufffd]0;title\ufffd.png" in stream.getvalue()
    assert "\x1b]0" not in stream.getvalue()
