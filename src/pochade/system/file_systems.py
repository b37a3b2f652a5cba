"""Properties of the file system of a folder that change how Pochade works there.

On a network disk, memory maps and shared logs of databases are not safe. Some file systems ignore the case of names.
"""

import os
import re
from functools import lru_cache
from pathlib import Path

SETTLED_NS = 2 * 10**9  # FAT, the coarsest file system, stores times to 2 s
MOUNT_TABLE = Path("/proc/self/mountinfo")  # of Linux; elsewhere only Windows' network names are recognised
NETWORK_TYPES = frozenset({
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse", "glusterfs", "ncpfs", "virtiofs", "vboxsf",
})  # fmt: skip
NETWORK_PREFIX = "fuse."  # sshfs, rclone and others; `fuseblk` is a local disk
ESCAPE = re.compile(r"\\([0-7]{3})")  # of blanks and line breaks in the table


@lru_cache(maxsize=256)  # asked for each vector file and each connection
def is_network_disk(folder: Path) -> bool:
    """Whether a folder is on a network disk, or on a file system in a program (FUSE), which may be one.

    Args:
        folder: A folder; it need not exist yet.
    """
    path = os.path.realpath(folder)
    if path.startswith(("\\\\", "//")):
        return True
    try:
        table = MOUNT_TABLE.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return False
    kind = _file_system_type(path, table)
    return kind in NETWORK_TYPES or kind.startswith(NETWORK_PREFIX)


@lru_cache(maxsize=256)  # asked for each file of a family
def ignores_case(folder: Path) -> bool:
    """Whether names in a folder that differ only in their case are one name, as by default on macOS and Windows.

    Args:
        folder: A folder. If it holds no name with letters, the answer is False.
    """
    try:
        names = set(os.listdir(folder))  # noqa: PTH208  many times faster in a folder of thousands
    except OSError:
        return False
    for name in sorted(names):
        swapped = name.swapcase()
        if swapped != name and swapped.swapcase() == name and swapped not in names:
            return os.path.lexists(os.path.join(folder, swapped))  # noqa: PTH118
    return False


def _file_system_type(path: str, table: str) -> str:
    """The type of the file system that holds a path; of several mounts at one place, the last one counts."""
    best, kind = "", ""
    for line in table.splitlines():
        mount, _, source = line.partition(" - ")
        fields = mount.split(" ")
        if len(fields) < 5 or not source:  # noqa: PLR2004  the mount point is the fifth field
            continue
        point = ESCAPE.sub(lambda match: chr(int(match[1], 8)), fields[4])
        if len(point) >= len(best) and (path == point or path.startswith(point.rstrip("/") + "/")):
            best, kind = point, source.split(" ")[0]
    return kind
