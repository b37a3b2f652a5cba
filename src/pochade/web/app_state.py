"""The state that all requests share: the collection, its snapshot, worker processes, generated pictures and jobs."""

import hashlib
import logging
import os
import tempfile
import threading
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from pochade.collection import Collection
from pochade.errors import PochadeError
from pochade.index.group_tree import GroupTree
from pochade.index.thumbnails import cutout_path, keep_cutout, thumbnail_path
from pochade.organise.drawing_search import DrawingSearch
from pochade.web.jobs.job_queue import CLOSE_SECONDS, JobQueue
from pochade.web.render.creation_store import CreatedPictureStore
from pochade.web.render.cutouts import GroundKind, RenderCutoutTask
from pochade.web.render.picture_rendering import RenderJpegTask
from pochade.web.render.render_pool import FileCache, RenderPool
from pochade.web.render.scan_store import SCAN_PREFIX, ScanStore
from pochade.web.render.trial_cache import TrialCache
from pochade.web.render.word_embedding import WordEmbedder
from pochade.web.server_settings import ServerSettings
from pochade.web.state.family_store import FamilyStore
from pochade.web.state.group_undo import GroupUndo
from pochade.web.state.label_undo import LabelUndo
from pochade.web.state.selections import SelectionStore
from pochade.web.state.snapshot import Snapshot, SnapshotCache
from pochade.web.state.technique_cache import TechniqueCache

logger = logging.getLogger(__name__)
MAX_RENDERED_BYTES = 2**29  # of all rendered pictures together
THUMBNAIL_PIXELS = 256  # of the longer side
COLLECTION_HEADER, COLLECTION_PARAMETER = "x-pochade-collection", "collection"
ID_DIGITS = 16
SLOW_TASK_SECONDS = 300.0  # encoding and generating take longer than reading


