"""What a person sees: help, errors with a hint and an exit code, results."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pochade import cli, errors
from pochade.errors import PochadeError
from pochade.study.fashion_mnist import ImageSet


def run(words: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> int:
    """Run the command line in this process and give its exit code."""
    monkeypatch.setattr(sys, "argv", ["pochade", *words])
    monkeypatch.setattr(cli.words, "file", None)
    with pytest.raises(SystemExit) as caught:
        cli.main()
    return int(caught.value.code or 0)


def tree(error: type[PochadeError]) -> list[type[PochadeError]]:
    return [error, *(below for child in error.__subclasses__() for below in tree(child))]


def test_every_error_is_in_the_drawing_with_its_exit_code() -> None:
    drawing = errors.__doc__ or ""
    for error in tree(PochadeError):
        lines = [line for line in drawing.splitlines() if error.__name__ in line]
        assert len(lines) == 1, error
        assert f" {error.exit_code} " in lines[0]
    own = [error.exit_code for error in tree(PochadeError) if "exit_code" in vars(error)]
    assert len(set(own)) == len(own), "a kind shares the code of its family, nobody else's"


def test_a_missing_folder_is_one_sentence_a_hint_and_a_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["study", "--data", str(tmp_path), "--out", str(tmp_path / "out")], monkeypatch)
    said = capsys.readouterr()
    assert code == errors.DataMissing.exit_code
    assert f"error: '{tmp_path}' does not hold 'train-images-idx3-ubyte.gz'" in said.err
    assert "\nhint: --data wants the folder" in said.err
    assert not said.out
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--widths", "16,many"], "--widths wants whole numbers with commas, not '16,many'"),
        (["--widths", "8,8,8,8,8,8"], "6 layers are too many for pictures of 28 x 28 pixels"),
        (["--widths", "0"], "must be whole numbers from 1"),
        (["--widths", "64"], "a latent of 10,816 numbers is too wide to be looked at"),
    ],
)
def test_impossible_widths_are_refused_before_any_work(
    words: list[str],
    sentence: str,
    pictures: ImageSet,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("pochade.study.fashion_mnist.fashion_mnist", lambda _: pictures)
    assert run(["study", "--out", str(tmp_path / "out"), *words], monkeypatch) == errors.UsageError.exit_code
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("words", [["--epochs", "0"], ["--latent-dim", "-1"], ["--recipe", "best"], ["--seed", "x"]])
def test_options_out_of_range_are_usage_errors(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(["study", *words], monkeypatch) == errors.UsageError.exit_code


def test_a_file_where_results_should_go_is_refused_before_any_work(
    pictures: ImageSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pochade.study.fashion_mnist.fashion_mnist", lambda _: pictures)
    taken = tmp_path / "taken"
    taken.write_text("mine")
    assert run(["study", "--out", str(taken)], monkeypatch) == errors.OutputUnwritable.exit_code
    assert "could not be written" in capsys.readouterr().err
    assert taken.read_text() == "mine"


def test_the_study_prints_numbers_on_stdout_and_words_on_stderr(
    pictures: ImageSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pochade.study.fashion_mnist.fashion_mnist", lambda _: pictures)
    out = tmp_path / "out"
    assert run(["study", "--out", str(out), "--epochs", "1", "--latent-dim", "2", "--json"], monkeypatch) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    assert "report.html" in said.err


def test_the_help_shows_every_option_and_an_example(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["study", "--help"], monkeypatch) == 0
    shown = capsys.readouterr().out
    documented = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
    for option in ("--data", "--out", "--recipe", "--epochs", "--latent-dim", "--widths", "--seed", "--json"):
        assert option in shown
        assert f"`{option}" in documented
    assert "Example:" in shown


@pytest.mark.parametrize("when", ["reading", "training"])
def test_ctrl_c_says_how_to_go_on(
    when: str, pictures: ImageSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(
        "pochade.study.fashion_mnist.fashion_mnist", interrupted if when == "reading" else lambda _: pictures
    )
    monkeypatch.setattr("pochade.study.model_training.train_models", interrupted)
    assert run(["study", "--out", str(tmp_path)], monkeypatch) == errors.Interrupted.exit_code
    said = capsys.readouterr().err
    assert "error: interrupted; what was finished is kept" in said
    assert "hint: give the same command again" in said
