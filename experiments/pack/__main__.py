"""Writes the data packs: `python -m experiments.pack [PURPOSE ...]`.

The purposes are `art`, `pairs`, `crops` and `scans`; all of them if none is named. The others are made of the pictures
that `art` names, so `art` is written first where it is missing.
"""

import argparse
import hashlib
import sys
import time

from experiments.pack.art_pack import write_art
from experiments.pack.crops_pack import write_crops
from experiments.pack.pack_file import pack_path, read_pack
from experiments.pack.pairs_pack import write_pairs
from experiments.pack.picture_files import require_folder
from experiments.pack.scans_pack import write_scans
from experiments.shared.paths import DRAWINGS, PAINTINGS
from pochade.errors import PochadeError

WRITERS = {"pairs": write_pairs, "crops": write_crops, "scans": write_scans}
PURPOSES = ("art", *WRITERS)


def main() -> None:
    """Write the packs that are named, and say how large they are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("purposes", metavar="PURPOSE", nargs="*", choices=[*PURPOSES, []], help=", ".join(PURPOSES))
    named = parser.parse_args().purposes or PURPOSES
    try:
        for purpose in PURPOSES:
            if purpose in named or (purpose == "art" and not pack_path("art").exists()):
                _write(purpose)
    except PochadeError as error:
        print(f"{error.sentence}: {error.hint}" if error.hint else error.sentence, file=sys.stderr)
        sys.exit(error.exit_code)


def _write(purpose: str) -> None:
    """Write one pack and describe it."""
    begin, path = time.monotonic(), pack_path(purpose)
    require_folder(DRAWINGS, "make drawings")
    require_folder(PAINTINGS, "make paintings")
    if purpose == "art":
        write_art(path, DRAWINGS, PAINTINGS)
    else:
        WRITERS[purpose](path, read_pack(pack_path("art")), DRAWINGS, PAINTINGS)
    pack, content = read_pack(path), path.read_bytes()
    print(
        f"{path}: {len(pack)} pictures, {int(pack.held_out.sum())} of them held out, {len(content) / 1e6:.1f} MB, "
        f"{time.monotonic() - begin:.0f} s, SHA-256 {hashlib.sha256(content).hexdigest()}",
        flush=True,
    )


if __name__ == "__main__":
    main()
