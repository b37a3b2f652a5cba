"""Records of pictures without files, for tests in which only some of their values matter."""

from datetime import datetime
from pathlib import Path
from typing import Any

from pochade.index.picture_records import PictureFile


def picture_record(name: str, **values: Any) -> PictureFile:
    """A picture with given values, and usual ones for the others."""
    usual = {"format": "PNG", "width": 100, "height": 100, "colour": "red", "modified": datetime(2026, 1, 1)}
    others = {
        "path": Path(name), "hash": name, "depth": 8, "has_alpha": False, "frames": 1, "bytes": 1, "notes": (),
        "number": 1, "row": 0,
    }  # fmt: skip
    return PictureFile(**{**others, **usual, **values})
