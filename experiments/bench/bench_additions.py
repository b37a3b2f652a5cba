"""What a large archive costs: verifying it, adding to it, parity data; and whether additions survive kills.

    python -m experiments.bench.bench_additions [KILLS] [GIGABYTES]

KILLS, 300 by default, is the number of runs that are killed while they add a file to an archive in place: after a
random number of written bytes, or at a random moment. After each kill, the archive must give every old file and no
wrong byte; after the next command, `verify --repair` or `compress` in turns, it must be whole for a zip tool.
GIGABYTES, 5 by default, is the size of the archive that is verified and to which a megabyte is added. Files of random
bytes are stored, so nothing but the archive's own work is measured.
"""

import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from pathlib import Path
from typing import Any

from experiments.shared.record import record, summary
from pochade import compress, open_archive
from pochade.archive.archive_reader import Archive
from pochade.archive.archive_repair import repair_archive
from pochade.archive.container.manifest_records import STORED, ArchivedFile, Entry, Manifest
from pochade.archive.container.partial_archive import PartialArchive
from pochade.errors import ArchiveDamaged

KILLS, GIGABYTES = 300, 5
ENTRY_BYTES = 5_000_000  # of the large archive
ADDITIONS = 5  # to the large archive, of 1 MB each
PARITY_PERCENT, FLIPS = 5, 5000
FILES_AT_START, FILES_AT_MOST = 20, 60  # of the archive that is killed
MAX_ADDED_BYTES = 300_000
BY_BYTES = 0.8  # share of the kills that come after a number of written bytes; the others come at a moment
CHILD = """
import io, os, signal, sys
from contextlib import contextmanager
from pochade import compress
from pochade.archive.container import in_place_addition
left = int(sys.argv[3])

class KilledFile(io.FileIO):
    def write(self, content):
        global left
        part = bytes(content[:left])
        left -= len(part)
        written = super().write(part) if part else 0
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return written
    def truncate(self, size=None):
        global left
        left -= 1000  # so that some kills come between the last byte and the cut
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().truncate(size)

@contextmanager
def open_killed(container):
    with KilledFile(container.path, "r+b") as file:
        yield file

if left:
    in_place_addition.open_for_update = open_killed
compress(sys.argv[1], sys.argv[2])
"""


