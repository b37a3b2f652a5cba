"""Remembers how many pictures are of each technique, as long as the pictures are the same ones."""

from pochade.collection import Collection
from pochade.index.picture_records import PictureFile
from pochade.index.text_store import technique_counts
from pochade.web.state.snapshot import Snapshot


class TechniqueCache:
    """The latest counts.

    Args:
        collection: The collection.
    """

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.latest: tuple[list[PictureFile], dict[str, int]] | None = None

    def counts(self, snapshot: Snapshot) -> dict[str, int]:
        """Return the number of pictures of each technique, most frequent first.

        A snapshot that only got new labels has the files of the one before.
        """
        latest = self.latest
        if latest is None or latest[0] is not snapshot.files:
            self.latest = latest = snapshot.files, technique_counts(self.collection.library.index)
        return latest[1]
