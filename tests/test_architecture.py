"""ARCHITECTURE.md holds the map of the house; the code must agree with it."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "pochade"
MAP = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
ROOMS = re.findall(r"^(\w+)(?:\.py|/) ", MAP.split("```text")[1].split("```")[0], flags=re.MULTILINE)
OWNERS = {
    library: room
    for room, libraries in re.findall(r"^\| `(\w+)` \| (.+) \|$", MAP, flags=re.MULTILINE)
    for library in re.findall(r"`(\w+)`", libraries)
}
SHARED = {"pochade", "numpy", "torch"} | set(sys.stdlib_module_names)
FILES = sorted(SOURCE.rglob("*.py"))


def room_of(path: Path) -> str:
    """The room that a file stands in: the first folder below the package, or the file itself."""
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Every module that a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path.name} imports relatively; write the whole name"
            found.add(node.module or "")
    return found


def test_the_map_names_every_room_and_no_other() -> None:
    there = {room_of(path) for path in FILES} - {"__init__", "__main__"}
    assert there == set(ROOMS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_file_imports_only_from_rooms_above_its_own(path: Path) -> None:
    if room_of(path) in {"__init__", "__main__"}:
        return
    above = ROOMS[: ROOMS.index(room_of(path)) + 1]
    rooms = {name.split(".")[1] for name in imported(path) if name.startswith("pochade.")}
    assert rooms <= set(above), f"{path.name} imports {rooms - set(above)}; ARCHITECTURE.md does not allow it"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_each_outside_library_is_imported_by_its_owner_alone(path: Path) -> None:
    outside = {name.split(".")[0] for name in imported(path)} - SHARED
    wrong = {library for library in outside if OWNERS.get(library) != room_of(path)}
    assert not wrong, f"{path.name} imports {wrong}; ARCHITECTURE.md names another owner, or none"


def test_there_are_no_circles_between_files() -> None:
    names = {".".join(("pochade", *path.relative_to(SOURCE).with_suffix("").parts)): path for path in FILES}
    arrows = {name: {other for other in imported(path) if other in names} for name, path in names.items()}
    while leaves := [name for name, others in arrows.items() if not others & set(arrows)]:
        for name in leaves:
            del arrows[name]
    assert not arrows, f"these import each other in a circle: {sorted(arrows)}"


def test_help_does_not_load_torch() -> None:
    code = "import sys, pochade.cli; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_only_the_command_line_prints(path: Path) -> None:
    calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    prints = [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]
    assert room_of(path) == "cli" or not prints


def test_the_shipped_nets_take_less_than_25_megabytes_together() -> None:
    nets = [path for path in (SOURCE / "weights").iterdir() if path.suffix in {".net", ".safetensors"}]
    assert 0 < sum(path.stat().st_size for path in nets) < 25_000_000
