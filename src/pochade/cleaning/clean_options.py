"""Options of cleaning: strengths, masks, and the name of the models."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pochade.cleaning.clean_record import hash_file
from pochade.cleaning.page_geometry import GeometryModes
from pochade.cleaning.speck_choice import LARGEST_SPECK
from pochade.images.base.picture import Array
from pochade.images.io.read import read_picture
from pochade.images.io.reading_worker import read_in_worker
from pochade.system.path_text import printable

BLACK = (0, 0, 0)


@dataclass(frozen=True)
class StrengthPercents:
    """How much of each kind of damage to remove, 0 to 100. Records store the fields by name."""

    light: int
    paper: int
    grain: int
    specks: int
    smudges: int

    @classmethod
    def from_overall(cls, strength: int, **overrides: int | None) -> "StrengthPercents":
        """Use one strength for all kinds of damage except those with an override; an override of None is ignored."""
        names = [field.name for field in dataclasses.fields(cls)]
        values = {name: overrides.get(name) for name in names}
        return cls(**{name: strength if value is None else value for name, value in values.items()})


@dataclass(frozen=True)
class MaskFile:
    """A picture whose white parts select where a scan may be cleaned, or where it must not be cleaned."""

    path: Path
    sha256: str
    pixels: Array  # (H, W) uint8: 255 selects, 0 does not

    @classmethod
    def read(cls, path: Path) -> "MaskFile":
        """Read a mask; black and transparent pixels select nothing.

        Raises:
            PictureUnreadable: The file holds no picture.
            FileUnreachable: The file can't be read.
        """
        pixels = read_in_worker(read_picture, path).on_paper(BLACK)  # (H, W, 3)
        return cls(path, hash_file(path), pixels.mean(axis=-1).round().astype(np.uint8))

    def record_data(self) -> dict[str, str]:
        """The mask as a record stores it."""
        return {"path": printable(self.path.resolve()), "sha256": self.sha256}


@dataclass(frozen=True)
class CleanOptions:
    """How to clean scans: strengths, masks and models."""

    strengths: StrengthPercents
    protect: MaskFile | None = None  # selects what must not change
    only: MaskFile | None = None  # selects the only parts that may change
    model: str = ""  # the name of the cleaning models' weights
    mask: MaskFile | None = None  # selects the specks; then exactly these are removed
    largest_speck: float = LARGEST_SPECK  # millimetres; larger marks stay
    geometry: GeometryModes = GeometryModes()  # noqa: RUF009  immutable

    def record_data(self) -> dict[str, Any]:
        """The options as a record stores them."""
        masks = {"protect": self.protect, "only": self.only, "mask": self.mask}
        stored_masks = {name: mask and mask.record_data() for name, mask in masks.items()}
        others = {"net": self.model, "largest_speck": self.largest_speck}
        return {"strengths": vars(self.strengths)} | stored_masks | others | vars(self.geometry)
