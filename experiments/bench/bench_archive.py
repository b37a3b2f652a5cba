"""An archive of drawings and JPEGs beside the best single lossless setting; flipped bits; runs that are killed.

    python -m experiments.bench.bench_archive [PIECES KILLS FLIPS]

Half of the pieces are drawings of openclipart, as they are; the other half JPEGs made of others, laid on white. None
has more than 50 megapixels: a few of openclipart's have 600, which are too many here for a JPEG to come back from JPEG
XL. Every figure is bytes of whole files: the archive's with its manifest, directory and all.
"""

import io
import math
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import oxipng
from PIL import Image

from experiments.shared.paths import DRAWINGS
from experiments.shared.record import record
from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.codecs.picture_codecs import encode_jpeg
from pochade.archive.extractor import extract
from pochade.errors import ArchiveDamaged
from pochade.images.base.picture import Picture
from pochade.images.base.source import Source
from pochade.images.codecs.container_split import split_file
from pochade.images.io.read import picture_from_source

PIECES, KILLS, FLIPS = 500, 100, 5_000
FLIPPED, KILLED = 200, 24  # pieces of the archives that bits are flipped in, and that are killed
MOST_PIXELS = 50_000_000  # of a piece
QUALITIES = (75, 85, 92, 97)
COMPRESS = "import sys; from pochade import compress; compress(sys.argv[1], sys.argv[2])"
Array = np.ndarray[Any, np.dtype[Any]]
Image.MAX_IMAGE_PIXELS = None


def jpeg_xl(effort: int) -> Callable[[Array], bytes]:
    """One setting of JPEG XL."""
    return lambda values: bytes(imagecodecs.jpegxl_encode(values, lossless=True, effort=effort, numthreads=1))


def webp(values: Array) -> bytes:
    """WebP at method 6."""
    file = io.BytesIO()
    Image.fromarray(values).save(file, "WebP", lossless=True, method=6, quality=100, exact=True)
    return file.getvalue()


SINGLE = {"JPEG XL effort 7": jpeg_xl(7), "JPEG XL effort 9": jpeg_xl(9), "WebP method 6": webp}


def single(content: bytes, name: str) -> int:
    """A file's bytes with one setting; oxipng takes the file, the others its pixels; JPEG XL takes a JPEG as it is."""
    if content.startswith(b"\xff\xd8"):
        jpeg = encode_jpeg(content) if name.startswith("JPEG XL") else None
        return min(len(content), len(jpeg.content)) if jpeg else len(content)
    if name == "oxipng":
        return len(oxipng.optimize_from_memory(content, level=4))
    apart = split_file(content)
    if apart is None or apart.values.dtype != np.uint8:
        return len(content)
    values = apart.values[..., 0] if apart.values.shape[-1] == 1 else apart.values
    return len(SINGLE[name](np.ascontiguousarray(values)))


