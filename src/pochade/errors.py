"""Every error that a person can meet: one sentence, an exit code and the next step.

    PochadeError              1   anything else
    ├── NotPrepared           1   the generator can't start yet: it must first read the pictures or fit its prior
    ├── UsageError            2   the command asks for something impossible or contradictory; over HTTP also:
    │   ├── NotKnown          2   there is no such picture, group, scan or job
    │   ├── FilesMissing      2   most files of a collection are gone: perhaps a disk is not connected
    │   ├── WorkUnfinished    2   another folder can't be opened yet: a job runs, or something is not saved
    │   ├── DatabaseAway      2   the database server of an index does not answer
    │   ├── FolderSwitched    2   the page shows another folder than the server, which has switched
    │   └── NotAllowed        2   a path outside the folders that the page may use, or a request that is too large
    ├── DataMissing           3   a data set or a named model was not found, or there is nothing to compress
    ├── DataDamaged           4   a data file is cut short, of the wrong kind, or has the wrong checksum
    ├── CheckpointDamaged     5   a checkpoint can't be read, or belongs to another model
    ├── TrainingDiverged      6   the loss became infinite or not a number
    ├── OutputUnwritable      7   a result could not be written
    ├── PictureUnreadable     8   a file can't be read as a picture; its four kinds:
    │   ├── PictureDamaged    8   it is empty, cut short or contradicts itself
    │   ├── FormatUnknown     8   Pochade does not read this format
    │   ├── PictureTooLarge   8   it needs more memory or time than one picture may take
    │   └── FileUnreachable   8   no permission, gone, a loop of links, or changed while it was read
    ├── CollectionMissing     9   there is no folder of art, or nothing has been learnt from it yet
    │   └── FolderNotChosen   9   the person has not chosen a folder yet
    ├── IndexDamaged         10   the index can't be read, or a newer Pochade wrote it
    ├── ArchiveDamaged       11   an archive is damaged, cut short or impossible, or a newer Pochade wrote it
    └── Interrupted         130   the person pressed Ctrl-C; finished work is kept

A library call raises one of these errors. The command line turns it into a message and an exit code, the server into
an HTTP status.
"""

import sys
from typing import Self

UNDAMAGED_COPY_HINT = "look for an undamaged copy"


class PochadeError(Exception):
    """A problem that a person can understand and act on.

    Args:
        sentence: What is wrong, with the name of the file or option, but without a full stop.
        hint: The next step; empty if there is none.
        subject: The file that the sentence is about; empty unless `about` made the error.
        reason: What is wrong with that file, without its name; empty unless `about` made the error.
    """

    exit_code = 1

    def __init__(self, sentence: str, hint: str = "", subject: str = "", reason: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.hint, self.subject, self.reason = sentence, hint, subject, reason

    @classmethod
    def about(cls, subject: str, reason: str, hint: str = "") -> Self:
        """Return an error about a file, whose `reason` can be shown without the file's name.

        Args:
            subject: The file's name in printable characters.
            reason: What is wrong with the file; the sentence becomes `'subject' reason`.
            hint: The next step.
        """
        return cls(f"'{subject}' {reason}", hint, subject, reason)

    def hide_path(self, path: str, name: str) -> Self:
        """Return the same error with a name instead of a path, because a browser must not see the person's folders."""
        sentence, subject, reason = (text.replace(path, name) for text in (self.sentence, self.subject, self.reason))
        return type(self)(sentence, self.hint, subject, reason)

    def __reduce__(self) -> tuple[type["PochadeError"], tuple[str, str, str, str]]:
        """Keep all fields when the error is sent between processes."""
        return type(self), (self.sentence, self.hint, self.subject, self.reason)


class NotPrepared(PochadeError):
    """The generator can't start yet: it must first read the pictures, or fit its prior."""


class UsageError(PochadeError):
    """The command asks for something impossible or contradictory."""

    exit_code = 2


class NotKnown(UsageError):
    """There is no such picture, group, scan or job."""


class FilesMissing(UsageError):
    """Most files of a collection, or all files of a folder, are gone at once: perhaps a disk is not connected."""


class WorkUnfinished(UsageError):
    """Another folder can't be opened yet: a job runs, or something is not saved."""


class DatabaseAway(UsageError):
    """The database server of an index does not answer: it is off, busy or can't be reached."""


class FolderSwitched(UsageError):
    """The page shows another folder than the server, which has switched."""


class NotAllowed(UsageError):
    """A path leads outside the folders that the page may use, or a request is too large."""


class DataMissing(PochadeError):
    """A data set, or a model that was asked for by name, was not found, or there is nothing to compress."""

    exit_code = 3


class DataDamaged(PochadeError):
    """A data file is cut short, of the wrong kind, or has the wrong checksum."""

    exit_code = 4


class CheckpointDamaged(PochadeError):
    """A checkpoint can't be read, or belongs to another model."""

    exit_code = 5


class TrainingDiverged(PochadeError):
    """The loss became infinite or not a number."""

    exit_code = 6


class OutputUnwritable(PochadeError):
    """A result could not be written: no permission, no space, not a folder."""

    exit_code = 7


class PictureUnreadable(PochadeError):
    """A file can't be read as a picture."""

    exit_code = 8


class PictureDamaged(PictureUnreadable):
    """The file is empty, cut short or contradicts itself."""


class FormatUnknown(PictureUnreadable):
    """Pochade does not read the file's format."""


class PictureTooLarge(PictureUnreadable):
    """The picture needs more memory or time than one picture may take."""


class FileUnreachable(PictureUnreadable):
    """The file can't be opened, is gone, or changed while it was read."""


class CollectionMissing(PochadeError):
    """There is no folder of art, or nothing has been learnt from it yet."""

    exit_code = 9


class FolderNotChosen(CollectionMissing):
    """The person has not chosen a folder yet."""


class IndexDamaged(PochadeError):
    """The index can't be read, or a newer Pochade wrote it."""

    exit_code = 10


class ArchiveDamaged(PochadeError):
    """An archive is damaged, cut short or impossible, or a newer Pochade wrote it."""

    exit_code = 11


class Interrupted(PochadeError):
    """The person pressed Ctrl-C; finished work is kept."""

    exit_code = 130


def install_hint(extra: str) -> str:
    """Return the command that installs an optional extra for the running Python, if it can install anything."""
    if getattr(sys, "frozen", False):  # the application in one folder
        return f"pip install 'pochade[{extra}]', as the application has no extras"
    return f"'{sys.executable}' -m pip install 'pochade[{extra}]'"
