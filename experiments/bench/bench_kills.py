"""Bar 5: `learn` killed at a hundred random moments; the index that follows beside that of an undisturbed run."""

import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from experiments.shared.paths import DRAWINGS
from experiments.shared.record import record
from pochade import Collection

KILLS = 100
FOLDER = "animals"  # of the drawings: 316 files
LEARN = "import sys; from pochade import Collection; Collection.open(sys.argv[1]).learn(minutes=0)"


def known(folder: Path) -> dict[str, tuple[str, bytes, bytes]]:
    """Each file's content, look and code."""
    collection = Collection.open(folder)
    looks, codes = collection.models.embeddings(collection.index.row_count()), collection.codes()
    held = {
        str(piece.path.relative_to(folder)): (piece.hash, looks[piece.row].tobytes(), codes[piece.row].tobytes())
        for piece in collection.pieces()
    }
    collection.close()
    return held


def main() -> None:
    """Measure and write `results/kills.json`."""
    chance, moments, same = random.Random(0), [], 0
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "art"
        shutil.copytree(DRAWINGS / FOLDER, folder)
        Collection.open(folder).learn(minutes=0)
        wanted = known(folder)
        for kill in range(KILLS):
            if kill % 5 == 0:  # five kills into each index, then a whole run
                shutil.rmtree(folder / ".pochade")
            moments.append(chance.uniform(0.5, 7))
            run = subprocess.Popen([sys.executable, "-c", LEARN, str(folder)])
            try:
                run.wait(moments[-1])
            except subprocess.TimeoutExpired:
                run.kill()
                run.wait()
            if kill % 5 == 4:  # noqa: PLR2004
                Collection.open(folder).learn(minutes=0)
                same += known(folder) == wanted
                print(kill + 1, "kills,", same, "indexes the same", flush=True)
    record("kills", {"kills": KILLS, "indexes": KILLS // 5, "same": same, "files": len(wanted)})


if __name__ == "__main__":
    main()
