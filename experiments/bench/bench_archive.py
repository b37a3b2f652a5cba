"""How small a lossless archive is, and whether it survives flipped bits and killed runs.

    python -m experiments.bench.bench_archive [PICTURES KILLS FLIPS]

The size is compared with the best single lossless setting: JPEG XL at effort 7 and 9, WebP, oxipng. Half of the
pictures are drawings of openclipart as they are; the other half are JPEGs of others, flattened on white. None has more
than 50 megapixels, because JPEG XL cannot reproduce a larger JPEG here. Every size is that of whole files: the
archive's includes its manifest and directory. Then single bits are flipped, and runs are killed at random moments.
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

PICTURES, KILLS, FLIPS = 500, 100, 5_000
PICTURES_TO_FLIP, PICTURES_TO_KILL = 200, 24  # of the archives for flips and kills
MAX_PIXELS = 50_000_000  # of a picture
JPEG_QUALITIES = (75, 85, 92, 97)
COMPRESS_CODE = "import sys; from pochade import compress; compress(sys.argv[1], sys.argv[2])"
Array = np.ndarray[Any, np.dtype[Any]]
Image.MAX_IMAGE_PIXELS = None


def _jpeg_xl(effort: int) -> Callable[[Array], bytes]:
    """An encoder of lossless JPEG XL at one effort."""
    return lambda values: bytes(imagecodecs.jpegxl_encode(values, lossless=True, effort=effort, numthreads=1))


def _webp(values: Array) -> bytes:
    """Encode as lossless WebP at method 6."""
    file = io.BytesIO()
    Image.fromarray(values).save(file, "WebP", lossless=True, method=6, quality=100, exact=True)
    return file.getvalue()


SINGLE_SETTINGS = {"JPEG XL effort 7": _jpeg_xl(7), "JPEG XL effort 9": _jpeg_xl(9), "WebP method 6": _webp}


def _single_setting_bytes(content: bytes, setting: str) -> int:
    """The bytes of a file under one setting, or of the file itself where the setting does not apply.

    oxipng takes the file, the others its pixels. JPEG XL transcodes a JPEG without loss.
    """
    if content.startswith(b"\xff\xd8"):
        jpeg = encode_jpeg(content) if setting.startswith("JPEG XL") else None
        return min(len(content), len(jpeg.content)) if jpeg else len(content)
    if setting == "oxipng":
        return len(oxipng.optimize_from_memory(content, level=4))
    split = split_file(content)
    if split is None or split.values.dtype != np.uint8:
        return len(content)
    values = split.values[..., 0] if split.values.shape[-1] == 1 else split.values
    return len(SINGLE_SETTINGS[setting](np.ascontiguousarray(values)))


def _make_folder(folder: Path, count: int, seed: int) -> None:
    """Fill a folder with drawings and JPEGs in turns."""
    rng = random.Random(seed)
    drawings = sorted(path for path in DRAWINGS.rglob("*.png") if math.prod(Image.open(path).size) <= MAX_PIXELS)
    for number, path in enumerate(rng.sample(drawings, count)):
        target = folder / f"{number:04d}-{path.stem}"
        if number % 2:
            drawing = Image.open(path).convert("RGBA")
            paper = Image.new("RGBA", drawing.size, "white")
            paper.alpha_composite(drawing)
            paper.convert("RGB").save(
                target.with_suffix(".jpg"), quality=JPEG_QUALITIES[number // 2 % len(JPEG_QUALITIES)]
            )
        else:
            target.with_suffix(".png").write_bytes(path.read_bytes())


def _read_files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _measure_sizes(workspace: Path, count: int) -> dict[str, Any]:
    """Compress a folder, extract it again, and compare with each single setting."""
    folder, target = workspace / "art", workspace / "art.pochade"
    folder.mkdir()
    _make_folder(folder, count, 0)
    begin = time.monotonic()
    report = compress(folder, target)
    seconds = time.monotonic() - begin
    files = _read_files(folder)
    totals = {
        name: sum(_single_setting_bytes(content, name) for content in files.values())
        for name in [*SINGLE_SETTINGS, "oxipng"]
    }
    with open_archive(target) as archive:
        extract(archive, workspace / "out")
        extracted = {name: (workspace / "out" / name).read_bytes() for name in files}
        jpegs = [file for file in archive if file.path.endswith(".jpg")]
        smaller = 1 - sum(jpeg.bytes for jpeg in jpegs) / sum(jpeg.original_bytes for jpeg in jpegs)
    best = min(totals.values())
    return {
        "pieces": len(files),
        "originals": sum(map(len, files.values())),
        "archive": report.bytes,
        "single": totals,
        "beside_the_best_single": report.bytes / best,
        "jpegs_smaller_by": smaller,
        "jpegs_identical": sum(extracted[jpeg.path] == files[jpeg.path] for jpeg in jpegs),
        "jpegs": len(jpegs),
        "pixels_identical": sum(_same_picture(extracted[name], files[name]) for name in files),
        "coders": {name: vars(saved) for name, saved in report.coders.items()},
        "seconds": seconds,
    }


def _same_picture(first: bytes, second: bytes) -> bool:
    """Whether two files have the same colours, alpha and metadata."""
    before, after = (_decode(content) for content in (first, second))
    same = np.array_equal(before.pixels, after.pixels) and _metadata(before) == _metadata(after)
    if before.alpha is None or after.alpha is None:
        return same and before.alpha is after.alpha
    return same and np.array_equal(before.alpha, after.alpha)


def _decode(content: bytes) -> Picture:
    return picture_from_source(Source(io.BytesIO(content), "the file", len(content), 2**32))


def _metadata(picture: Picture) -> tuple[Any, ...]:
    return picture.header, picture.icc, picture.exif, picture.dpi


def _measure_flips(workspace: Path, pictures: int, count: int) -> dict[str, Any]:
    """Flip single bits of an archive: is the damage found, and how many entries does one bit cost at most?"""
    folder, target, damaged = workspace / "few", workspace / "few.pochade", workspace / "damaged.pochade"
    folder.mkdir()
    _make_folder(folder, pictures, 1)
    compress(folder, target)
    rng, detected, refused, most_lost, restored = random.Random(2), 0, 0, 0, 0
    content = bytearray(target.read_bytes())
    for _ in range(count):
        bit = rng.randrange(8 * len(content))
        content[bit // 8] ^= 1 << bit % 8
        damaged.write_bytes(content)
        content[bit // 8] ^= 1 << bit % 8
        try:
            with open_archive(damaged) as archive:
                damages = archive.verify()
                lost = {path for damage in damages for path in damage.pieces}
                hit = {file.entry.name for file in archive if file.path in lost}
                restored += all(not archive.fault(entry) for entry in archive.manifest.entries if entry.name not in hit)
                detected, most_lost = detected + bool(damages), max(most_lost, len(hit))
        except ArchiveDamaged:
            refused += 1
    return {
        "flips": count,
        "pieces": pictures,
        "found": detected,
        "refused": refused,
        "most_lost": most_lost,
        "others": restored,
    }


def _measure_kills(workspace: Path, pictures: int, count: int) -> dict[str, Any]:
    """Kill runs at random moments.

    After each, the originals must be untouched and the archive absent or complete. After five, a whole run must
    succeed. Runs that ended by themselves are not counted as killed.
    """
    folder, target = workspace / "killed", workspace / "killed.pochade"
    folder.mkdir()
    _make_folder(folder, pictures, 3)
    before, rng = _read_files(folder), random.Random(4)
    killed, untouched, honest, complete = 0, 0, 0, 0
    begin = time.monotonic()
    compress(folder, target)
    longest = time.monotonic() - begin
    for number in range(count):
        if number % 5 == 0:
            target.unlink()
        run = subprocess.Popen([sys.executable, "-c", COMPRESS_CODE, str(folder), str(target)])
        try:
            run.wait(rng.uniform(0.2, longest))
        except subprocess.TimeoutExpired:
            run.kill()
            run.wait()
        killed += run.returncode == -signal.SIGKILL
        untouched += _read_files(folder) == before
        honest += not target.exists() or _is_complete(target, before)
        if number % 5 == 4:  # noqa: PLR2004
            compress(folder, target)
            complete += _is_complete(target, before)
            print(number + 1, "kills", flush=True)
    figures = {"runs": count, "kills": killed, "untouched": untouched, "honest": honest}
    return figures | {"runs_after": count // 5, "whole": complete}


def _is_complete(path: Path, files: dict[str, bytes]) -> bool:
    """Whether an archive verifies and returns every file."""
    with open_archive(path) as archive:
        if archive.verify() or {file.path for file in archive} != files.keys():
            return False
        extracted = {file.path: archive.read(file) for file in archive}
    return all(extracted[name] == content or _same_picture(extracted[name], content) for name, content in files.items())


def main(pictures: int, kills: int, flips: int) -> None:
    """Measure. Write `results/archive.json` if run with the default numbers."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        figures = {
            "sizes": _measure_sizes(workspace, pictures),
            "kills": _measure_kills(workspace, min(PICTURES_TO_KILL, pictures), kills),
            "flips": _measure_flips(workspace, min(PICTURES_TO_FLIP, pictures), flips),
        }
    print(figures)
    if (pictures, kills, flips) == (PICTURES, KILLS, FLIPS):
        record("archive", figures)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4])) if len(sys.argv) > 1 else main(PICTURES, KILLS, FLIPS)
