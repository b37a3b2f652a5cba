"""A file that other programs share gets new content, and keeps everything else."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pochade.errors import OutputUnwritable
from pochade.system.replaced_file import remove_leftovers, replace_content, temporary_path
from tests.support.permissions import NOBODY

needs_root = pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root gives files away")


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A file of another program."""
    path = tmp_path / "cat.png.xmp"
    path.write_bytes(b"before")
    return path


def test_a_link_stays_a_link_and_its_target_gets_the_content(shared: Path) -> None:
    (shared.parent / "elsewhere").mkdir()
    target = shared.rename(shared.parent / "elsewhere" / "cat.xmp")
    shared.symlink_to(Path("elsewhere") / "cat.xmp")
    replace_content(shared, b"after")
    assert shared.is_symlink()
    assert target.read_bytes() == b"after"


def test_a_link_that_leads_nowhere_is_refused(shared: Path) -> None:
    link = shared.with_name("broken.xmp")
    link.symlink_to("nowhere.xmp")
    with pytest.raises(OutputUnwritable):
        replace_content(link, b"after")
    assert link.is_symlink()
    assert not shared.with_name("nowhere.xmp").exists()


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_permissions_stay(shared: Path, mode: int) -> None:
    shared.chmod(mode)
    replace_content(shared, b"after")
    assert shared.stat().st_mode & 0o777 == mode


def test_the_time_of_modification_is_that_of_the_new_content(shared: Path) -> None:
    os.utime(shared, ns=(10**9, 10**9))
    replace_content(shared, b"after")
    assert shared.stat().st_mtime_ns > 10**9


@needs_root
def test_owner_and_group_stay(shared: Path) -> None:
    os.chown(shared, NOBODY, NOBODY)
    replace_content(shared, b"after")
    assert (shared.stat().st_uid, shared.stat().st_gid) == (NOBODY, NOBODY)


@needs_root
def test_a_file_whose_owner_would_change_is_refused(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    os.chown(shared, NOBODY, NOBODY)
    monkeypatch.setattr(os, "chown", refuse)
    with pytest.raises(OutputUnwritable, match="belongs to somebody else"):
        replace_content(shared, b"after")
    assert shared.read_bytes() == b"before"
    assert [path.name for path in shared.parent.iterdir()] == ["cat.png.xmp"]


def test_a_read_only_file_is_refused_even_to_root(shared: Path) -> None:
    shared.chmod(0o444)
    with pytest.raises(OutputUnwritable, match=r"cat.png.xmp' could not be written: it is read-only$"):
        replace_content(shared, b"after")
    assert shared.read_bytes() == b"before"


@pytest.mark.parametrize("lacking", ["unnamed files", "links to open files"])
def test_file_systems_with_fewer_features_serve_as_well(
    shared: Path, lacking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(95, "not supported")

    if lacking == "unnamed files":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    else:
        monkeypatch.setattr(os, "link", refuse)
    replace_content(shared, b"after")
    replace_content(shared.with_name("new.xmp"), b"new")
    assert {path.name: path.read_bytes() for path in shared.parent.iterdir()} == {
        "cat.png.xmp": b"after",
        "new.xmp": b"new",
    }


def test_a_killed_run_leaves_the_old_content_and_the_next_one_removes_its_file(shared: Path) -> None:
    code = (
        "import os, pathlib, signal, sys\n"
        "from pochade.system.replaced_file import replace_content\n"
        "pathlib.Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "replace_content(pathlib.Path(sys.argv[1]), b'after')"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(shared)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert shared.read_bytes() == b"before"
    assert temporary_path(shared).exists()
    (shared.parent / ".0123.pochade-part").write_bytes(b"a person's own")
    remove_leftovers(shared.parent)
    assert sorted(path.name for path in shared.parent.iterdir()) == [".0123.pochade-part", "cat.png.xmp"]


def test_what_a_killed_run_left_does_not_stop_the_next(shared: Path) -> None:
    temporary_path(shared).write_bytes(b"half")
    replace_content(shared, b"after")
    assert [path.read_bytes() for path in shared.parent.iterdir()] == [b"after"]
