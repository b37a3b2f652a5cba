"""Every error that a person can meet: one sentence, an exit code, a next step.

    PochadeError              1   anything below
    ├── UsageError            2   the command asks for something impossible or contradictory; over HTTP also:
    │   ├── NotKnown          2   no such piece, group, scan or job
    │   └── NotAllowed        2   a way out of the folders that the page may read and write, or more than it may take
    ├── DataMissing           3   the data set is in none of the places looked at, or there is nothing to compress
    ├── DataDamaged           4   a data file is cut short, of the wrong kind, or has the wrong checksum
    ├── CheckpointDamaged     5   a checkpoint can't be read, or belongs to another net
    ├── TrainingDiverged      6   the loss became infinite or not a number
    ├── OutputUnwritable      7   a result could not be written
    ├── PictureUnreadable     8   a file gives no picture; its four kinds:
    │   ├── PictureDamaged    8   empty, cut short, or its content contradicts itself
    │   ├── FormatUnknown     8   no format of pictures that Pochade reads
    │   ├── PictureTooLarge   8   more memory or time than one piece may take
    │   └── FileUnreachable   8   no permission, gone, a loop of links, or changed while it was read
    ├── CollectionMissing     9   no folder of art there, or nothing learnt of it yet
    ├── IndexDamaged         10   the index can't be read, or a newer Pochade wrote it
    ├── ArchiveDamaged       11   an archive is damaged or cut short, says what can't be, or a newer Pochade wrote it
    └── Interrupted         130   the person pressed Ctrl-C; what was finished is kept

A library call raises one of these; only the command line (`cli.py`) turns it into words and an exit code.
"""

import sys


class PochadeError(Exception):
    """Something that a person can understand and act on.

    Args:
        sentence: What is wrong, naming the file or option; no full stop.
        hint: What to do next; may be empty when there is nothing to do.
    """

    exit_code = 1

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint

    def __reduce__(self) -> tuple[type["PochadeError"], tuple[str, str]]:
        """Keep the hint when the error travels between processes."""
        return type(self), (self.sentence, self.hint)


class UsageError(PochadeError):
    """The command asks for something impossible or contradictory."""

    exit_code = 2


class NotKnown(UsageError):
    """There is no such piece, group, scan or job."""


class NotAllowed(UsageError):
    """A way out of the folders that the page may read and write, or more than it may take."""


class DataMissing(PochadeError):
    """The data set is in none of the places looked at, or there is nothing to compress."""

    exit_code = 3


class DataDamaged(PochadeError):
    """A data file is cut short, of the wrong kind, or has the wrong checksum."""

    exit_code = 4


class CheckpointDamaged(PochadeError):
    """A checkpoint can't be read, or belongs to another net."""

    exit_code = 5


class TrainingDiverged(PochadeError):
    """The loss became infinite or not a number."""

    exit_code = 6


class OutputUnwritable(PochadeError):
    """A result could not be written: no permission, no space, not a folder."""

    exit_code = 7


class PictureUnreadable(PochadeError):
    """A file gives no picture."""

    exit_code = 8


class PictureDamaged(PictureUnreadable):
    """The file is empty, cut short, or its content contradicts itself."""


class FormatUnknown(PictureUnreadable):
    """The file is in no format of pictures that Pochade reads."""


class PictureTooLarge(PictureUnreadable):
    """The picture wants more memory or time than one piece may take."""


class FileUnreachable(PictureUnreadable):
    """The file can't be opened, is gone, or changed while it was read."""


class CollectionMissing(PochadeError):
    """There is no folder of art, or nothing has been learnt of it yet."""

    exit_code = 9


class IndexDamaged(PochadeError):
    """The index can't be read, or a newer Pochade wrote it."""

    exit_code = 10


class ArchiveDamaged(PochadeError):
    """An archive is damaged or cut short, says what can't be, or a newer Pochade wrote it."""

    exit_code = 11


class Interrupted(PochadeError):
    """The person pressed Ctrl-C; what was finished is kept."""

    exit_code = 130


def pip_for(extra: str) -> str:
    """How to install what is only needed by some, for the Python that runs."""
    return f"'{sys.executable}' -m pip install 'pochade[{extra}]'"
