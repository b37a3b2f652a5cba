"""What all requests share: the collection, its pieces, the processes that read, what was drawn, the jobs."""

import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from pochade.collection.collection import Collection
from pochade.collection.groups import Tree
from pochade.collection.kept import tree_in
from pochade.collection.reading import thumbnail_path
from pochade.errors import PochadeError
from pochade.web.changes import Changes
from pochade.web.jobs import Jobs
from pochade.web.password import Sessions
from pochade.web.pool import Kept, Pool
from pochade.web.samples import Samples
from pochade.web.scans import Scans
from pochade.web.selections import Selections
from pochade.web.settings import Settings
from pochade.web.shelf import Shelf, Snapshot
from pochade.web.showing import Drawn
from pochade.web.told import Families

ROOM = 2**29  # bytes for pictures that were drawn
THUMBNAIL = 256  # pixels of the longer side


class Desk:
    """Of one server.

    Args:
        settings: What the person decided.

    Raises:
        CollectionMissing: There is no such folder.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.collection = Collection.open(settings.folder, index=settings.index)
        self.jobs = Jobs()
        self.shelf = Shelf(self.collection, self.jobs.is_running)
        self.sessions = Sessions(settings.password)
        self.pool, self.slow_pool = Pool(), Pool(1, 300.0)  # coding takes longer than reading
        self.families = Families(self.collection)
        self.asking = threading.Lock()  # one at a time asks the nets: together they would only take more memory
        self.temporary = tempfile.TemporaryDirectory(prefix="pochade-", ignore_cleanup_errors=True)
        self.own = Path(self.temporary.name)
        self.drawn = Kept(self.own / "drawn", ROOM)
        self.scans = Scans(self.own / "scans", self.pool, self.shelf)
        self.samples = Samples(self.own / "samples", self.slow_pool)
        self.changes, self.selections = Changes(), Selections()
        self.groups: tuple[tuple[object, ...], Tree] | None = None

    def pieces(self) -> Snapshot:
        """As the index has them now.

        Raises:
            CollectionMissing: Nothing has been learnt yet.
        """
        return self.shelf.now()

    def prepare(self) -> None:
        """Read what the first page will ask for; where nothing was learnt yet, there is nothing to read."""
        with suppress(PochadeError):
            self.pieces()

    def tree(self) -> Tree:
        """The groups as they were left, read again when the index changes."""
        stamp = self.shelf.stamp()
        known = self.groups
        if known is None or known[0] != stamp:
            self.groups = known = stamp, tree_in(self.collection.index)
        return known[1]

    def picture(self, key: str, side: int) -> Path:
        """A piece as a JPEG, no longer than that.

        Raises:
            NotKnown: There is no such piece.
            NotAllowed: Only links lead to it, and out of the collection.
            PictureUnreadable: Its file changed, or gives none any more.
        """
        piece = self.pieces().readable(key)
        return self.drawn.file(
            f"{key}-{side}.jpg", lambda into: self.pool.do(Drawn(piece.path, side, into, piece.hash))
        )

    def thumbnail(self, key: str) -> Path:
        """A piece's thumbnail, from beside the index; drawn anew where it is gone."""
        content = self.pieces().files(key)[0].hash
        path = thumbnail_path(self.collection.thumbnails, content)
        return path if path.is_file() else self.picture(key, THUMBNAIL)

    def close(self) -> None:
        """Stop the jobs, and take away what was ours."""
        self.jobs.close()
        self.pool.close()
        self.slow_pool.close()
        self.collection.close()
        self.temporary.cleanup()


def desk_of(request: Request) -> Desk:
    """The server's own."""
    desk: Desk = request.app.state.desk
    return desk


TheDesk = Annotated[Desk, Depends(desk_of)]
