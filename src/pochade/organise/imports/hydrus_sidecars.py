"""Read the sidecars that Hydrus and download programs write beside pictures: tags as text or as JSON.

    cat.png.txt    a tag per line, or all tags on one line with commas between them
    cat.png.json   a list of tags; or an object with such a list called `tags`, at any depth

The names may also end with `.tags.txt` and `.tags.json`, or lack the picture's ending (`cat.txt`) where no other
picture of the folder is called `cat`. A namespace stays: `creator:somebody` is a label. Addresses are no labels.

Source: hydrusnetwork/hydrus, `docs/advanced_sidecars.md` and
`hydrus/client/metadata/ClientMetadataMigrationExporters.py`: the suffix, the separator and the names in the object are
the person's choice, and these are its defaults.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pochade.errors import PochadeError
from pochade.organise.imports.bounded_files import read_bounded, read_json, texts_in
from pochade.organise.imports.foreign_items import ForeignItem, LeftOut
from pochade.organise.imports.picture_folders import ListedPicture

MAX_SIDECAR_BYTES = 2**20
MAX_JSON_DEPTH = 20
SUFFIXES = (".txt", ".tags.txt", ".json", ".tags.json")
TAGS_KEY = "tags"
ADDRESSES = ("http://", "https://")


def read_tag_sidecars(pictures: Sequence[ListedPicture]) -> Iterator[ForeignItem | LeftOut]:
    """Yield the tags in the sidecars of pictures.

    Args:
        pictures: The pictures, and what else is in their folders.
    """
    for picture in pictures:
        labels: list[str] = []
        for sidecar in _sidecars_of(picture):
            try:
                labels += filter(_is_tag, map(str.strip, _tags_in(sidecar)))
            except PochadeError as error:
                yield LeftOut(picture.shown_beside(sidecar.name), error.reason)
        if labels:
            yield ForeignItem(picture.path, tuple(dict.fromkeys(labels)), picture.shown)


def _sidecars_of(picture: ListedPicture) -> list[Path]:
    """The sidecars that a picture has, by their names."""
    stems = [picture.path.name]
    if picture.is_only_with_stem and picture.path.stem != picture.path.name:
        stems.append(picture.path.stem)
    names = [stem + suffix for stem in stems for suffix in SUFFIXES]
    return [picture.path.with_name(name) for name in names if name in picture.names]


def _tags_in(sidecar: Path) -> list[str]:
    if sidecar.suffix == ".json":
        return _tags_of_json(read_json(sidecar, MAX_SIDECAR_BYTES))
    lines = read_bounded(sidecar, MAX_SIDECAR_BYTES).decode("utf-8-sig", "replace").splitlines()
    return lines[0].split(",") if len(lines) == 1 else lines


def _is_tag(text: str) -> bool:
    return bool(text) and not text.lower().startswith(ADDRESSES)


def _tags_of_json(data: Any) -> list[str]:
    """The tags of a JSON value, whose depth is bounded."""
    if isinstance(data, list):
        return texts_in(data)
    tags: list[str] = []
    pending = [(data, 0, False)]  # values, their depth, and whether they are below `tags`
    while pending:
        value, depth, is_tags = pending.pop()
        if isinstance(value, dict) and depth < MAX_JSON_DEPTH:
            pending += [(value[key], depth + 1, is_tags or key.lower() == TAGS_KEY) for key in reversed(value)]
        elif is_tags:
            tags += texts_in(value)
    return tags
