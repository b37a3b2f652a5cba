"""Progress is a bar in a terminal, and a plain line from time to time elsewhere."""

import pytest

from pochade.cli.messages import print_message
from pochade.cli.plain_progress import clock_time
from pochade.cli.progress_bar import ProgressBar
from pochade.system.progress import Progress
from tests.support.terminals import stderr_on_terminal


class SettableClock:
    """A clock that shows what it is set to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


def test_a_stage_prints_its_name_at_once(clock: SettableClock, capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar(clock) as bar:
        bar.start_stage("training vae")
        assert capsys.readouterr().err == "training vae\n"


def test_a_stage_prints_at_most_one_line_in_ten_seconds(
    clock: SettableClock, capsys: pytest.CaptureFixture[str]
) -> None:
    with ProgressBar(clock) as bar:
        bar.start_stage("training vae")
        for second in range(35):
            clock.seconds = second
            bar.advance(second, 100)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "training vae",
        "training vae: 10 %",
        "training vae: 20 %",
        "training vae: 30 %",
    ]


def test_a_line_shows_the_share_the_note_and_the_time_left(
    clock: SettableClock, capsys: pytest.CaptureFixture[str]
) -> None:
    with ProgressBar(clock) as bar:
        bar.start_stage("training vae")
        bar.advance(0, 10)
        clock.seconds = 40
        bar.advance(4, 10, "epoch 1, loss 38.2")
    assert capsys.readouterr().err.splitlines()[1] == "training vae: 40 %, epoch 1, loss 38.2, 1:00 left"


def test_the_time_left_of_a_resumed_stage_follows_from_its_own_speed(
    clock: SettableClock, capsys: pytest.CaptureFixture[str]
) -> None:
    with ProgressBar(clock) as bar:
        bar.start_stage("training vae")
        bar.advance(50, 100)
        clock.seconds = 20
        bar.advance(60, 100)
    assert capsys.readouterr().err.splitlines()[1] == "training vae: 60 %, 1:20 left"


def test_there_is_no_time_left_before_anything_is_done(
    clock: SettableClock, capsys: pytest.CaptureFixture[str]
) -> None:
    with ProgressBar(clock) as bar:
        bar.start_stage("reading")
        clock.seconds = 20
        bar.advance(0, 0)
        clock.seconds = 40
        bar.advance(0, 3)
    assert capsys.readouterr().err.splitlines()[1:] == ["reading: 100 %", "reading: 0 %"]


def test_the_progress_of_a_library_call_starts_a_stage_for_each_name(
    clock: SettableClock, capsys: pytest.CaptureFixture[str]
) -> None:
    with ProgressBar(clock) as bar:
        bar.report(Progress("reading", 1, 4))
        clock.seconds = 30
        bar.report(Progress("reading", 3, 4))
        bar.report(Progress("writing", 1, 4))
    assert capsys.readouterr().err.splitlines() == ["reading", "reading: 75 %, 3 of 4, 0:15 left", "writing"]


def test_a_stage_with_markup_in_its_name_is_printed_as_it_is(
    clock: SettableClock, capsys: pytest.CaptureFixture[str]
) -> None:
    with ProgressBar(clock) as bar:
        bar.start_stage("[bold]cat[/bold].png")
    assert capsys.readouterr().err == "[bold]cat[/bold].png\n"


def test_a_terminal_shows_a_bar_for_each_stage() -> None:
    with stderr_on_terminal() as terminal, ProgressBar() as bar:
        bar.show("reading", 1, 4)
        bar.show("writing", 2, 4)
    shown = terminal.getvalue()
    assert "reading" in shown
    assert "writing" in shown
    assert "━" in shown


def test_a_message_stands_above_the_bars() -> None:
    with stderr_on_terminal() as terminal, ProgressBar() as bar:
        bar.show("reading", 1, 4)
        print_message("a picture is damaged")
    shown = terminal.getvalue()
    assert shown.rindex("reading") > shown.index("a picture is damaged")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (7.4, "0:07"), (59.6, "1:00"), (80, "1:20"), (7205, "2:00:05")]
)
def test_seconds_are_shown_as_on_a_clock(seconds: float, text: str) -> None:
    assert clock_time(seconds) == text


def test_a_terminal_shows_names_with_markup_and_escape_codes_as_text() -> None:
    with stderr_on_terminal() as terminal, ProgressBar() as bar:
        bar.show("cleaning [bold]", 1, 4, "1 of 4, [/]a\x1b]0;title\x07.png")
    assert "cleaning [bold]" in terminal.getvalue()
    assert "[/]a\ufffd]0;title\ufffd.png" in terminal.getvalue()
    assert "\x1b]0" not in terminal.getvalue()
