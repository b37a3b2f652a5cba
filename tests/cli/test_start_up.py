"""A command imports only what it needs: libraries that take long to import would make every command slow."""

import subprocess
import sys
from pathlib import Path

import pytest

from pochade.index.collection_place import locate_collection
from pochade.system.private_socket import HAS_SOCKETS
from pochade.web.find_service import FindService

SLOW_LIBRARIES = frozenset({
    "PIL", "accelerate", "cv2", "fastapi", "jinja2", "matplotlib", "numpy", "onnxruntime", "pydantic", "rich", "scipy",
    "sklearn", "sqlalchemy", "torch", "transformers",
})  # fmt: skip
PRINT_MODULES = """
import sys
from pochade.__main__ import main
try:
    main()
finally:
    print("imported", *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""
WAIT_FOR_ANSWERS = "from pochade.system import private_socket; private_socket.RECEIPT_SECONDS = 300.0"
SETTLE_AT_ONCE = "from pochade.index import checked_indexes; checked_indexes.SETTLED_NS = -(10**12)"


def slow_libraries_of(*words: object, preparation: str = "") -> set[str]:
    """Run a command in a new process, and return the slow libraries that it imported."""
    command = [sys.executable, "-c", f"{preparation}\n{PRINT_MODULES}", *map(str, words)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    *_, imported = ended.stderr.splitlines()
    return set(imported.split()) & SLOW_LIBRARIES


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["find", "--help"], ["study", "--help"]])
def test_help_imports_no_slow_library(words: list[str]) -> None:
    assert not slow_libraries_of(*words)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not keep times of changes")
def test_the_summary_of_an_index_that_was_checked_imports_no_slow_library(
    art: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HOME", "XDG_CACHE_HOME"):  # where it is remembered that the index was checked
        monkeypatch.setenv(variable, str(tmp_path))
    first, second = (slow_libraries_of("-C", art, "info", preparation=SETTLE_AT_ONCE) for _ in range(2))
    assert "sqlalchemy" in first
    assert not second


def test_a_search_by_words_reads_no_picture(art: Path) -> None:
    assert not slow_libraries_of("-C", art, "find", "drawing") & {
        "cv2",
        "onnxruntime",
        "rich",
        "scipy",
        "torch",
        "transformers",
    }


def test_a_search_by_a_picture_imports_neither_torch_nor_rich(art: Path) -> None:
    assert not slow_libraries_of("-C", art, "find", art / "drawing 0.png") & {"matplotlib", "rich", "sklearn", "torch"}


@pytest.mark.skipif(not HAS_SOCKETS, reason="this system has no Unix sockets")
@pytest.mark.usefixtures("short_cache")
def test_a_search_that_a_running_server_answers_imports_no_slow_library(art: Path) -> None:
    service = FindService()
    service.publish(locate_collection(art))
    for query in (art / "drawing 0.png", "drawing"):
        assert not slow_libraries_of("-C", art, "find", query, preparation=WAIT_FOR_ANSWERS)
    service.withdraw()
    assert "sqlalchemy" in slow_libraries_of("-C", art, "find", "drawing")
