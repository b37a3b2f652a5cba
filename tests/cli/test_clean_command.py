"""`pochade clean` at the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pochade import errors
from tests.support.command_line import run_command
from tests.support.picture_files import (
    encode_with_pillow,
    rgb_image,
)
from tests.support.scan_files import (
    FakeCleaner,
    write_scans,
)

RunClean = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A folder of scans of several formats, one of them broken."""
    write_scans(tmp_path / "scans")
    return tmp_path / "scans"


@pytest.fixture
def run_clean(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunClean:
    """Run the command with a fake cleaner; returns its exit code, JSON and messages."""
    monkeypatch.setattr("pochade.cleaning.clean_picture.clean", FakeCleaner(notes=("there is little bare paper",)))

    def run_words(*words: object) -> tuple[int, Any, str]:
        code = run_command(["clean", *words], monkeypatch)
        captured = capsys.readouterr()
        return code, json.loads(captured.out) if captured.out else None, captured.err

    return run_words


def test_the_command_lists_results_and_problems(scans: Path, tmp_path: Path, run_clean: RunClean) -> None:
    code, data, messages = run_clean(scans, "--to", tmp_path / "clean", "--strength", "40", "--preview", "--json")
    assert code == errors.PictureUnreadable.exit_code  # one of the scans is broken
    assert len(data) == 6
    done = {row["scan"]: row for row in data}[str(scans / "sketch.png")]
    assert done["result"] == str(tmp_path / "clean" / "sketch.png")
    assert done["notes"] == ["there is little bare paper"]
    assert "5 cleaned, 0 done before" in messages
    assert "broken.png' is cut short" in messages
    code, data, messages = run_clean(scans, "--to", tmp_path / "clean", "--strength", "40")
    assert (code, data) == (errors.PictureUnreadable.exit_code, None)
    assert "0 cleaned, 5 done before" in messages
    assert run_clean(scans / "deep.tif", "--to", tmp_path / "clean", "--strength", "40")[0] == 0


def test_the_exit_code_tells_why_nothing_was_cleaned(scans: Path, tmp_path: Path, run_clean: RunClean) -> None:
    to = tmp_path / "clean"
    assert run_clean(scans / "broken.png", "--to", to)[0] == errors.PictureUnreadable.exit_code
    assert run_clean(tmp_path / "nowhere.png", "--to", to)[0] == errors.PictureUnreadable.exit_code
    assert run_clean(scans / "deep.tif", "--to", scans)[0] == errors.OutputUnwritable.exit_code
    assert run_clean(scans / "deep.tif", "--to", to, "--protect", scans / "broken.png")[0] == 8
    assert run_clean(scans / "deep.tif", "--to", to, "--strength", "101")[0] == errors.UsageError.exit_code
    assert run_clean(scans / "deep.tif")[0] == errors.UsageError.exit_code


def test_a_mask_of_another_size_is_an_error(scans: Path, tmp_path: Path, run_clean: RunClean) -> None:
    (tmp_path / "mask.png").write_bytes(encode_with_pillow(rgb_image().resize((30, 20)), "PNG"))
    code, _, messages = run_clean(scans / "deep.tif", "--to", tmp_path / "clean", "--only", tmp_path / "mask.png")
    assert code == errors.UsageError.exit_code
    assert "30 x 20 pixels" in messages
    assert "24 x 16 pixels" in messages


def test_the_strength_of_one_kind_overrides_the_overall_strength(
    scans: Path, tmp_path: Path, run_clean: RunClean
) -> None:
    run_clean(scans / "deep.tif", "--to", tmp_path / "clean", "--strength", "50", "--specks", "0")
    record = json.loads((tmp_path / "clean" / "deep.tif.json").read_text(encoding="utf-8"))
    assert record["asked"]["strengths"] == {"light": 50, "paper": 50, "grain": 50, "specks": 0, "smudges": 50}
