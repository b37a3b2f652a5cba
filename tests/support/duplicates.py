"""A collection with duplicates of one drawing, and families made by hand; nothing is learnt, which takes long."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from pochade import Collection
from pochade.index.picture_rows import FileRow
from pochade.organise.family_model import Family, MemberKind
from pochade.system.folder_walk import stamp_of
from tests.support.drawings import drawing
from tests.support.stored_families import family_by_hand

PRESELECTED: dict[str, MemberKind] = {"copy.png": "exact", "same.bmp": "exact", "resave.jpg": "resave"}
ALL_KINDS: dict[str, MemberKind] = PRESELECTED | {
    "edit.png": "edit",
    "version.png": "version",
    "variant.png": "variant",
}


def make_duplicates(folder: Path) -> None:
    """Make a folder with a drawing, duplicates of it, and other drawings, and an index of it without embeddings."""
    folder.mkdir()
    drawing(0).save(folder / "cover.png")
    shutil.copy(folder / "cover.png", folder / "copy.png")
    drawing(0).save(folder / "same.bmp")
    drawing(0).save(folder / "resave.jpg")
    for seed, name in enumerate(("edit.png", "version.png", "variant.png"), 1):
        drawing(seed).save(folder / name)
    with Collection.open(folder) as collection:
        collection.home.mkdir()
        collection.library.create_index()
        add_new_files(collection)


def add_new_files(collection: Collection) -> None:
    """Add the pictures that the index does not have yet, as `learn` does, but without embeddings."""
    index = collection.library.index
    known = set(index.files())
    for path in sorted(collection.folder.iterdir()):
        if path.suffix in {".png", ".bmp", ".jpg"} and bytes(path.relative_to(collection.folder)) not in known:
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            row = FileRow(bytes(path.relative_to(collection.folder)), stamp_of(path.stat()), None, None)
            new = [] if index.numbers_by_content([content]) else [_picture_columns(path, content, index.row_count())]
            index.add_pictures(new, [row], [content])


def _picture_columns(path: Path, content: str, row: int) -> dict[str, object]:
    with Image.open(path) as image:
        width, height, form = image.width, image.height, str(image.format)
    return {
        "hash": content, "row": row, "format": form, "width": width, "height": height, "depth": 8, "has_alpha": False,
        "frames": 1, "bytes": path.stat().st_size, "colour": "white", "notes": "[]",
    }  # fmt: skip


@pytest.fixture
def duplicates(tmp_path: Path) -> Iterator[Collection]:
    """The collection of a folder with duplicates."""
    make_duplicates(tmp_path / "art")
    with Collection.open(tmp_path / "art") as collection:
        yield collection


def family_of(collection: Collection, kinds: dict[str, MemberKind]) -> Family:
    """Make a family of `cover.png` by hand; exact copies and resaves are preselected."""
    return family_by_hand(collection, "cover.png", kinds)


def file_names_in(folder: Path) -> set[str]:
    """The names of the files in a folder, without the index."""
    return {path.name for path in folder.iterdir() if path.name != ".pochade"}
