"""`pochade study`."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pochade import errors
from pochade.study.fashion_mnist import ImageSet
from tests.support.command_line import RunCommand

pytestmark = pytest.mark.slow

LOADER = "pochade.study.fashion_mnist.fashion_mnist"


@pytest.fixture
def small_data(pictures: ImageSet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Study small pictures instead of Fashion-MNIST."""
    monkeypatch.setattr(LOADER, lambda _: pictures)


def test_a_folder_without_the_data_is_an_error_with_a_hint(tmp_path: Path, pochade: RunCommand) -> None:
    code, output, messages = pochade("study", "--data", tmp_path, "--out", tmp_path / "out")
    assert code == errors.DataMissing.exit_code
    assert f"error: '{tmp_path}' does not hold 'train-images-idx3-ubyte.gz'" in messages
    assert "\nhint: give --data the folder" in messages
    assert not output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--widths", "16,many"], "--widths takes whole numbers with commas, not '16,many'"),
        (["--widths", "8,8,8,8,8,8"], "6 layers are too many for pictures of 28 x 28 pixels"),
        (["--widths", "0"], "must be whole numbers from 1"),
        (["--widths", "64"], "a latent of 10,816 numbers is too large"),
    ],
)
@pytest.mark.usefixtures("small_data")
def test_impossible_widths_are_refused_before_any_work(
    options: list[str], sentence: str, tmp_path: Path, pochade: RunCommand
) -> None:
    code, _, messages = pochade("study", "--out", tmp_path / "out", *options)
    assert code == errors.UsageError.exit_code
    assert sentence in messages
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("options", [["--epochs", "0"], ["--latent-dim", "-1"], ["--recipe", "best"], ["--seed", "x"]])
def test_options_out_of_range_are_usage_errors(options: list[str], pochade: RunCommand) -> None:
    assert pochade("study", *options).code == errors.UsageError.exit_code


@pytest.mark.usefixtures("small_data")
def test_a_file_in_the_place_of_the_results_is_refused_before_any_work(tmp_path: Path, pochade: RunCommand) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    code, _, messages = pochade("study", "--out", file)
    assert code == errors.OutputUnwritable.exit_code
    assert "could not be written" in messages
    assert file.read_text() == "mine"


@pytest.mark.usefixtures("small_data")
def test_numbers_go_to_stdout_and_lines_of_progress_to_stderr(tmp_path: Path, pochade: RunCommand) -> None:
    result = pochade("study", "--out", tmp_path, "--epochs", "1", "--latent-dim", "2", "--widths", "4,8", "--json")
    assert result.code == 0
    assert result.data == json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))
    assert result.data["vae"]["latent_numbers"] == 2
    assert "report.html" in result.messages
    assert re.search(r"^study: \d+ %, .+ left$", result.messages, re.MULTILINE)
    assert (tmp_path / "report.html").is_file()


@pytest.mark.parametrize("interrupted_while", ["reading", "training"])
@pytest.mark.usefixtures("small_data")
def test_ctrl_c_says_how_to_continue(
    interrupted_while: str, tmp_path: Path, pochade: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    functions = {"reading": LOADER, "training": "pochade.study.run_study.run_stages"}
    monkeypatch.setattr(functions[interrupted_while], interrupt)
    code, _, messages = pochade("study", "--out", tmp_path)
    assert code == errors.Interrupted.exit_code
    assert "error: interrupted; finished work is kept" in messages
    assert "hint: give the same command again" in messages
