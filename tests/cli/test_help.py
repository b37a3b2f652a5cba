"""The help of every command: an example that can be parsed, and every option on the reference page."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from pochade._version import __version__
from pochade.cli import app
from pochade.cli.verb_group import VERBS, load_command
from tests.support.cli_reference import PAGE
from tests.support.command_line import RunCommand

GROUP: Any = typer.main.get_command(app)
COMMANDS = sorted(VERBS)
MAX_SUMMARY = 45  # letters of a first sentence that the list of commands shows


def test_the_commands_are_those_that_scripts_use() -> None:
    assert COMMANDS == [
        "clean", "compress", "export", "extract", "families", "find", "forget", "groups", "imagine", "import", "info",
        "labels", "learn", "list", "map", "morph", "open", "prune", "rename", "study", "suggest", "teach", "vary",
        "verify", "worker",
    ]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_in_the_help_and_on_the_reference_page(
    command: str, pochade: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    code, shown, _ = pochade(command, "--help")
    assert code == 0
    page = PAGE.read_text(encoding="utf-8")
    assert f"## `pochade {command}`" in page
    options = [name for parameter in load_command(command).params for name in parameter.opts if name.startswith("-")]
    for option in options:
        assert option in shown
        assert f"`{option}" in page, option


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_short_summary_and_ends_with_an_example_that_can_be_parsed(command: str) -> None:
    text = load_command(command).help
    summary, *_, example = [paragraph.strip() for paragraph in text.split("\n\n")]
    assert summary == VERBS[command].summary
    assert len(summary) <= MAX_SUMMARY
    assert summary.count(".") == 1
    assert example.startswith("Example: `pochade ")
    words = shlex.split(example.removeprefix("Example: `pochade ").removesuffix("`"))
    with GROUP.make_context("pochade", words) as context:
        name, verb, arguments = GROUP.resolve_command(context, [*context._protected_args, *context.args])
        assert name == command
        verb.make_context(name, arguments, parent=context)


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_the_help_fits_into_a_narrow_terminal(
    command: str, pochade: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = pochade(*command.split(), "--help").output.splitlines()
    assert max(len(line) for line in lines) <= 80
    assert len(lines) < 100


def test_the_help_lists_every_command_with_its_summary(pochade: RunCommand) -> None:
    listed = dict(re.findall(r"^  (\w+) +(\S.*)$", pochade("--help").output.partition("Commands:\n")[2], re.M))
    assert listed == {name: verb.summary for name, verb in VERBS.items()}


def test_the_version_is_printed(pochade: RunCommand) -> None:
    assert pochade("--version") == (0, f"pochade {__version__}\n", "")


def test_an_unknown_command_is_a_usage_error(pochade: RunCommand, tmp_path: Path) -> None:
    assert pochade("-C", tmp_path, "dream").code == 2