def collection(folder: Path, pieces: int, seed: int) -> None:
    """Drawings and JPEGs."""
    chance = random.Random(seed)
    drawings = sorted(path for path in DRAWINGS.rglob("*.png") if math.prod(Image.open(path).size) <= MOST_PIXELS)
    for number, path in enumerate(chance.sample(drawings, pieces)):
        name = folder / f"{number:04d}-{path.stem}"
        if number % 2:
            drawn = Image.open(path).convert("RGBA")
            paper = Image.new("RGBA", drawn.size, "white")
            paper.alpha_composite(drawn)
            paper.convert("RGB").save(name.with_suffix(".jpg"), quality=QUALITIES[number // 2 % len(QUALITIES)])
        else:
            name.with_suffix(".png").write_bytes(path.read_bytes())


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def sizes(home: Path, pieces: int) -> dict[str, Any]:
    """Of an archive, and of each single setting."""
    folder, target = home / "art", home / "art.pochade"
    folder.mkdir()
    collection(folder, pieces, 0)
    began = time.monotonic()
    report = compress(folder, target)
    seconds = time.monotonic() - began
    files = files_in(folder)
    totals = {name: sum(single(content, name) for content in files.values()) for name in [*SINGLE, "oxipng"]}
    with open_archive(target) as archive:
        extract(archive, home / "out")
        again = {name: (home / "out" / name).read_bytes() for name in files}
        jpegs = [piece for piece in archive if piece.path.endswith(".jpg")]
        smaller = 1 - sum(one.bytes for one in jpegs) / sum(one.original_bytes for one in jpegs)
    best = min(totals.values())
    return {
        "pieces": len(files),
        "originals": sum(map(len, files.values())),
        "archive": report.bytes,
        "single": totals,
        "beside_the_best_single": report.bytes / best,
        "jpegs_smaller_by": smaller,
        "jpegs_identical": sum(again[one.path] == files[one.path] for one in jpegs),
        "jpegs": len(jpegs),
        "pixels_identical": sum(same_pixels(again[name], files[name]) for name in files),
        "coders": {name: vars(saved) for name, saved in report.coders.items()},
        "seconds": seconds,
    }


def same_pixels(one: bytes, other: bytes) -> bool:
    """Whether two files show the same colours and alpha, and say the same beside them."""
    now, was = (read_from(content) for content in (one, other))
    same = np.array_equal(now.pixels, was.pixels) and said_in(now) == said_in(was)
    if now.alpha is None or was.alpha is None:
        return same and now.alpha is was.alpha
    return same and np.array_equal(now.alpha, was.alpha)


def read_from(content: bytes) -> Picture:
    """A picture out of its file's bytes."""
    return picture_from_source(Source(io.BytesIO(content), "the piece", len(content), 2**32))


def said_in(picture: Picture) -> tuple[Any, ...]:
    """What a picture says beside its pixels."""
    return picture.header, picture.icc, picture.exif, picture.dpi


def flips(home: Path, pieces: int, count: int) -> dict[str, Any]:
    """Single bits flipped in an archive, one at a time: found or not, and the most entries that one costs."""
    folder, target, damaged = home / "few", home / "few.pochade", home / "damaged.pochade"
    folder.mkdir()
    collection(folder, pieces, 1)
    compress(folder, target)
    chance, found, refused, most, restored = random.Random(2), 0, 0, 0, 0
    content = bytearray(target.read_bytes())
    for _ in range(count):
        bit = chance.randrange(8 * len(content))
        content[bit // 8] ^= 1 << bit % 8
        damaged.write_bytes(content)
        content[bit // 8] ^= 1 << bit % 8
        try:
            with open_archive(damaged) as archive:
                damages = archive.verify()
                lost = {path for damage in damages for path in damage.pieces}
                hit = {piece.entry.name for piece in archive if piece.path in lost}
                restored += all(not archive.fault(one) for one in archive.manifest.entries if one.name not in hit)
                found, most = found + bool(damages), max(most, len(hit))
        except ArchiveDamaged:
            refused += 1
    return {"flips": count, "pieces": pieces, "found": found, "refused": refused, "most_lost": most, "others": restored}


def kills(home: Path, pieces: int, count: int) -> dict[str, Any]:
    """Runs killed at random moments: originals as they were, no archive or a whole one; after five, a whole run.

    Runs that had ended by themselves are counted apart.
    """
    folder, target = home / "killed", home / "killed.pochade"
    folder.mkdir()
    collection(folder, pieces, 3)
    before, chance = files_in(folder), random.Random(4)
    killed, untouched, honest, whole = 0, 0, 0, 0
    began = time.monotonic()
    compress(folder, target)
    longest = time.monotonic() - began
    for kill in range(count):
        if kill % 5 == 0:
            target.unlink()
        run = subprocess.Popen([sys.executable, "-c", COMPRESS, str(folder), str(target)])
        try:
            run.wait(chance.uniform(0.2, longest))
        except subprocess.TimeoutExpired:
            run.kill()
            run.wait()
        killed += run.returncode == -signal.SIGKILL
        untouched += files_in(folder) == before
        honest += not target.exists() or is_whole(target, before)
        if kill % 5 == 4:  # noqa: PLR2004
            compress(folder, target)
            whole += is_whole(target, before)
            print(kill + 1, "kills", flush=True)
    figures = {"runs": count, "kills": killed, "untouched": untouched, "honest": honest}
    return figures | {"runs_after": count // 5, "whole": whole}


def is_whole(path: Path, files: dict[str, bytes]) -> bool:
    """Whether an archive is what it claims to be, and gives every file again."""
    with open_archive(path) as archive:
        if archive.verify() or {piece.path for piece in archive} != files.keys():
            return False
        made = {piece.path: archive.read(piece) for piece in archive}
    return all(made[name] == content or same_pixels(made[name], content) for name, content in files.items())


def main(pieces: int, killed: int, flipped: int) -> None:
    """Measure and write `results/archive.json`, unless with other numbers."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        figures = {
            "sizes": sizes(home, pieces),
            "kills": kills(home, min(KILLED, pieces), killed),
            "flips": flips(home, min(FLIPPED, pieces), flipped),
        }
    print(figures)
    if (pieces, killed, flipped) == (PIECES, KILLS, FLIPS):
        record("archive", figures)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4])) if len(sys.argv) > 1 else main(PIECES, KILLS, FLIPS)
