"""On a full disk the index can be read, and an error says why it can't be written."""

import subprocess
import sys
from pathlib import Path

import pytest

from pochade.index.database import Index

FULL_DISK = """
import resource, sys
from pathlib import Path
from pochade.errors import OutputUnwritable
from pochade.index.database import Index
from pochade.index.label_store import add_label, label_counts
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # no file can grow
index = Index(Path(sys.argv[1]))
sys.stdout.write(f"{index.row_count()} pictures, labels: {label_counts(index)}\\n")
try:
    add_label(index, [1], "cat")
except OutputUnwritable as error:
    sys.stdout.write(f"{error.sentence}; {error.hint}\\n")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the system has no such limit")
def test_on_a_full_disk_the_index_can_be_read_but_not_written(tmp_path: Path) -> None:
    Index(tmp_path / "index.sqlite").close()
    words = [sys.executable, "-c", FULL_DISK, str(tmp_path / "index.sqlite")]
    read, written = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    assert read == "0 pictures, labels: {}"
    assert written.startswith("the index can't be written: its disk is full")
    assert written.endswith("; make room, or keep the index elsewhere with --index DIR")
