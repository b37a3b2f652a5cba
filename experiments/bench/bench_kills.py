"""Whether work survives: `learn`, `compress`, `clean` and `extract` are killed at random moments, then run again.

    python -m experiments.bench.bench_kills [KILLS] [VERB ...]

KILLS is the number for each verb, 250 by default. A run continues what was killed before it. After every five kills, a
run is not disturbed: what it leaves must equal the result of an undisturbed run, without another file beside it. The
originals must never change. The verbs work on few drawings, because what counts is the number of kills. They take turns
after every five kills, and the figures are recorded each time, so that a run may be stopped.
"""

import hashlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.shared.paths import DRAWINGS
from experiments.shared.record import record
from pochade import Collection, compress, open_archive
from pochade.archive.container.stored_paths import printable_path

KILLS = 250
KILLS_PER_RUN = 5
EARLIEST = 0.4  # share of an undisturbed run's time; before that, it only imports modules
FOLDER = "animals"  # of openclipart
Outcome = dict[str, Any]


@dataclass(frozen=True)
class Verb:
    """A verb to kill. It works in a folder that holds the originals in `art`."""

    code: str  # of the run; sys.argv[1] is the folder
    read: Callable[[Path], Outcome]  # what the verb made
    pictures: int  # number of originals
    result: str  # the file or folder that the verb makes


def _read_index(home: Path) -> Outcome:
    """Each file's content hash, embedding and sketch."""
    with Collection.open(home / "art") as collection:
        embeddings, sketches = collection.models.embeddings(collection.index.row_count()), collection.sketches()
        return {
            str(picture.path.relative_to(collection.folder)): (
                picture.hash,
                embeddings[picture.row].tobytes(),
                sketches[picture.row].tobytes(),
            )
            for picture in collection.pictures()
        }


def _read_archive(home: Path) -> Outcome:
    """Each file's content hash, and the names of the files beside the archive."""
    with open_archive(home / "a.pochade") as archive:
        damage = archive.verify()
        contents = {printable_path(file.path): file.entry.original_sha256 for file in archive}
    return {"files": contents, "damage": damage, "beside": sorted(path.name for path in home.iterdir())}


def _read_folder(folder: Path) -> Outcome:
    """Each file's content hash."""
    files = (path for path in folder.rglob("*") if path.is_file() and ".pochade" not in path.relative_to(folder).parts)
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


VERBS = {
    "learn": Verb(
        "from pochade import Collection; Collection.open(sys.argv[1] + '/art').learn(minutes=0)",
        _read_index, 80, "art/.pochade",
    ),
    "compress": Verb(
        "from pochade import compress; compress(sys.argv[1] + '/art', sys.argv[1] + '/a.pochade')",
        _read_archive, 10, "a.pochade",
    ),
    "clean": Verb(
        "from pochade.cli import main; home = sys.argv[1]\n"
        "sys.argv = ['pochade', 'clean', home + '/art', '--to', home + '/clean']; main()",
        lambda home: _read_folder(home / "clean"), 5, "clean",
    ),
    "extract": Verb(
        "from pochade.archive.extractor import extract; from pochade import open_archive\n"
        "with open_archive(sys.argv[1] + '/art/a.pochade') as archive: extract(archive, sys.argv[1] + '/out')",
        lambda home: _read_folder(home / "out"), 20, "out",
    ),
}  # fmt: skip


def _prepare(verb: Verb, home: Path) -> None:
    """Copy the originals; for `extract`, also put them into an archive."""
    (home / "art").mkdir()
    for path in sorted((DRAWINGS / FOLDER).glob("*.png"))[: verb.pictures]:
        shutil.copy2(path, home / "art")
    if verb is VERBS["extract"]:
        compress(home / "art", home / "art" / "a.pochade")


def _run(verb: Verb, home: Path, seconds: float | None) -> None:
    """Run the verb, and kill it after some seconds."""
    run = subprocess.Popen([sys.executable, "-c", "import sys; " + verb.code, str(home)], stderr=subprocess.DEVNULL)
    try:
        run.wait(seconds)
    except subprocess.TimeoutExpired:
        run.kill()
        run.wait()


def _remove_result(verb: Verb, home: Path) -> None:
    path = home / verb.result
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


class _Campaign:
    """The kills of one verb.

    Args:
        name: The verb.
        home: An empty folder to work in.
    """

    def __init__(self, name: str, home: Path) -> None:
        self.name, self.verb, self.home = name, VERBS[name], home
        self.rng, self.kills, self.failures = random.Random(0), 0, list[str]()
        _prepare(self.verb, home)
        self.originals = _read_folder(home / "art")
        begin = time.monotonic()
        _run(self.verb, home, None)
        self.seconds, self.expected = time.monotonic() - begin, self.verb.read(home)

    def kill_some(self) -> None:
        """Remove the result, kill the verb five times, then let it end, and compare."""
        _remove_result(self.verb, self.home)
        for _ in range(KILLS_PER_RUN):
            _run(self.verb, self.home, self.rng.uniform(EARLIEST * self.seconds, self.seconds))
        _run(self.verb, self.home, None)
        self.kills += KILLS_PER_RUN
        if _read_folder(self.home / "art") != self.originals:
            self.failures.append(f"after {self.kills} kills: the originals changed")
        elif self.verb.read(self.home) != self.expected:
            self.failures.append(f"after {self.kills} kills: the result differs")
        print(self.name, self.kills, "kills,", len(self.failures), "failures", flush=True)

    def figures(self) -> dict[str, Any]:
        """The counts so far."""
        results = self.kills // KILLS_PER_RUN
        return {"kills": self.kills, "results": results, "failures": self.failures, "files": len(self.originals)}


def main() -> None:
    """Measure; write `results/kills.json` if all verbs are killed."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    names = [word for word in sys.argv[1:] if word in VERBS] or list(VERBS)
    with tempfile.TemporaryDirectory() as workspace:
        campaigns = list[_Campaign]()
        for name in names:
            (Path(workspace) / name).mkdir()
            campaigns.append(_Campaign(name, Path(workspace) / name))
        for _ in range((numbers[0] if numbers else KILLS) // KILLS_PER_RUN):
            for campaign in campaigns:
                campaign.kill_some()
            if len(names) == len(VERBS):
                record("kills", {campaign.name: campaign.figures() for campaign in campaigns})


if __name__ == "__main__":
    main()
