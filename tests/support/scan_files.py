"""A folder of scans, and functions that stand in for the cleaner: fast, and easy to check."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pochade.cleaning.clean_files import CleanOutcome
from pochade.cleaning.clean_options import CleanOptions, StrengthPercents
from pochade.cleaning.cleaner import Cleaned
from tests.support.picture_files import (
    Array,
    colour_and_alpha_values,
    colour_values,
    encode_png,
    encode_tiff,
    encode_with_pillow,
    make_exif,
    make_psd,
    rgb_image,
    rgba_image,
)

OPTIONS = CleanOptions(StrengthPercents.from_overall(60, specks=100), model="a model")
OTHER_OPTIONS = CleanOptions(StrengthPercents.from_overall(5))


@dataclass
class FakeCleaner:
    """Makes every pixel a sixteenth lighter, and remembers its calls."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    notes: tuple[str, ...] = ()

    def __call__(self, picture: Array, **arguments: Any) -> Cleaned:
        self.calls.append(arguments | {"shape": picture.shape, "type": picture.dtype.name})
        return _cleaned(picture, lighten(picture), self.notes)


def find_nothing(picture: Array, **_: Any) -> Cleaned:
    """Clean a picture that is clean already."""
    return _cleaned(picture, picture, ("it is clean already",), already_clean=True)


def _cleaned(before: Array, after: Array, notes: tuple[str, ...], *, already_clean: bool = False) -> Cleaned:
    colours = [np.broadcast_to(array.reshape(*array.shape[:2], -1), (*array.shape[:2], 3)) for array in (before, after)]
    return Cleaned(after, np.zeros(before.shape[:2], np.uint8), colours[0], colours[1], notes, already_clean)


def lighten(pixels: Array) -> Array:
    """Make pixels a sixteenth lighter."""
    return pixels + (np.iinfo(pixels.dtype).max - pixels) // 16


def write_scans(folder: Path) -> None:
    """Write scans of several formats and depths, one of them broken."""
    (folder / "old").mkdir(parents=True)
    (folder / "sketch.png").write_bytes(encode_with_pillow(rgba_image(), "PNG", dpi=(300, 300), exif=make_exif(1)))
    deep = encode_tiff(colour_and_alpha_values(16), photometric="rgb", extrasamples=["unassalpha"])
    (folder / "deep.tif").write_bytes(deep)
    (folder / "layers.psd").write_bytes(make_psd(np.moveaxis(colour_values(), -1, 0)))
    (folder / "old" / "sketch.png").write_bytes(encode_png(colour_values(16)))
    (folder / "old" / "grey.JPG").write_bytes(encode_with_pillow(rgb_image().convert("L"), "JPEG", dpi=(72, 72)))
    (folder / "broken.png").write_bytes(encode_with_pillow(rgb_image(), "PNG")[:90])


def outcomes_by_name(outcomes: list[CleanOutcome]) -> dict[str, CleanOutcome]:
    """Outcomes by the names of their scans."""
    return {outcome.scan.name: outcome for outcome in outcomes}


def file_names(folder: Path) -> set[str]:
    """Paths of all files below a folder, relative to it."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def file_contents(folder: Path) -> dict[str, bytes]:
    """Contents of all files below a folder, by their relative paths."""
    return {name: (folder / name).read_bytes() for name in file_names(folder)}
