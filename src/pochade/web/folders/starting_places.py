"""Where a person begins to look for the pictures: the folders of the desktop, the home, and connected disks."""

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from pochade.web.folders.folder_listing import has_plain_name

PlaceKind = Literal["here", "pictures", "documents", "desktop", "home", "disk"]
DESKTOP_FOLDERS: dict[PlaceKind, tuple[str, str]] = {  # the key in the file of Linux desktops, and the usual name
    "pictures": ("XDG_PICTURES_DIR", "Pictures"),
    "documents": ("XDG_DOCUMENTS_DIR", "Documents"),
    "desktop": ("XDG_DESKTOP_DIR", "Desktop"),
}
DESKTOP_FILE = "user-dirs.dirs"  # with the names of these folders in the person's language
DESKTOP_LINE = re.compile(r'^(XDG_\w+_DIR)="\$HOME/([^"$\\]+)"$', re.MULTILINE)
MAX_FILE_CHARACTERS = 10_000
MAX_DISKS = 12


@dataclass(frozen=True)
class StartingPlace:
    """A folder to begin with."""

    kind: PlaceKind
    name: str
    path: Path


def starting_places(current: Path | None = None) -> list[StartingPlace]:
    """The places that exist on this machine, each once.

    Args:
        current: The folder in which the command was started.
    """
    home = Path(os.path.expanduser("~"))  # noqa: PTH111  never raises
    places = [*_desktop_places(home), StartingPlace("home", "Home", home), *_disks()]
    if current is not None and current not in {Path(current.anchor), home, *(place.path for place in places)}:
        places.insert(0, StartingPlace("here", current.name, current))
    return [place for place in places if os.path.isdir(place.path) and has_plain_name(place.path)]  # noqa: PTH112


def _desktop_places(home: Path) -> Iterator[StartingPlace]:
    names = _translated_names(home)
    for kind, (key, usual) in DESKTOP_FOLDERS.items():
        path = home / names.get(key, usual)
        if path != home:
            yield StartingPlace(kind, path.name, path)


def _translated_names(home: Path) -> dict[str, str]:
    """The names of the desktop's folders below the home, in the person's language; empty where nothing says so."""
    settings = os.environ.get("XDG_CONFIG_HOME", "")
    folder = Path(settings) if os.path.isabs(settings) else home / ".config"  # noqa: PTH117
    try:
        with (folder / DESKTOP_FILE).open(encoding="utf-8") as file:
            return dict(DESKTOP_LINE.findall(file.read(MAX_FILE_CHARACTERS)))
    except (OSError, ValueError):
        return {}


def _disks() -> Iterator[StartingPlace]:
    """Disks that the person has connected."""
    if sys.platform == "win32":
        for path in map(Path, os.listdrives()):
            yield StartingPlace("disk", path.drive, path)
        return
    user = Path(os.path.expanduser("~")).name  # noqa: PTH111
    for folder in (Path("/media") / user, Path("/run/media") / user, Path("/Volumes")):
        try:
            with os.scandir(folder) as entries:
                names = sorted(entry.name for entry in islice(entries, MAX_DISKS) if not entry.is_symlink())
        except OSError:
            continue
        yield from (StartingPlace("disk", name, folder / name) for name in names)
