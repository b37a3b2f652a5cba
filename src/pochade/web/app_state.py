"""What all requests share: the collection, its pieces, the processes that read, what was drawn, the jobs."""

import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from pochade.collection import Collection
from pochade.errors import PochadeError
from pochade.index.group_rows import Tree
from pochade.index.ingest_file import thumbnail_path
from pochade.index.organisation_store import tree_in
from pochade.web.jobs.job_queue import JobQueue
from pochade.web.render.creation_store import Creations
from pochade.web.render.picture_rendering import Drawn
from pochade.web.render.render_pool import FileCache, RenderPool
from pochade.web.render.scan_previews import PREFIX, Scans
from pochade.web.render.trial_cache import Samples
from pochade.web.security.sessions import Sessions
from pochade.web.server_settings import ServerSettings
from pochade.web.state.family_store import Families
from pochade.web.state.group_undo import GroupUndo
from pochade.web.state.selections import Selections
from pochade.web.state.snapshot import Snapshot, SnapshotCache

ROOM = 2**29  # bytes for pictures that were drawn
THUMBNAIL = 256  # pixels of the longer side


class AppState:
    """Of one server.

    Args:
        settings: What the person decided.

    Raises:
        CollectionMissing: There is no such folder.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self.collection = Collection.open(settings.folder, index=settings.index)
        self.jobs = JobQueue()
        self.shelf = SnapshotCache(self.collection, self.jobs.is_running)
        self.sessions = Sessions(settings.password)
        self.pool, self.slow_pool = RenderPool(), RenderPool(1, 300.0)  # coding takes longer than reading
        self.easel = RenderPool(1, 300.0)  # keeps the nets that draw at hand
        self.families = Families(self.collection)
        self.asking = threading.Lock()  # one at a time asks the nets: together they would only take more memory
        self.temporary = tempfile.TemporaryDirectory(prefix="pochade-", ignore_cleanup_errors=True)
        self.own = Path(self.temporary.name)
        self.drawn = FileCache(self.own / "drawn", ROOM)
        self.scans = Scans(self.own / "scans", self.pool, self.shelf)
        self.samples = Samples(self.own / "samples", self.slow_pool)
        self.creations = Creations(self.own / "created", self.easel, self.slow_pool)
        self.changes, self.selections = GroupUndo(), Selections()
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

    def whole_scan(self, scan: str, side: int) -> Path:
        """A scan as a JPEG, no longer than that.

        Raises:
            NotKnown: There is no such scan.
            PictureUnreadable: It gives no picture.
        """
        if not scan.startswith(PREFIX):
            return self.picture(scan, side)
        path = self.scans.get(scan).path
        return self.drawn.file(f"{scan}-{side}.jpg", lambda into: self.pool.do(Drawn(path, side, into)))

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
        self.easel.close()
        self.collection.close()
        self.temporary.cleanup()


def desk_of(request: Request) -> AppState:
    """The server's own."""
    desk: AppState = request.app.state.desk
    return desk


TheDesk = Annotated[AppState, Depends(desk_of)]
