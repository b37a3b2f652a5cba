"""Measurements share code with recipes and training only through `experiments/shared/`."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ALLOWED = {
    "shared": {"shared"},
    "recipes": {"recipes", "shared"},
    "pack": {"pack", "recipes", "shared", "truth"},
    "train": {"train", "pack", "recipes", "shared", "truth"},
    "truth": {"truth", "recipes", "shared"},
    "bench": {"bench", "shared", "train", "truth"},
    "report": {"report", "shared"},
}


def imported_rooms(path: Path) -> set[str]:
    """The folders of `experiments/` that a module imports from."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    modules = [node.module.split(".") for node in imports if node.module]
    return {parts[1] for parts in modules if parts[0] == "experiments"}


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_of_experiments_imports_only_itself_and_shared(room: str) -> None:
    modules = sorted((ROOT / "experiments" / room).rglob("*.py"))
    assert modules
    assert not [path.name for path in modules if imported_rooms(path) - ALLOWED[room]]
