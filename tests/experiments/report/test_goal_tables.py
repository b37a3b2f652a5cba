"""The table of goals says what was measured, and nothing that was not."""

import json
import re
from pathlib import Path

import pytest

from experiments.report import goal, markdown
from experiments.report.goal import Figure, Goal, Reached
from experiments.report.goal_tables import SECTIONS, goal_tables

ROOT = Path(__file__).parents[3]
GOALS = [line for goals in SECTIONS.values() for line in goals]


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for results, in the place of the project's."""
    for module in (goal, markdown):
        monkeypatch.setattr(module, "RESULTS", tmp_path)
    return tmp_path


@pytest.mark.parametrize(("recall", "answer"), [(0.9, "yes"), (0.7, "partly"), (0.5, "no")])
def test_the_answer_follows_from_the_limits(results: Path, recall: float, answer: str) -> None:
    figures = {"date": "2026-11-30", "recall": recall, "found": recall}
    (results / "copies.json").write_text(json.dumps(figures), encoding="utf-8")
    state = Goal(
        "recall 0.8, found 0.6",
        result="copies",
        figures=lambda result: [Figure(result["recall"], least=0.8), Figure(result["found"], least=0.6)],
    ).state()
    assert state == Reached(f"{recall:.2f}, {recall:.2f}", answer, "`copies`, 2026-11-30")


def test_a_part_of_a_goal_is_not_the_goal_and_old_figures_say_so(results: Path) -> None:
    (results / "wall.json").write_text(json.dumps({"date": "2026-11-24", "seconds": 0.9}), encoding="utf-8")
    state = Goal(
        "1 s, and more",
        result="wall",
        figures=lambda result: [Figure(result["seconds"], most=1, text="{:.1f} s")],
        is_older=True,
        is_partial=True,
    ).state()
    assert state == Reached("0.9 s", "partly", "`wall`, 2026-11-24, older than the code")


def test_a_goal_whose_result_is_missing_is_not_measured(results: Path) -> None:
    assert not list(results.iterdir())
    assert Goal("fast", result="speed", figures=lambda _: []).state() == Reached("not measured", "–")


def test_every_result_that_a_goal_names_is_written_by_a_measurement() -> None:
    measurements = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "experiments").rglob("*.py"))
    names = {line.result for line in GOALS if line.result}
    assert not [name for name in names if f'record("{name}"' not in measurements]


def test_whatever_a_goal_points_to_exists() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "docs" / "log.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert not set(re.findall(r"log\.md#([\w-]+)", goal_tables())) - anchors
    paths = re.findall(r"`((?:tests|experiments)/[\w/.]+)`", goal_tables())
    assert not [path for path in paths if not (ROOT / path).exists()]
