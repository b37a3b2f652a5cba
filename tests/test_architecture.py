"""ARCHITECTURE.md holds the map of the house; the code must agree with it."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "pochade"
MAP = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
OWNERS = {
    library: room
    for room, libraries in re.findall(r"^\| `(\w+)` \| (.+) \|$", MAP, flags=re.MULTILINE)
    for library in re.findall(r"`(\w+)`", libraries)
}


def rooms_of(text: str) -> list[str]:
    """The rooms of the map in its order: `images` before `images.base`, its sub-room."""
    rooms, room = list[str](), ""
    for indent, name in re.findall(r"^( *)(\w+)(?:\.py|/) ", text, flags=re.MULTILINE):
        room = room if indent else name
        rooms.append(f"{room}.{name}" if indent else name)
    return rooms


ROOMS = rooms_of(MAP.split("```text")[1].split("```")[0])
TRAINERS = {
    "training",
    "analysis",
    "learn",
    "study",
    "cli",
}  # the rooms that fit a model, and the progress bar of the lesson
MAY_LOAD_TORCH = re.compile(
    r"pochade\.(training|study|models|learn\.finetune_\w+|analysis\.prior\.flow_fitting)(\.|$)"
)  # `pochade.models` holds modules with torch and without it, but others import only those without it
SHARED = {"pochade", "numpy", "torch"} | set(sys.stdlib_module_names)
FILES = sorted(SOURCE.rglob("*.py"))


def room_of(parts: tuple[str, ...]) -> str:
    """The room of a module, given its name's parts below the package: the innermost one that the map names."""
    sub = ".".join(parts[:2])
    return sub if sub in ROOMS else parts[0]


def parts_of(path: Path) -> tuple[str, ...]:
    """The parts of a module's name below the package."""
    return path.relative_to(SOURCE).with_suffix("").parts


def top_of(path: Path) -> str:
    """The top-level room of a file."""
    return parts_of(path)[0]


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


def imported_at_once(path: Path) -> set[str]:
    """Every name and module that a file imports at its top level, when it is itself imported."""
    found = set[str]()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {str(node.module), *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def module_name(path: Path) -> str:
    """The whole name of a module; that of a package without `__init__`."""
    return ".".join(("pochade", *parts_of(path))).removesuffix(".__init__")


def test_the_map_names_every_room_and_no_other() -> None:
    tops = {top_of(path) for path in FILES} - {"__init__", "__main__"}
    folders = {".".join(parts_of(path)[:2]) for path in FILES if len(parts_of(path)) > 2}
    assert tops | folders == set(ROOMS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_file_imports_only_from_rooms_above_its_own(path: Path) -> None:
    room = room_of(parts_of(path))
    if room in {"__init__", "__main__"}:
        return
    above = {*ROOMS[: ROOMS.index(room) + 1], *(name for name in ROOMS if name.startswith(f"{room}."))}
    names = (name.removeprefix("pochade.") for name in imported(path) if name.startswith("pochade."))
    rooms = {room_of(tuple(name.split("."))) for name in names}
    assert rooms <= above, f"{path.name} imports {rooms - above}; ARCHITECTURE.md does not allow it"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_inference_imports_no_training(path: Path) -> None:
    if top_of(path) not in TRAINERS:
        assert not {name for name in imported(path) if name.startswith("pochade.training")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_each_outside_library_is_imported_by_its_owner_alone(path: Path) -> None:
    outside = {name.split(".")[0] for name in imported(path)} - SHARED
    wrong = {library for library in outside if OWNERS.get(library) != top_of(path)}
    assert not wrong, f"{path.name} imports {wrong}; ARCHITECTURE.md names another owner, or none"


def test_inference_loads_no_torch() -> None:
    """A module loads torch if it imports it at its top level, or another module that does."""
    at_once = {module_name(path): imported_at_once(path) for path in FILES}
    loading = {"torch", "accelerate", "torchmetrics"}  # the others import torch themselves
    while more := {name for name, others in at_once.items() if name not in loading and others & loading}:
        loading |= more
    wrong = {name for name in loading & set(at_once) if not MAY_LOAD_TORCH.match(name)}
    assert not wrong, f"{sorted(wrong)} load torch; import it in a function, or use the model's runnable form"


def test_there_are_no_circles_between_files() -> None:
    names = {".".join(("pochade", *path.relative_to(SOURCE).with_suffix("").parts)): path for path in FILES}
    arrows = {name: {other for other in imported(path) if other in names} for name, path in names.items()}
    while leaves := [name for name, others in arrows.items() if not others & set(arrows)]:
        for name in leaves:
            del arrows[name]
    assert not arrows, f"these import each other in a circle: {sorted(arrows)}"


@pytest.mark.parametrize(
    "module", ["pochade.cli", "pochade.collection", "pochade.learn.ingest_file", "pochade.index.descriptor_jobs"]
)
def test_help_and_the_workers_that_read_files_do_not_load_torch(module: str) -> None:
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_only_the_command_line_prints(path: Path) -> None:
    calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    prints = [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]
    assert top_of(path) == "cli" or not prints


def test_the_shipped_models_take_less_than_35_megabytes_together() -> None:
    suffixes = {".net", ".onnx", ".safetensors"}
    nets = [path for path in (SOURCE / "models" / "weights").iterdir() if path.suffix in suffixes]
    assert 0 < sum(path.stat().st_size for path in nets) < 35_000_000
