"""Only better weights go into the package, and the table says where they come from."""

import json
from pathlib import Path

import pytest

from experiments.train.ship import SHIPPED, ship
from pochade.errors import UsageError
from tests.experiments.train.small_task import SmallTask

TASK = SmallTask()


def finish_run(runs: Path, *gains: float, run: str = "first") -> None:
    """Write what a finished run leaves: its log and its weights."""
    runs.mkdir(exist_ok=True)
    lines = [
        {
            "run": run,
            "step": step,
            "pictures": 6 * step,
            "minutes": step / 10,
            "weights": "average",
            "held_out": {"gain": gain},
        }
        for step, gain in enumerate(gains)
    ]
    with (runs / "small.jsonl").open("a") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    (runs / "small.weights").write_bytes(f"weights of {run}".encode())


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder of shipped weights."""
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / TASK.file).write_bytes(b"old weights")
    return folder


def test_better_weights_are_shipped_and_the_table_says_from_what(tmp_path: Path, package: Path) -> None:
    runs = tmp_path / "runs"
    finish_run(runs, 0.1, 0.3)
    line = ship(TASK, runs, package)
    assert (package / TASK.file).read_bytes() == b"weights of first"
    assert json.loads((runs / SHIPPED).read_text()) == [line]
    assert (line["before"], line["after"]) == ({"gain": 0.1}, {"gain": 0.3})
    assert (line["run"], line["pictures"]) == ("first", 6)
    assert line["weights"] != line["began_with"]


def test_the_next_weights_begin_with_those_that_were_shipped(tmp_path: Path, package: Path) -> None:
    runs = tmp_path / "runs"
    finish_run(runs, 0.1, 0.3)
    first = ship(TASK, runs, package)
    finish_run(runs, 0.3, 0.4, run="second")
    second = ship(TASK, runs, package)
    assert second["began_with"] == first["weights"]
    assert len(json.loads((runs / SHIPPED).read_text())) == 2


def test_the_first_weights_of_a_model_began_with_none(tmp_path: Path, package: Path) -> None:
    (package / TASK.file).unlink()
    finish_run(tmp_path / "runs", 0.1, 0.3)
    assert ship(TASK, tmp_path / "runs", package)["began_with"] is None


def test_weights_that_are_not_better_stay_out(tmp_path: Path, package: Path) -> None:
    runs = tmp_path / "runs"
    finish_run(runs, 0.3, 0.3)
    with pytest.raises(UsageError, match="not better"):
        ship(TASK, runs, package)
    assert (package / TASK.file).read_bytes() == b"old weights"
    assert not (runs / SHIPPED).exists()


def test_without_a_finished_run_there_is_nothing_to_ship(tmp_path: Path, package: Path) -> None:
    with pytest.raises(UsageError, match="no weights"):
        ship(TASK, tmp_path / "runs", package)
