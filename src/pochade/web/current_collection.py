"""The collection that a server shows. If the person at this machine chooses another one, nothing of the old one stays.

Everything that belongs to a collection is in its `AppState`, and each request works with the state that it began with.
So a switch makes a new state, puts it in the place of the old one, and closes the old one: nothing is carried over.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from pochade.errors import CollectionMissing, FolderNotChosen, FolderSwitched, NotAllowed, WorkUnfinished
from pochade.index.collection_place import CollectionPlace
from pochade.system.path_text import printable
from pochade.system.server_log import log_server
from pochade.web.app_state import AppState
from pochade.web.find_service import FindService
from pochade.web.folders.recent_folders import RecentFolders
from pochade.web.jobs.job_queue import STOP_SECONDS
from pochade.web.server_settings import ServerSettings
from pochade.web.unfinished_work import find_unfinished_work

LOG_FILE = "server.log"  # in the folder of the index
STOP_HINT = "opening another folder stops jobs, which keep what they have finished, and discards the rest"


class CurrentCollection:
    """The state of the collection that the server shows, or none as long as the person has not chosen a folder.

    Args:
        settings: The choices with which the server was started.

    Raises:
        CollectionMissing: There is no such folder.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self.settings, self.recent, self.switching = settings, RecentFolders(), threading.Lock()
        self.state = None if settings.folder is None else AppState(settings)
        self.first_folder = self.state and self.state.collection.folder
        self.started_in = _current_folder() if settings.folder is None else None
        self.has_log = False
        self.find_service: FindService | None = None
        self._remember()

    def state_for(self, collection_id: str | None = None) -> AppState:
        """Return the state for a request.

        Args:
            collection_id: The collection that the page shows; None if the request does not say it.

        Raises:
            FolderNotChosen: No folder is open.
            FolderSwitched: Another folder is open.
        """
        state = self.state
        if state is None:
            raise FolderNotChosen("no folder is open yet", "choose the folder of your pictures on the page")
        if collection_id and collection_id != state.collection_id:
            name = printable(state.collection.folder.name)
            raise FolderSwitched(f"the folder '{name}' is open now, instead of the one shown here", "reload the page")
        return state

    def switch(self, folder: Path, *, discards: bool) -> AppState:
        """Show another folder; it returns when the work for the folder before has ended.

        Args:
            folder: The folder, as an absolute path.
            discards: Whether the person agreed to stop jobs, and to discard what is not saved.

        Raises:
            CollectionMissing: There is no such folder.
            IndexDamaged: Its index can't be read.
            WorkUnfinished: There is such work, and the person did not agree.
            NotAllowed: Another request switches at this moment.
        """
        with self._switch_alone():
            before = self.state
            if before is not None and before.collection.folder == folder:
                return before
            state = self._open(folder)
            try:
                self._check_work(discards=discards)
            except WorkUnfinished:
                state.close()
                raise
            self.state = state
        self._remember()
        threading.Thread(target=state.preload, daemon=True).start()
        if before is not None:
            before.close(STOP_SECONDS)
        return state

    @contextmanager
    def _switch_alone(self) -> Iterator[None]:
        if not self.switching.acquire(blocking=False):
            raise NotAllowed("another folder is being opened", "wait a moment, then try again")
        try:
            yield
        finally:
            self.switching.release()

    def _open(self, folder: Path) -> AppState:
        """Make the state of a folder, and read its index, which may be a stranger's."""
        index = self.settings.index if folder == self.first_folder else None  # it was given for that folder
        state = AppState(replace(self.settings, folder=folder, index=index))
        try:
            with suppress(CollectionMissing):  # nothing has been learnt yet
                state.snapshot()
        except BaseException:
            state.close()
            raise
        return state

    def _check_work(self, *, discards: bool) -> None:
        work = [] if discards or self.state is None else find_unfinished_work(self.state)
        if work:
            raise WorkUnfinished(" and ".join(work), STOP_HINT)

    def keep_log(self) -> None:
        """Write what happens to a file beside the index of whichever collection is shown."""
        self.has_log = True
        self._begin_log()

    def _begin_log(self) -> None:
        if self.has_log and self.state:
            log_server(self.state.collection.home / LOG_FILE)

    def answer_commands(self) -> None:
        """Answer the searches of this person's commands in whichever collection is shown."""
        self.find_service = FindService()
        self._publish()

    def _publish(self) -> None:
        if self.find_service and self.state:
            shown = self.state.collection
            place = CollectionPlace(shown.folder, shown.home, shown.place)
            self.find_service.publish(place, self.state.word_embedder.embed)

    def _remember(self) -> None:
        """Offer the folder that is open now the next time, log beside its index, and answer commands that search it."""
        self._begin_log()
        self._publish()
        if self.state and self.settings.is_local:
            self.recent.add(self.state.collection.folder)

    def preload(self) -> None:
        """Read what every page needs before the first request."""
        if self.state:
            self.state.preload()

    def stop(self) -> None:
        """Let everything that runs for a request end as soon as possible."""
        if self.state:
            self.state.stop()

    def close(self) -> None:
        """Stop the jobs and workers, and remove the temporary files; a second call does nothing."""
        if self.find_service:
            self.find_service.withdraw()
        if self.state:
            self.state.close()

    def remove_temporary_files(self) -> None:
        """Remove everything that requests have written."""
        if self.state:
            self.state.remove_temporary_files()


def _current_folder() -> Path | None:
    """The folder in which the command was started; None if it is gone."""
    try:
        return Path.cwd()
    except OSError:
        return None