def make_large_archive(path: Path, size: int) -> None:
    """Write an archive of random entries."""
    with PartialArchive(path) as part:
        for number in range(size // ENTRY_BYTES):
            content = os.urandom(ENTRY_BYTES)
            sha256 = hashlib.sha256(content).hexdigest()
            name = f"pieces/{number:06}"
            part.add(Entry(name, len(content), zlib.crc32(content), STORED, "bytes", len(content), sha256), [content])
        files = [ArchivedFile(entry.name.removeprefix("pieces/"), 0, entry) for entry in part.entries]
        part.finish(Manifest(part.entries, files, []))


def measure_verify(path: Path) -> dict[str, Any]:
    """The speed of `verify`, three times."""
    speeds = list[float]()
    for _ in range(3):
        with open_archive(path) as archive:
            begin = time.monotonic()
            assert archive.verify() == []
            speeds.append(archive.size / 1e6 / (time.monotonic() - begin))
    return {"bytes": path.stat().st_size, "megabytes_per_second": summary(speeds)}


def measure_additions(path: Path, folder: Path) -> dict[str, Any]:
    """Seconds and written bytes of a command that adds one megabyte; the first, which verifies the archive, apart."""
    folder.mkdir()
    seconds, written = list[float](), list[float]()
    for number in range(ADDITIONS + 1):
        (folder / f"{number}.bin").write_bytes(os.urandom(1_000_000))
        command = [sys.executable, "-m", "pochade", "compress", str(folder), "--to", str(path)]
        script = '"$@" 2>/dev/null; cat /proc/$$/io'
        begin = time.monotonic()
        output = subprocess.run(["bash", "-c", script, "bash", *command], check=True, capture_output=True, text=True)
        seconds.append(time.monotonic() - begin)
        counts = dict(line.split(": ") for line in output.stdout.splitlines())
        written.append(float(counts["wchar"]))
    return {
        "first_seconds": seconds[0],
        "seconds": summary(seconds[1:]),
        "written_bytes_beside_the_file": summary([count - 1_000_000 for count in written[1:]]),
    }


def measure_parity(path: Path, folder: Path) -> dict[str, Any]:
    """What 5 % of parity data costs, and what it repairs: a hole of 1 MB, then 5,000 flipped bits."""
    folder.mkdir()
    (folder / "notes.txt").write_text("of paper and ink", encoding="utf-8")
    size, begin = path.stat().st_size, time.monotonic()
    compress(folder, path, parity=PARITY_PERCENT)
    figures: dict[str, Any] = {"seconds_to_add": time.monotonic() - begin, "bytes": path.stat().st_size - size}
    intact, rng = _sha256_of(path), random.Random(0)
    with path.open("r+b") as file:
        file.seek(rng.randrange(size - 2**20))
        file.write(rng.randbytes(2**20))
    begin = time.monotonic()
    repair_archive(path)
    figures["hole_of_a_megabyte"] = {"repaired": _sha256_of(path) == intact, "seconds": time.monotonic() - begin}
    with path.open("r+b") as file:
        for _ in range(FLIPS):
            place = rng.randrange(size)
            file.seek(place)
            byte = file.read(1)[0]
            file.seek(place)
            file.write(bytes([byte ^ 1 << rng.randrange(8)]))
    with open_archive(path) as archive:
        damaged = len(archive.verify())
    begin = time.monotonic()
    left = len(repair_archive(path).damages)
    figures["flipped_bits"] = {
        "count": FLIPS,
        "damaged_entries": damaged,
        "damaged_entries_after_repair": left,
        "seconds": time.monotonic() - begin,
    }
    return figures


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class KilledAdditions:
    """Kills while files are added to a small archive.

    Args:
        home: An empty folder.
    """

    def __init__(self, home: Path) -> None:
        self.home, self.folder, self.target = home, home / "art", home / "a.pochade"
        self.rng, self.kills, self.reached, self.failures = random.Random(0), 0, 0, list[str]()
        self.folder.mkdir()
        self._start_again()

    def _start_again(self) -> None:
        """Make the archive of the first files."""
        for path in (self.target, *self.folder.iterdir()):
            path.unlink(missing_ok=True)
        for number in range(FILES_AT_START):
            self._add_file(number)
        compress(self.folder, self.target)

    def _add_file(self, number: int) -> None:
        (self.folder / f"{number}.bin").write_bytes(self.rng.randbytes(self.rng.randint(1, MAX_ADDED_BYTES)))

    def kill_one(self) -> None:
        """Add a file, kill the run, and check what is left; then let a command end, and check again."""
        if len(list(self.folder.iterdir())) >= FILES_AT_MOST:
            self._start_again()
        before = {path.name: path.read_bytes() for path in self.folder.iterdir()}
        self._add_file(len(before))
        after = {path.name: path.read_bytes() for path in self.folder.iterdir()}
        size = self.target.stat().st_size
        added = len(after[f"{len(before)}.bin"])
        by_bytes = self.rng.random() < BY_BYTES
        limit = self.rng.randint(1, added + 2 * (size - sum(map(len, before.values()))) + 2000) if by_bytes else 0
        command = [sys.executable, "-c", CHILD, str(self.folder), str(self.target), str(limit)]
        run = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            run.wait(None if by_bytes else self.rng.uniform(0.3, 1.5))
        except subprocess.TimeoutExpired:
            run.kill()
            run.wait()
        if run.returncode != -signal.SIGKILL:
            return  # it was finished before
        self.kills += 1
        self._check("after the kill", before, after)
        if self.rng.random() < 0.5:  # noqa: PLR2004  in turns
            repair_archive(self.target)
            self._check("after the repair", before, after)
            with zipfile.ZipFile(self.target) as archive:
                if archive.testzip() is not None:
                    self.failures.append(f"kill {self.kills}: a zip tool finds damage after the repair")
        compress(self.folder, self.target)
        self._check("at the end", after, after)
        if sorted(path.name for path in self.home.iterdir()) != ["a.pochade", "art"]:
            self.failures.append(f"kill {self.kills}: something is left beside the archive")

    def _check(self, when: str, before: dict[str, bytes], after: dict[str, bytes]) -> None:
        """Check that the archive gives either all old files or all new ones, and nothing wrong."""
        with open_archive(self.target) as archive:
            contents = _read_all(archive)
            if archive.container.gap:
                self.reached += 1
            if contents not in (before, after) or any(damage.lost_files for damage in archive.verify()):
                self.failures.append(f"kill {self.kills}: files are lost or wrong {when}")

    def figures(self) -> dict[str, Any]:
        """The counts so far."""
        return {"kills": self.kills, "kills_with_a_backup_in_the_file": self.reached, "failures": self.failures}


def _read_all(archive: Archive) -> dict[str, bytes | None]:
    contents: dict[str, bytes | None] = {}
    for file in archive:
        try:
            contents[file.path] = archive.read(file)
        except ArchiveDamaged:
            contents[file.path] = None
    return contents


def main() -> None:
    """Measure; write `results/additions.json` if everything is measured in full."""
    given = [int(word) for word in sys.argv[1:3]]
    kills, gigabytes = given + [KILLS, GIGABYTES][len(given) :]
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as workspace:
        os.environ["XDG_CACHE_HOME"] = str(Path(workspace) / "cache")
        if gigabytes:
            large = Path(workspace) / "large.pochade"
            make_large_archive(large, gigabytes * 10**9)
            figures["verify"] = measure_verify(large)
            figures["adding_a_megabyte"] = measure_additions(large, Path(workspace) / "more")
            figures["parity"] = measure_parity(large, Path(workspace) / "notes")
            print(figures, flush=True)
            large.unlink()
        (Path(workspace) / "killed").mkdir()
        killed = KilledAdditions(Path(workspace) / "killed")
        while killed.kills < kills:
            killed.kill_one()
            print(killed.kills, "kills,", len(killed.failures), "failures", flush=True)
        figures["killed_additions"] = killed.figures()
        print(figures["killed_additions"])
    if (kills, gigabytes) == (KILLS, GIGABYTES):
        record("additions", figures)


if __name__ == "__main__":
    main()
