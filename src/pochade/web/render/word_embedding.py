"""Embeds words for searches by meaning, in a worker process: the server itself never loads torch.

The process starts with the first such search, and keeps the eye loaded until the server ends or shows another folder.
"""

import logging
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from pochade.analysis.arrays import Floats
from pochade.errors import PochadeError
from pochade.index.eye_record import EyeRecord
from pochade.web.render.render_pool import RenderPool

logger = logging.getLogger(__name__)
MAX_REMEMBERED = 200  # embedded texts: a person types one word after another, and goes back


@dataclass(frozen=True)
class EmbedWordsTask:
    """Embeds words with an eye that is installed on this machine."""

    eye: EyeRecord
    words: str

    @property
    def name(self) -> str:
        """The name of the eye, for error sentences."""
        return self.eye.name

    def run(self) -> Any:
        """Return the unit vector (D,), or the error."""
        from pochade.organise.meaning_search import embed_words_here  # noqa: PLC0415  only the worker needs it

        try:
            return embed_words_here(self.eye, self.words)
        except PochadeError as error:
            logger.info("words could not be embedded", exc_info=error)
            return error

    def failure(self, problem: str, *, retry: bool) -> PochadeError:  # noqa: ARG002
        """Return the error for a worker that needed too much memory or time, or was ended."""
        return PochadeError(
            f"the eye could not be asked: {problem}", "choose a smaller model, or search from a terminal"
        )


class WordEmbedder:
    """Embeds words in a worker, and remembers the latest ones.

    Args:
        pool: The pool with the worker.
    """

    def __init__(self, pool: RenderPool) -> None:
        self.pool, self.known = pool, OrderedDict[EmbedWordsTask, Floats]()

    def embed(self, eye: EyeRecord, words: str) -> Floats:
        """Embed words as a unit vector (D,).

        Raises:
            PochadeError: The eye can't be used now.
        """
        task = EmbedWordsTask(eye, words)
        vector = self.known.get(task)
        if vector is None:
            vector = self.known[task] = self.pool.submit(task)
            while len(self.known) > MAX_REMEMBERED:
                self.known.popitem(last=False)
        return vector
