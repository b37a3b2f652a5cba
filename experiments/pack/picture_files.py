"""The pictures of other hands: art of free games, desktops and programs, from Debian's packages.

`experiments/recipes/fetch-paintings.sh` gets them; each folder below the root is one package. They are taken in an
order that favours many hands: all folders of a package in turn, and packages as the square root of their pictures.
"""

import hashlib
import itertools
import math
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from experiments.pack.ordered_map import map_in_order
from pochade.errors import DataMissing

Image.MAX_IMAGE_PIXELS = None  # of the largest pictures, only headers are read
RASTER_SUFFIXES = {".png", ".jpg", ".jpeg", ".webp"}
SUFFIXES = RASTER_SUFFIXES | {".svg"}
MIN_SIDE = 96  # pixels of the longer side
MIN_SHORT_SIDE = 48
MAX_PIXELS = 40_000_000
MAX_ASPECT = 3.0  # longer strips are mostly parts of windows, or the frames of an animation
MAX_VECTOR_BYTES = 1_000_000  # larger vector drawings take long to draw
NO_ART = re.compile(  # data for renderers, letters, pictures of screens, frames of animations
    r"normal|bump|spec(ular)?\b|height|mask|_pc\b|_n\b|_nm\b|_nrm\b|light_?map|alpha|fonts?\b|glyph|screen_?shot|mini_?map|"
    r"atlas|sprite_?sheet|tile_?set|cursor|symbolic|/doc/|splash_?credits|palette|gradient|/workers/|walk(load)?_|"
    r"/sail_|frames?\b",
    re.IGNORECASE,
)


class PictureFile(NamedTuple):
    """A picture file of a package."""

    path: Path
    name: str  # the package and the path inside it, for people
    content: str  # SHA-256

    @property
    def package(self) -> str:
        """The package that the file belongs to."""
        return self.name.split("/", 1)[0]

    @property
    def folder(self) -> str:
        """The folder that the file is in."""
        return self.name.rsplit("/", 1)[0]


def require_folder(folder: Path, command: str) -> None:
    """Check that the pictures of a source are there.

    Raises:
        DataMissing: They are not; it names the command that gets them.
    """
    if not folder.is_dir() or not any(folder.iterdir()):
        raise DataMissing(f"there are no pictures in '{folder}'", f"get them with '{command}'")


def list_pictures(root: Path, processes: int | None = None) -> list[PictureFile]:
    """List the usable pictures of all packages below a folder, each content once, in the order to take them in."""
    paths = [
        path
        for package in sorted(root.iterdir())
        if not package.name.startswith(".")
        for path in sorted(package.rglob("*"))
        if path.suffix.lower() in SUFFIXES and not NO_ART.search(path.relative_to(root).as_posix())
    ]
    digests = map_in_order(_usable_digest, paths, "look at files", processes)
    by_content: dict[str, PictureFile] = {}
    for path, digest in zip(paths, digests, strict=True):
        if digest is not None:
            by_content.setdefault(digest, PictureFile(path, path.relative_to(root).as_posix(), digest))
    return order_by_hand(list(by_content.values()))


def order_by_hand(files: list[PictureFile]) -> list[PictureFile]:
    """Order pictures so that the first ones are by as many hands as possible.

    In a package, one picture of each folder comes first, then a second one of each, and so on. Of all packages, the
    first pictures come first; a package of four times as many pictures is twice as often among them.
    """
    packages = defaultdict[str, list[PictureFile]](list)
    for file in files:
        packages[file.package].append(file)
    keyed = []
    for package in packages.values():
        scale = math.sqrt(len(package))
        keyed += [(place / scale, file.content, file) for place, file in enumerate(_order_by_folder(package))]
    return [file for _, _, file in sorted(keyed)]


def _order_by_folder(files: list[PictureFile]) -> list[PictureFile]:
    """One picture of each folder, then a second one of each, and so on; in a folder, by their hashes."""
    folders = defaultdict[str, list[PictureFile]](list)
    for file in sorted(files, key=lambda file: file.content):
        folders[file.folder].append(file)
    turns = itertools.zip_longest(*(folders[name] for name in sorted(folders)))
    return [file for turn in turns for file in turn if file is not None]


def is_intact(path: Path) -> bool:
    """Whether a picture file is whole; a damaged one is listed. A PNG is checked by its checksums, others decoded."""
    if path.suffix.lower() not in RASTER_SUFFIXES:
        return True
    try:
        with Image.open(path) as picture:
            if picture.format == "PNG":
                picture.verify()
            else:
                picture.load()
    except (OSError, ValueError, SyntaxError) as error:
        print(f"left out: '{path}' is damaged: {error}", file=sys.stderr)
        return False
    return True


def _usable_digest(path: Path) -> str | None:
    """The SHA-256 of a file; None for a link and for a picture that is too small, too large, too long or damaged."""
    if path.is_symlink() or not path.is_file() or not _has_usable_size(path) or not is_intact(path):
        return None
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _has_usable_size(path: Path) -> bool:
    if path.suffix.lower() not in RASTER_SUFFIXES:
        return path.stat().st_size <= MAX_VECTOR_BYTES
    try:
        with Image.open(path) as picture:
            short, long = sorted(picture.size)
    except (OSError, ValueError, SyntaxError):
        return True  # damaged, which is said elsewhere
    return long >= MIN_SIDE and short >= MIN_SHORT_SIDE and long <= MAX_ASPECT * short and short * long <= MAX_PIXELS
