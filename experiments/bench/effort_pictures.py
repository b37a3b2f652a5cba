"""A mixed folder of pictures to compress: clip art, paintings, scans, screens, greys, deep pictures and JPEGs.

There are three parts that share no file: the rule that chooses an encoder was made on the first and checked on the
second, and the bench measures the third.
"""

import hashlib
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image, ImageDraw, ImageFont

from experiments.shared.paths import DRAWINGS, PAINTED_FIGURES, PAINTINGS
from experiments.shared.white_paper import on_white
from pochade.training.augment.scan_damage import damage_scan

PARTS = 3
SMALL_PIXELS, LARGE_PIXELS = 2**16, 3_000_000
SCAN_SIDES = (1000, 1400)  # pixels of the longer side, in turn
SCAN_DPI = 200.0
SCREEN_SIZE = (1280, 800)
GREYS_OF_A_BYTE = 257.0  # of 65,535
GRAIN_16_BIT = 60.0  # standard deviation


def make_pictures(folder: Path, part: int) -> list[Path]:
    """Save the pictures of a part, 0 to 2; the name of each begins with its kind."""
    drawings, paintings = _files_of(DRAWINGS, ".png", part), _files_of(PAINTINGS, ".png", part)
    jpegs, figures = _files_of(PAINTINGS, ".jpg", part), _files_of(PAINTED_FIGURES, ".png", part)
    figures = (path for path in figures if "portraits" in path.parts)
    scanned = list(_take(5, _files_of(DRAWINGS, ".png", part + PARTS), _is_large))
    sources = {
        "clip-art": list(_take(7, drawings, _fits)),
        "grey": list(_take(2, drawings, _is_large)),
        "sprite": list(_take(4, paintings, _is_small)),
        "painting": list(_take(8, paintings, _is_large)),
        "deep": list(_take(2, paintings, _is_large)),
        "portrait": list(_take(2, figures, _is_large)),
        "scan": scanned[:3],
        "grey-scan": scanned[3:4],
        "deep-scan": scanned[4:],
        "jpeg": list(_take(5, jpegs, _is_large)),
    }
    thumbnails = [list(_take(4, paintings, _is_large)) for _ in range(2)]
    screens = [_save_screen(shown, folder / f"screen-{number}", number) for number, shown in enumerate(thumbnails)]
    return screens + [
        save(source, folder / f"{kind}-{number}", number)
        for kind, save in SAVERS.items()
        for number, source in enumerate(sources[kind])
    ]


def _files_of(folder: Path, suffix: str, part: int) -> Iterator[Path]:
    """Yield the files of a part in random order."""
    paths = (path for path in sorted(folder.rglob(f"*{suffix}")) if path.is_file() and not path.is_symlink())
    of_part = [path for path in paths if hashlib.sha256(path.name.encode()).digest()[0] % PARTS == part % PARTS]
    random.Random(part).shuffle(of_part)
    return iter(of_part)


def _take(count: int, paths: Iterator[Path], is_wanted: Callable[[int], bool]) -> Iterator[Path]:
    """Yield as many pictures of the wanted number of pixels, at most one of a package while there are others."""
    seen = set[str]()
    for path in paths:
        package = path.parts[len(PAINTINGS.parts)]
        if count and (DRAWINGS in path.parents or PAINTED_FIGURES in path.parents or package not in seen):
            with Image.open(path) as image:
                if not is_wanted(image.width * image.height):
                    continue
            seen.add(package)
            count -= 1
            yield path
        if not count:
            return


def _is_small(pixels: int) -> bool:
    return 2**8 <= pixels <= SMALL_PIXELS


def _is_large(pixels: int) -> bool:
    return SMALL_PIXELS < pixels <= LARGE_PIXELS


def _fits(pixels: int) -> bool:
    return pixels <= LARGE_PIXELS


def _flatten(source: Path) -> Image.Image:
    picture = Image.open(source)
    return on_white(picture, max(picture.size))


def _copy(source: Path, target: Path, _: int) -> Path:
    path = target.with_suffix(source.suffix)
    path.write_bytes(source.read_bytes())
    return path


def _save_grey(source: Path, target: Path, _: int) -> Path:
    return _save(_flatten(source).convert("L"), target)


def _save_scan(source: Path, target: Path, number: int) -> Path:
    return _save(Image.fromarray(_scan(source, number)), target)


def _save_grey_scan(source: Path, target: Path, number: int) -> Path:
    return _save(Image.fromarray(_scan(source, number)).convert("L"), target)


def _scan(source: Path, number: int) -> np.ndarray:
    drawing = _flatten(source)
    share = SCAN_SIDES[number % len(SCAN_SIDES)] / max(drawing.size)
    drawing = drawing.resize((round(drawing.width * share), round(drawing.height * share)), Image.Resampling.LANCZOS)
    return damage_scan(np.asarray(drawing), SCAN_DPI, number).picture


def _save_deep_scan(source: Path, target: Path, number: int) -> Path:
    grey = Image.fromarray(_scan(source, number)).convert("L")
    return _save_deep(_deepen(grey), target, number)


def _save_deep_painting(source: Path, target: Path, number: int) -> Path:
    channels = [_deepen(channel) for channel in _flatten(source).split()]
    return _save_deep(np.stack(channels, axis=-1), target, number)


def _deepen(grey: Image.Image) -> np.ndarray:
    """Resize a grey picture in floats, so that its values lie between those of 8 bits."""
    size = (grey.width * 4 // 5, grey.height * 4 // 5)
    return np.asarray(grey.convert("F").resize(size, Image.Resampling.BICUBIC)) * GREYS_OF_A_BYTE


def _save_deep(values: np.ndarray, target: Path, number: int) -> Path:
    """Save a TIFF of 16 bits with a little grain, as scanners and raw developers do."""
    grain = np.random.default_rng(number).normal(0, GRAIN_16_BIT, values.shape)
    path = target.with_suffix(".tif")
    tifffile.imwrite(path, np.clip(values + grain, 0, 2**16 - 1).astype(np.uint16))
    return path


def _save_screen(sources: list[Path], target: Path, number: int) -> Path:
    """Draw a window with a list, text and thumbnails."""
    image = Image.new("RGB", SCREEN_SIZE, (250, 250, 248) if number % 2 else (30, 32, 36))
    draw, ink = ImageDraw.Draw(image), (40, 40, 40) if number % 2 else (220, 220, 220)
    draw.rectangle((0, 0, SCREEN_SIZE[0], 48), fill=(60, 90, 140))
    for row in range(34):
        words = " ".join(hashlib.sha256(f"{number} {row} {word}".encode()).hexdigest()[: 3 + word] for word in range(7))
        draw.text((24, 64 + 21 * row), words, ink, ImageFont.load_default(13))
    for column, source in enumerate(sources):
        thumbnail = _flatten(source)
        thumbnail.thumbnail((300, 300))
        image.paste(thumbnail, (600 + column % 2 * 330, 80 + column // 2 * 340))
    return _save(image, target)


def _save(image: Image.Image, target: Path) -> Path:
    path = target.with_suffix(".png")
    image.save(path)
    return path


SAVERS: dict[str, Callable[[Path, Path, int], Path]] = {
    "clip-art": _copy,
    "grey": _save_grey,
    "sprite": _copy,
    "painting": _copy,
    "deep": _save_deep_painting,
    "portrait": _copy,
    "scan": _save_scan,
    "grey-scan": _save_grey_scan,
    "deep-scan": _save_deep_scan,
    "jpeg": _copy,
}
