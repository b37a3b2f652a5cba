"""Find the picture of a collection that a foreign item is about: by its path, or by the content of its file.

Eagle and exports of Hydrus have copies of pictures, so content decides. A file is hashed only if the collection has a
picture of exactly its size.
"""

import os
from pathlib import Path

from pochade.errors import FileUnreachable, PictureUnreadable
from pochade.images.base.source import open_source
from pochade.index.library import Library
from pochade.organise.imports.foreign_items import ForeignItem, LeftOut
from pochade.system.hashing import sha256_of_file

MAX_FILE_BYTES = 2**40


class PictureMatcher:
    """Finds pictures of one collection.

    Args:
        library: The collection.
    """

    def __init__(self, library: Library) -> None:
        self.folder = library.folder
        self.numbers = {file.path: file.number for file in library.pictures()}  # by path
        self.numbers_by_content = {content: number for number, content in library.index.contents_by_number().items()}
        self.sizes = library.index.contents_by_size().keys()

    def match(self, item: ForeignItem) -> int | LeftOut:
        """Return the number of the item's picture, or why the collection has none."""
        path = Path(os.path.abspath(item.file))  # noqa: PTH100  keep symbolic links
        if path in self.numbers:
            return self.numbers[path]
        try:
            content = self._content_of(path)
        except PictureUnreadable as error:
            return LeftOut(item.shown, error.reason)
        if content in self.numbers_by_content:
            return self.numbers_by_content[content]
        return LeftOut(item.shown, self._reason(path))

    def _content_of(self, path: Path) -> str:
        """The hash of a file; an empty text if the collection has no picture of its size.

        Raises:
            PictureUnreadable: The file can't be read.
        """
        if path.is_symlink():
            raise FileUnreachable.about(path.name, "is a link, which is not followed")
        with open_source(path, MAX_FILE_BYTES) as source:
            return sha256_of_file(source.file)[0] if source.size in self.sizes else ""

    def _reason(self, path: Path) -> str:
        if path.is_relative_to(self.folder):
            return "has not been learnt: it is new, has changed, or is no picture that Pochade reads"
        return "is not in this collection"
