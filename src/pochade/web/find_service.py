"""Answers the searches of the command line in the collection that a server shows, which has loaded what they need.

The commands of the same person reach it through a socket of its own (`system/private_socket.py`), which browsers and
other accounts can't open. It has its own connection to the index, and opens it when the first question comes.
"""

import logging
import os
import threading
from contextlib import suppress
from pathlib import Path

from pochade.errors import PochadeError
from pochade.index.collection_place import CollectionPlace
from pochade.index.library import Library
from pochade.organise.find_question import Identity, answer_question, identity_of, parse_question, server_socket
from pochade.organise.meaning_search import EmbedWords
from pochade.system.private_socket import PrivateSocket

logger = logging.getLogger(__name__)


class FindService:
    """The answers to searches in the collection that a server shows, which may change."""

    def __init__(self) -> None:
        self.socket: PrivateSocket | None = None
        self.searcher: Searcher | None = None
        self.lock = threading.Lock()

    def publish(self, place: CollectionPlace, embed_words: EmbedWords | None = None) -> None:
        """Answer searches in a collection from now on, and no others; nothing happens where that is not possible.

        Args:
            place: Where the collection is.
            embed_words: Embeds words for searches by meaning; by default, this process does it.
        """
        with self.lock:
            self._withdraw()
            path = server_socket(place)
            if path is not None:
                self.searcher = Searcher(place, embed_words)
                with suppress(OSError):  # commands then search on their own
                    self.socket = PrivateSocket(path, self.searcher.answer)

    def withdraw(self) -> None:
        """Answer no more searches; a second call does nothing."""
        with self.lock:
            self._withdraw()

    def _withdraw(self) -> None:
        if self.socket is not None:
            self.socket.close()
        if self.searcher is not None:
            self.searcher.close()
        self.socket = self.searcher = None


class Searcher:
    """Searches one collection, in the index that is there now.

    Args:
        place: Where the collection is.
        embed_words: Embeds words for searches by meaning; by default, this process does it.
    """

    def __init__(self, place: CollectionPlace, embed_words: EmbedWords | None = None) -> None:
        self.database, self.embed_words = Path(place.database), embed_words
        self.library = Library(place.folder, place.home, place.database)
        self.identity: Identity | None = None  # of the file that is open
        self.lock = threading.Lock()  # one search at a time runs a model, to save memory
        self.is_closed = False

    def answer(self, message: bytes) -> bytes | None:
        """Answer a question, or return None: then the command searches on its own, and says what is wrong."""
        if not self.lock.acquire(blocking=False):
            return None
        try:
            return None if self.is_closed else self._search(message)
        except (PochadeError, ValueError, TypeError, OSError, RecursionError) as error:
            logger.info("a search of the command line has no answer here: %s", error)
            return None
        finally:
            self._release()

    def _search(self, message: bytes) -> bytes | None:
        question = parse_question(message, self.database)
        if question is None or not os.access(self.database.parent, os.W_OK):  # read-only, SQLite sees no changes
            return None
        identity = identity_of(self.database)
        if identity != self.identity:
            self.library.close()
            self.identity = identity
        answer = answer_question(self.library, question, self.embed_words).to_json()
        if identity_of(self.database) == identity:
            return answer
        self.identity = None  # the index was replaced meanwhile
        return None

    def close(self) -> None:
        """Answer no more. The index is closed now, or by the search that uses it."""
        self.is_closed = True
        if self.lock.acquire(blocking=False):
            self._release()

    def _release(self) -> None:
        """Let the next search begin, or close the index if there will be none."""
        if self.is_closed:
            self.library.close()
        self.lock.release()
