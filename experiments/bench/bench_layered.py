"""How small layered files become when they are taken apart, and how long that takes.

    python -m experiments.bench.bench_layered

GIMP lays painted figures (Debian's package wesnoth-1.16-data, `make figures`) over each other in six pictures, and
saves each as XCF and as PSD; it must be installed. Every file must come back byte for byte. Measured are bytes, and
the processor time of the whole task that encodes a file, with every codec that competes, and of decoding. Beside them
are xz at its strongest, and the last commit before layered files became faster, in the same run. The result is recorded
after each picture, so that an interrupted run leaves what it has measured.
"""

import json
import lzma
import os
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageFilter, ImageOps

from experiments.shared.paths import PAINTED_FIGURES
from experiments.shared.record import record, summary

PICTURES, FIGURES_EACH = 6, 4
CANVASES = ((1400, 1000), (1000, 1200))  # width and height, in turn
FIGURE_SIDE = 900
FORMATS = ("xcf", "psd")
GIMP_SECONDS = 300
ROOT = Path(__file__).parents[2]
COMMIT_BEFORE = "aa972070"  # xz of the whole file always competed, and JPEG XL worked at effort 7
TASK = """
import hashlib, json, sys, time
from pathlib import Path
from pochade.archive.codecs.encode_job import EncodeTask
from pochade.archive.codecs.layered_codec import decode_layered

path, output = map(Path, sys.argv[1:])
content = path.read_bytes()
begin = time.process_time()
(result,) = EncodeTask(path, hashlib.sha256(content).hexdigest(), output).run()
encoded = time.process_time()
decoded = decode_layered(output.read_bytes(), len(content))
seconds = {"encode_seconds": encoded - begin, "decode_seconds": time.process_time() - encoded}
assert result.encoded.codec == "layered" and decoded == content
print(json.dumps({"layered_bytes": output.stat().st_size} | seconds))
"""


def _make_layers(folder: Path, figures: list[Path], size: tuple[int, int], rng: random.Random) -> list[Path]:
    """Save the layers of one picture: a grainy ground, three painted figures, and the outlines of a fourth."""
    small = Image.effect_noise((size[0] // 8, size[1] // 8), 20).resize(size, Image.Resampling.BICUBIC)
    layers = [ImageOps.colorize(small, (200, 190, 170), (250, 245, 235)).convert("RGBA")]
    for number, path in enumerate(figures):
        figure = Image.open(path).convert("RGBA")
        share = FIGURE_SIDE / max(figure.size)
        figure = figure.resize((int(figure.width * share), int(figure.height * share)), Image.Resampling.LANCZOS)
        layers.append(_outlines(figure) if number == FIGURES_EACH - 1 else _place(figure, size, rng))
    paths = [folder / f"{number}.png" for number in range(len(layers))]
    for layer, path in zip(layers, paths, strict=True):
        layer.save(path)
    return paths


def _place(figure: Image.Image, size: tuple[int, int], rng: random.Random) -> Image.Image:
    """Lay a figure somewhere on an empty canvas, and crop that to what is seen."""
    canvas = Image.new("RGBA", size, (0, 0, 0, 0))
    left, top = (rng.randrange(max(1, side - own)) for side, own in zip(size, figure.size, strict=True))
    canvas.paste(figure, (left, top), figure)
    return canvas.crop(canvas.getbbox())


def _outlines(figure: Image.Image) -> Image.Image:
    edges = figure.convert("L").filter(ImageFilter.FIND_EDGES)
    ink = Image.new("L", figure.size, 20)
    return Image.merge("RGBA", [ink, ink, ink, ImageChops.multiply(edges, figure.getchannel("A"))])


def _save_by_gimp(layers: list[Path], target: Path) -> list[Path]:
    """Let GIMP lay pictures over each other and save them in all formats; return the files."""
    script = [f'(let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "{layers[0]}" "layer"))))']
    for layer in layers[1:]:
        load = f'(car (gimp-file-load-layer RUN-NONINTERACTIVE image "{layer}"))'
        script.append(f"(gimp-image-insert-layer image {load} 0 -1)")
    targets = [target.with_suffix(f".{suffix}") for suffix in FORMATS]
    for path in targets:
        top = "(car (gimp-image-get-active-drawable image))"
        script.append(f'(gimp-file-save RUN-NONINTERACTIVE image {top} "{path}" "picture")')
    command = ["gimp", "-i", "-b", "\n".join([*script, ")"]), "-b", "(gimp-quit 0)"]
    subprocess.run(command, capture_output=True, check=True, timeout=GIMP_SECONDS)
    return targets


def _measure(path: Path, before: Path) -> dict[str, Any]:
    content = path.read_bytes()
    packed = len(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME))
    measured = {"bytes": len(content), "xz_bytes": packed} | _run_task(path, ROOT / "src")
    return measured | {f"{name}_before": value for name, value in _run_task(path, before).items()}


def _run_task(path: Path, source: Path) -> dict[str, Any]:
    """Encode and decode a file with the package in a folder, in a process of its own."""
    command = [sys.executable, "-c", TASK, str(path), str(path.with_suffix(".out"))]
    environment = os.environ | {"PYTHONPATH": str(source), "OMP_NUM_THREADS": "1"}
    output = subprocess.run(command, env=environment, capture_output=True, check=True, text=True).stdout
    measured: dict[str, Any] = json.loads(output)
    return measured


def _unpack_source_before(folder: Path) -> Path:
    """Unpack the package as it was before; return the folder that holds it."""
    command = ["git", "archive", COMMIT_BEFORE, "src/pochade"]
    archive = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder / "src"


def main() -> None:
    """Measure; write `results/layered.json`."""
    if shutil.which("gimp") is None:
        raise SystemExit("install GIMP, for example by: apt-get install gimp")
    figures = sorted(PAINTED_FIGURES.rglob("*.png"), key=lambda path: (path.stat().st_size, path))
    figures = figures[-PICTURES * FIGURES_EACH :]
    rng, files = random.Random(1), dict[str, list[dict[str, Any]]]()
    with tempfile.TemporaryDirectory() as folder:
        before = _unpack_source_before(Path(folder))
        for number in range(PICTURES):
            chosen = figures[number * FIGURES_EACH :][:FIGURES_EACH]
            layers = _make_layers(Path(folder), chosen, CANVASES[number % len(CANVASES)], rng)
            for path in _save_by_gimp(layers, Path(folder) / f"picture{number}"):
                files.setdefault(path.suffix[1:], []).append(_measure(path, before))
                print(path.name, files[path.suffix[1:]][-1], flush=True)
            record("layered", {kind: _summarise(measured) for kind, measured in files.items()})


def _summarise(measured: list[dict[str, Any]]) -> dict[str, Any]:
    def total(name: str) -> float:
        return float(sum(file[name] for file in measured))

    return {
        "files": measured,
        "of_xz": summary([file["layered_bytes"] / file["xz_bytes"] for file in measured]),
        "of_xz_in_total": total("layered_bytes") / total("xz_bytes"),
        "of_before_in_total": total("layered_bytes") / total("layered_bytes_before"),
        "times_faster_than_before": total("encode_seconds_before") / total("encode_seconds"),
        "encode_seconds_per_megabyte": total("encode_seconds") / total("bytes") * 1e6,
        "decode_seconds_per_megabyte": total("decode_seconds") / total("bytes") * 1e6,
        "encode_seconds_per_megabyte_before": total("encode_seconds_before") / total("bytes") * 1e6,
        "decode_seconds_per_megabyte_before": total("decode_seconds_before") / total("bytes") * 1e6,
    }


if __name__ == "__main__":
    main()
