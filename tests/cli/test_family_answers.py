"""`pochade families --verdict`, `--protect`, `--prefer` and `--no-role`: the person's word."""

from pathlib import Path

import pytest

from pochade import Collection, errors
from tests.support.command_line import RunCommand
from tests.support.indexed_pictures import indexed_folder


@pytest.fixture
def art(tmp_path: Path) -> Path:
    """A folder of three pictures, one of them in a folder of its own."""
    return indexed_folder(tmp_path / "art", ["a.png", "b.png", "old/c.png"])


def test_a_verdict_is_recorded_changed_and_taken_back(art: Path, pochade: RunCommand) -> None:
    pair = art / "a.png", art / "b.png"
    result = pochade("-C", art, "families", "--verdict", "different", *pair)
    assert (result.code, result.output) == (0, f"'{pair[0]}' and '{pair[1]}' are different works\n")
    result = pochade("-C", art, "families", "--verdict", "keep", *pair[::-1], "--json")
    assert result.data == {
        "first": str(pair[1]), "second": str(pair[0]), "verdict": "keep", "previous": "different",
    }  # fmt: skip
    assert "both stay" in result.messages
    assert "taken back" in pochade("-C", art, "families", "--verdict", "none", *pair).output
    assert "nothing was said" in pochade("-C", art, "families", "--verdict", "none", *pair).output
    with Collection.open(art) as collection:
        assert collection.verdicts() == {}


def test_a_folder_gets_a_role_and_loses_it(art: Path, pochade: RunCommand) -> None:
    assert "nothing in 'old' will be proposed" in pochade("-C", art, "families", "--protect", "old").output
    result = pochade("-C", art, "families", "--prefer", art / "old", "--json")
    assert result.data == {"folder": str(art / "old"), "role": "preferred", "previous": "protected"}
    with Collection.open(art) as collection:
        assert collection.folder_roles() == {"old": "preferred"}
    assert pochade("-C", art, "families", "--no-role", "old").output == "'old' is not preferred any more\n"
    assert pochade("-C", art, "families", "--no-role", "old").output == "'old' had no role\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--verdict", "near", "a.png", "b.png"], "'near' is no verdict"),
        (["--verdict", "same", "a.png"], "two files"),
        (["--verdict", "same"], "two files"),
        (["a.png", "b.png"], "only given together with --verdict"),
        (["--verdict", "same", "a.png", "b.png", "--protect", "old"], "given alone"),
        (["--protect", "old", "--prefer", "old"], "given alone"),
        (["--protect", "old", "--sheet", "sheet.png"], "given alone"),
        (["--no-role", "old", "--keep", "latest"], "given alone"),
        (["--protect", "nothing"], "no folder 'nothing'"),
        (["--protect", ".."], "no folder of the collection"),
        (["--verdict", "same", "a.png", "a.png"], "same content"),
        (["--verdict", "same", "a.png", "elsewhere.png"], "not in the collection"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_an_impossible_command_is_refused(
    words: list[str], sentence: str, art: Path, pochade: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(art)
    result = pochade("families", *words)
    assert result.code == errors.UsageError.exit_code
    assert sentence in result.messages
    with Collection.open(art) as collection:
        assert (collection.verdicts(), collection.folder_roles()) == ({}, {})
