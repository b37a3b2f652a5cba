"""Whether the index survives: `learn` is killed at a hundred random moments and then run to its end.

    python -m experiments.bench.bench_kills

After every five kills, the finished index must equal that of an undisturbed run over the same 316 drawings.
"""

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
FOLDER = "animals"  # of openclipart
LEARN_CODE = "import sys; from pochade import Collection; Collection.open(sys.argv[1]).learn(minutes=0)"


def _read_index(folder: Path) -> dict[str, tuple[str, bytes, bytes]]:
    """Each file's content hash, embedding and sketch."""
    with Collection.open(folder) as collection:
        embeddings, sketches = collection.models.embeddings(collection.index.row_count()), collection.sketches()
        return {
            str(picture.path.relative_to(folder)): (
                picture.hash,
                embeddings[picture.row].tobytes(),
                sketches[picture.row].tobytes(),
            )
            for picture in collection.pictures()
        }


def main() -> None:
    """Measure and write `results/kills.json`."""
    rng, seconds, equal = random.Random(0), [], 0
    with tempfile.TemporaryDirectory() as workspace:
        folder = Path(workspace) / "art"
        shutil.copytree(DRAWINGS / FOLDER, folder)
        Collection.open(folder).learn(minutes=0)
        expected = _read_index(folder)
        for number in range(KILLS):
            if number % 5 == 0:  # five kills, then a whole run
                shutil.rmtree(folder / ".pochade")
            seconds.append(rng.uniform(0.5, 7))
            run = subprocess.Popen([sys.executable, "-c", LEARN_CODE, str(folder)])
            try:
                run.wait(seconds[-1])
            except subprocess.TimeoutExpired:
                run.kill()
                run.wait()
            if number % 5 == 4:  # noqa: PLR2004
                Collection.open(folder).learn(minutes=0)
                equal += _read_index(folder) == expected
                print(number + 1, "kills,", equal, "equal indexes", flush=True)
    record("kills", {"kills": KILLS, "indexes": KILLS // 5, "same": equal, "files": len(expected)})


if __name__ == "__main__":
    main()