class AppState:
    """The state of one collection that is shown.

    Args:
        settings: The person's choices, with a folder.

    Raises:
        CollectionMissing: There is no such folder.
    """

    def __init__(self, settings: ServerSettings) -> None:
        assert settings.folder is not None
        self.settings = settings
        self.collection = Collection.open(settings.folder, index=settings.index)
        self.jobs = JobQueue()
        self.snapshots = SnapshotCache(self.collection, self.jobs.is_running)
        self.render_pool, self.encode_pool = RenderPool(), RenderPool(1, SLOW_TASK_SECONDS)
        self.generation_pool = RenderPool(1, SLOW_TASK_SECONDS)  # its worker keeps the generator loaded
        self.word_pool = RenderPool(1, SLOW_TASK_SECONDS, (WordEmbedder.__module__,))  # its worker keeps the eye loaded
        self.pools = (self.render_pool, self.encode_pool, self.generation_pool, self.word_pool)
        self.word_embedder = WordEmbedder(self.word_pool)
        self.families, self.techniques = FamilyStore(self.collection), TechniqueCache(self.collection)
        self.drawing_search = DrawingSearch(self.collection.library)
        self.model_lock = threading.Lock()  # only one request at a time runs a model, to save memory
        self.temporary_folder = tempfile.TemporaryDirectory(prefix="pochade-", ignore_cleanup_errors=True)
        self.folder = Path(self.temporary_folder.name)
        self.rendered_pictures = FileCache(self.folder / "rendered", MAX_RENDERED_BYTES)
        self.scans = ScanStore(self.folder / "scans", self.render_pool, self.snapshots)
        self.trials = TrialCache(self.folder / "trials", self.encode_pool)
        self.created = CreatedPictureStore(self.folder / "created", self.generation_pool, self.encode_pool)
        self.group_undo, self.selections = GroupUndo(), SelectionStore()
        self.label_undo = LabelUndo()
        self.cached_groups: tuple[tuple[object, ...], GroupTree] | None = None  # the stamp of the index, and its groups

    @property
    def collection_id(self) -> str:
        """What tells this collection from others that the server shows later; the next server gives the same."""
        place = f"{os.fspath(self.collection.folder)}\0{self.collection.place}"
        return hashlib.sha256(os.fsencode(place)).hexdigest()[:ID_DIGITS]

    def snapshot(self) -> Snapshot:
        """Return the current snapshot of the pictures.

        Raises:
            CollectionMissing: Nothing has been learnt yet.
        """
        return self.snapshots.current()

    def preload(self) -> None:
        """Read the snapshot and what is counted in it before the first request, unless nothing has been learnt yet."""
        try:
            self.techniques.counts(self.snapshot())
        except PochadeError as error:
            logger.info("nothing was read before the first request: %s", error)

    def group_tree(self) -> GroupTree:
        """Return the groups; they are read again when the index has changed."""
        stamp = self.snapshots.stamp()
        cached = self.cached_groups
        if cached is None or cached[0] != stamp:
            self.cached_groups = cached = stamp, self.collection.group_tree()
        return cached[1]

    def rendered_picture(self, key: str, side: int) -> Path:
        """Return a picture as a JPEG file, which is rendered if necessary.

        Args:
            key: The picture's key.
            side: Pixels of the longer side, at most.

        Raises:
            NotKnown: There is no such picture.
            NotAllowed: Its only files are links that lead out of the collection.
            PictureUnreadable: Its file changed, or can't be read any more.
        """
        file = self.snapshot().readable_file(key)
        return self.rendered_pictures.file(
            f"{key}-{side}.jpg",
            lambda target: self.render_pool.submit(RenderJpegTask(file.path, side, target, file.hash)),
        )

    def cutout(self, key: str, side: int, ground: GroundKind) -> Path:
        """Return a picture with its transparency, as a WebP or JPEG file, which is rendered if necessary.

        Args:
            key: The picture's key.
            side: Pixels of the longer side, at most.
            ground: What the picture will stand on.

        Raises:
            NotKnown: There is no such picture.
            NotAllowed: Its only files are links that lead out of the collection.
            PictureUnreadable: Its file changed, or can't be read any more.
        """
        snapshot = self.snapshot()
        is_small, first = side == THUMBNAIL_PIXELS, snapshot.files_of(key)[0]
        if not first.has_alpha:
            return self.thumbnail(key) if is_small else self.rendered_picture(key, side)
        kept = cutout_path(self.collection.thumbnails, first.hash, ground)
        if is_small and kept.is_file():
            return kept
        file = snapshot.readable_file(key)
        rendered = self.rendered_pictures.file(
            f"{key}-{side}-{ground}",
            lambda target: self.render_pool.submit(RenderCutoutTask(file.path, side, target, ground, file.hash)),
        )
        if is_small:
            keep_cutout(kept, rendered.read_bytes())
        return rendered

    def rendered_scan(self, scan_id: str, side: int) -> Path:
        """Return a scan as a JPEG file, which is rendered if necessary.

        Args:
            scan_id: The id of a dropped scan, or a picture's key.
            side: Pixels of the longer side, at most.

        Raises:
            NotKnown: There is no such scan.
            PictureUnreadable: The scan can't be read as a picture.
        """
        if not scan_id.startswith(SCAN_PREFIX):
            return self.rendered_picture(scan_id, side)
        path = self.scans.get(scan_id).path
        return self.rendered_pictures.file(
            f"{scan_id}-{side}.jpg", lambda target: self.render_pool.submit(RenderJpegTask(path, side, target))
        )

    def thumbnail(self, key: str) -> Path:
        """Return the thumbnail of a picture: the stored one, or a rendering if that file is gone."""
        content = self.snapshot().files_of(key)[0].hash
        path = thumbnail_path(self.collection.thumbnails, content)
        return path if path.is_file() else self.rendered_picture(key, THUMBNAIL_PIXELS)

    def stop(self) -> None:
        """Let everything that runs for a request end as soon as possible; the requests get errors as answers."""
        self.jobs.stop()
        for pool in self.pools:
            pool.stopped.set()

    def close(self, patience: float = CLOSE_SECONDS) -> None:
        """Stop the jobs and workers, and remove the temporary files; a second call does nothing.

        Args:
            patience: How many seconds a job may take to stop before it is killed.
        """
        self.stop()
        self.jobs.close(patience)
        for pool in self.pools:
            pool.close()
        self.collection.close()
        self.remove_temporary_files()

    def remove_temporary_files(self) -> None:
        """Remove everything that requests have written."""
        self.temporary_folder.cleanup()


def current_state(request: Request) -> AppState:
    """Return the state of the collection that a page shows, as it says in a header or, for a picture, in the address.

    Raises:
        FolderNotChosen: No folder is open.
        FolderSwitched: Another folder is open than the one that the page shows.
    """
    shown = request.headers.get(COLLECTION_HEADER) or request.query_params.get(COLLECTION_PARAMETER)
    state: AppState = request.app.state.current.state_for(shown)
    return state


StateDependency = Annotated[AppState, Depends(current_state)]
