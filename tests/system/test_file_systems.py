"""Network disks are recognised by the system's table of mounts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pochade.system import file_systems
from pochade.system.file_systems import ignores_case, is_network_disk

TABLE = r"""
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 21 0:40 / /mnt rw - tmpfs none rw
31 30 0:41 / /mnt/my\040nas rw,relatime - nfs4 nas:/art rw
32 30 0:42 / /mnt/share rw - cifs //nas/share rw
33 30 0:43 / /mnt/ssh rw - fuse.sshfs me@host: rw
34 30 0:44 / /mnt/ntfs rw - fuseblk /dev/sdb1 rw
35 30 0:45 / /mnt/guest rw - 9p host rw
36 31 8:2 / /mnt/my\040nas/local rw - ext4 /dev/sdc1 rw
a broken line
"""


@pytest.fixture(autouse=True)
def _table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "mountinfo").write_text(TABLE, encoding="utf-8")
    monkeypatch.setattr(file_systems, "MOUNT_TABLE", tmp_path / "mountinfo")
    is_network_disk.cache_clear()
    yield
    is_network_disk.cache_clear()


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/home/art", False),
        ("/mnt/my nas/drawings", True),
        ("/mnt/my nas", True),
        ("/mnt/my nas 2", False),
        ("/mnt/my nas/local/art", False),
        ("/mnt/share/art", True),
        ("/mnt/ssh/art", True),
        ("/mnt/ntfs/art", False),
        ("/mnt/guest", True),
    ],
)
def test_the_innermost_mount_decides(folder: str, expected: bool) -> None:
    assert is_network_disk(Path(folder)) is expected


def test_a_system_without_a_table_has_no_known_network_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_systems, "MOUNT_TABLE", Path("/nowhere"))
    assert not is_network_disk(Path("/mnt/share"))


@pytest.mark.parametrize(
    ("names", "exists", "answer"),
    [
        (["Art"], True, True),
        (["Art"], False, False),
        (["1.2"], True, False),  # no letters
        (["art", "ART"], True, False),  # two names
        (["ﬁne"], True, False),  # changing its case twice makes another name
    ],
)
def test_a_file_system_that_ignores_case_is_recognised_by_a_name(
    names: list[str], exists: bool, answer: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in names:
        (folder / name).touch()
    monkeypatch.setattr("pochade.system.file_systems.os.path.lexists", lambda _: exists)
    assert ignores_case(folder) == answer
    assert not ignores_case(tmp_path / "missing")
