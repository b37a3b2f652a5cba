"""No command sends a terminal anything but text, whatever the names of files, folders and labels are."""

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from pochade.cli.verb_group import VERBS
from tests.support.command_line import CommandResult, RunCommand, run_command
from tests.support.drawings import drawing
from tests.support.generator import LinearGenerator
from tests.support.scan_files import FakeCleaner

STEERING = "\x1b[31m\x1b]0;title\x07\x9b2J\u202e\n\r[red]:cat:"
HOSTILE = f"{STEERING}.png"
HOSTILE_BYTES = os.fsdecode(b"\xff\x1b[2J.png")
WHAT_TERMINALS_OBEY = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.fixture(scope="module")
def hostile_art(art: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A learnt folder with a hostile name, with copies, a broken file and a sidecar that have hostile names."""
    folder = Path(shutil.copytree(art, tmp_path_factory.mktemp("hostile") / STEERING))
    (folder / "drawing 0.png").rename(folder / HOSTILE)
    (folder / "drawing 2.png").rename(folder / HOSTILE_BYTES)
    (folder / "small copy.jpg").rename(folder / f"{STEERING}small.jpg")
    (folder / "broken.png").rename(folder / f"{STEERING}broken.png")
    (folder / f"{HOSTILE}.xmp").write_text("<not closed")
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert run_command(["learn", folder, "--minutes", "0"], monkeypatch) == 0
    return folder


@pytest.fixture(autouse=True)
def quick_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small generator and a quick cleaner, in an empty current folder."""
    generator = LinearGenerator([drawing(seed) for seed in range(22)], latent_dim=8)
    monkeypatch.setattr("pochade.create.generation_context.generator_in_use", lambda _: generator)
    monkeypatch.setattr("pochade.cleaning.clean_picture.clean", FakeCleaner(notes=(STEERING,)))
    monkeypatch.chdir(tmp_path)


def check_harmless(result: CommandResult, words: Sequence[object]) -> CommandResult:
    """Check that a terminal shows what was printed and obeys nothing in it."""
    for printed in (result.output, result.messages):
        obeyed = WHAT_TERMINALS_OBEY.search(printed)
        assert not obeyed, f"{words}: {printed[max(0, obeyed.start() - 60) : obeyed.end() + 20]!r}"
    return result


COMMANDS: dict[str, list[str]] = {  # the words after each verb; ART, HOSTILE and others are replaced below
    "learn": ["--minutes", "0"],
    "info": [],
    "find": ["ART/HOSTILE", "--sheet", "OUT"],
    "families": ["--sheet", "OUT", "--script", "OUT.sh"],
    "groups": ["--sheet", "OUT"],
    "teach": ["LABEL", "ART/HOSTILE", "--not", "ART/BYTES"],
    "suggest": ["LABEL"],
    "labels": ["--write", "--read"],
    "map": ["--to", "OUT"],
    "imagine": ["-n", "1", "--to", "OUT"],
    "vary": ["ART/HOSTILE", "-n", "1", "--to", "OUT"],
    "morph": ["ART/HOSTILE", "ART/BYTES", "--frames", "2", "--to", "OUT"],
    "export": ["OUT.json"],
    "import": ["OUT.json"],
    "forget": ["--yes"],
    "clean": ["ART/HOSTILE", "ART/BYTES", "--to", "OUT.d"],
    "compress": ["--to", "OUT.pochade"],
    "list": ["OUT.pochade"],
    "verify": ["OUT.pochade"],
    "extract": ["OUT.pochade", "--to", "OUT.all"],
    "rename": ["OUT.pochade", "HOSTILE", "OUT.renamed"],
    "prune": ["OUT.pochade", "*.jpg", "--yes"],
    "worker": ["ART"],  # an error: the index is on no server
    "open": ["--port", "99999"],  # an error that comes before anything is served
    "study": ["--data", "ART/HOSTILE"],
}


def words_for(verb: str, art: Path) -> list[object]:
    """The words of a command, with hostile names in their places."""
    names = {"ART": str(art), "HOSTILE": HOSTILE, "BYTES": HOSTILE_BYTES, "OUT": f"{STEERING}out"}

    def fill(word: str) -> str:
        filled = re.sub("ART|HOSTILE|BYTES|OUT", lambda match: names[match[0]], word)
        return f"{filled} of {verb}.png" if word == "OUT" else filled

    label = f"{chr(0x202E)}[red]"  # a label has no control characters, but may have these
    return ["-C", art, verb, *(label if word == "LABEL" else fill(word) for word in COMMANDS[verb])]


@pytest.mark.slow
def test_no_command_lets_a_name_steer_the_terminal(hostile_art: Path, pochade: RunCommand) -> None:
    for verb in COMMANDS:
        words = words_for(verb, hostile_art)
        result = check_harmless(pochade(*words), words)
        assert "Traceback" not in result.messages
        expected = {"open": 2, "worker": 2, "study": 3, "labels": 7}.get(verb, 0)  # 7: one sidecar can't be written
        assert result.code == expected, f"{words}: {result}"


def missing_arguments() -> Iterator[tuple[str, list[str]]]:
    """Each verb with a hostile name that leads nowhere, in the place of each of its words that is a path."""
    for verb, words in COMMANDS.items():
        yield verb, [HOSTILE if "ART" in word or "OUT" in word else word for word in words]


@pytest.mark.slow
def test_no_error_about_a_name_steers_the_terminal(art: Path, pochade: RunCommand) -> None:
    for verb, arguments in missing_arguments():
        for words in (["-C", HOSTILE, verb, *arguments], ["-C", art, verb, *arguments, HOSTILE, f"--{HOSTILE}"]):
            result = check_harmless(pochade(*words), words)
            assert "Traceback" not in result.messages
            assert "error:" in result.messages


def test_every_command_is_tried() -> None:
    assert set(COMMANDS) == set(VERBS)
