"""One file coded in a process of its own (see `collection/readers.py`), which leaves what it made in another file."""

import errno
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from pochade.archive.coders import STORED, STRETCH, XZ, Coded, as_picture, pack, tolerant, unpack
from pochade.archive.manifest import BYTES
from pochade.images.identify import identify
from pochade.images.source import printable, without_waiting

WHOLE = 2**28  # bytes: a larger file is packed without a look at what it shows
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
CHANGED = "changed while it was read"


@dataclass(frozen=True)
class Made:
    """What was made of a file; its content lies in the job's `into`, or is the file itself."""

    coded: Coded  # without its content
    is_file: bool = False


@dataclass(frozen=True)
class Problem:
    """Why nothing was made."""

    reason: str
    of_the_disk: bool = False  # there is no room for what was made: no other file would fare better


@dataclass(frozen=True)
class CodeJob:
    """A file to be coded."""

    path: Path
    sha256: str
    into: Path

    @property
    def name(self) -> str:
        """The file's, for a sentence."""
        return printable(self.path.name)

    def done(self) -> Made | Problem:
        """The file as small as it gets."""
        try:
            with open(self.path, "rb", opener=without_waiting) as file:
                if os.fstat(file.fileno()).st_size <= WHOLE:
                    content = file.read()
                    if hashlib.sha256(content).hexdigest() != self.sha256:
                        return Problem(CHANGED)
                    if (coded := as_picture(content)) is not None:
                        self.into.write_bytes(coded.content)
                        return made(coded)
            return self.packed()
        except OSError as error:
            return Problem(f"can't be read: {error.strerror}", error.errno in NO_ROOM)

    def packed(self) -> Made:
        """The file packed, or as it is where that is no larger."""
        form = tolerant(lambda path: identify(path).format, self.path) or ""
        with open(self.path, "rb", opener=without_waiting) as file, self.into.open("wb") as into:
            smaller = pack(file, into)
        if smaller and self.comes_back():
            return made(Coded(b"", XZ, BYTES, form))
        return Made(Coded(b"", STORED, BYTES, form), is_file=True)

    def comes_back(self) -> bool:
        """Whether what was packed gives the file again."""
        digest, length = hashlib.sha256(), self.path.stat().st_size
        with self.into.open("rb") as packed:
            unpack(packed, length, digest.update)
        return digest.hexdigest() == self.sha256

    def given_up(self, problem: str, *, again: bool) -> Made:  # noqa: ARG002  the file is kept all the same
        """The file as it is: whatever its content does to a coder, it is never left out."""
        return Made(Coded(b"", STORED, BYTES, ""), is_file=True)


def made(coded: Coded) -> Made:
    """What goes back to the process that asked: all but the content."""
    return Made(Coded(**(vars(coded) | {"content": b""})))


def sha256_of(path: Path) -> tuple[str, int]:
    """Of a file's content, read in stretches, and how many bytes that was; OSError where it can't be read."""
    digest, count = hashlib.sha256(), 0
    with open(path, "rb", opener=without_waiting) as file:
        while content := file.read(STRETCH):
            digest.update(content)
            count += len(content)
    return digest.hexdigest(), count
