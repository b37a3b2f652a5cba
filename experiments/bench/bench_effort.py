"""How many bytes and how much processor time the efforts of `compress` take, beside JPEG XL at effort 7 alone.

    python -m experiments.bench.bench_effort

Measured on a mixed folder (see `effort_pictures.py`) that nothing was chosen on. Seconds are of the processor, in one
process: reading, encoding, decoding again and comparing. JPEG XL alone only encodes the pixels: what else a file holds
is not counted. Take care that nothing else is running.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from experiments.bench.effort_pictures import make_pictures
from experiments.shared.record import record
from pochade.archive.codecs.picture_codecs import encode_jpeg, encode_picture
from pochade.images.codecs.container_split import split_file
from pochade.images.codecs.encoder_choice import BEST, NORMAL
from pochade.images.codecs.jpeg_segments import JPEG_SIGNATURE
from pochade.images.codecs.lossless import drop_redundancy, encode_jpeg_xl_at

PART = 2  # of the pictures; the rule of effort `normal` was made on the others
SINGLE_EFFORT = 7  # of JPEG XL, as the command cjxl has it


def _encoded_bytes(content: bytes, effort: str) -> int:
    encoded = encode_picture(content, effort=effort)
    return len(content) if encoded is None else encoded.cost


def _single_setting_bytes(content: bytes) -> int:
    """The bytes of a file's pixels as JPEG XL alone, or of the file itself where that is impossible."""
    if content.startswith(JPEG_SIGNATURE):
        jpeg = encode_jpeg(content)
        return len(content) if jpeg is None else jpeg.cost
    split = split_file(content)
    if split is None:
        return len(content)
    return min(len(content), len(encode_jpeg_xl_at(drop_redundancy(split.values), SINGLE_EFFORT)))


WAYS: dict[str, Callable[[bytes], int]] = {
    NORMAL: lambda content: _encoded_bytes(content, NORMAL),
    BEST: lambda content: _encoded_bytes(content, BEST),
    "jpeg_xl_7": _single_setting_bytes,
}


def _measure(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    with Image.open(path) as image:
        pixels = image.width * image.height
    figures: dict[str, Any] = {"name": path.name, "pixels": pixels, "original_bytes": len(content)}
    for name, encode in WAYS.items():
        begin = time.process_time()
        size = encode(content)
        figures[name] = {"bytes": size, "seconds": time.process_time() - begin}
    print(figures, flush=True)
    return figures


def _add_up(pictures: list[dict[str, Any]]) -> dict[str, Any]:
    """Add up bytes and processor seconds per megapixel."""
    megapixels = sum(picture["pixels"] for picture in pictures) / 1e6
    totals = {
        name: {
            "bytes": sum(picture[name]["bytes"] for picture in pictures),
            "seconds_per_megapixel": sum(picture[name]["seconds"] for picture in pictures) / megapixels,
        }
        for name in WAYS
    }
    originals = sum(picture["original_bytes"] for picture in pictures)
    return {"pictures": len(pictures), "megapixels": megapixels, "original_bytes": originals} | totals


def main() -> None:
    """Measure; write `results/effort.json`."""
    with tempfile.TemporaryDirectory() as folder:
        paths = make_pictures(Path(folder), PART)
        encode_picture(paths[0].read_bytes())  # imports the libraries
        pictures = [_measure(path) for path in paths]
    kinds = sorted({picture["name"].rsplit("-", 1)[0] for picture in pictures})
    by_kind = {kind: _add_up([p for p in pictures if p["name"].rsplit("-", 1)[0] == kind]) for kind in kinds}
    record("effort", {"all": _add_up(pictures), "kinds": by_kind, "pictures": pictures})


if __name__ == "__main__":
    main()
