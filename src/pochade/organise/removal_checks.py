"""Reads files again directly before one of them goes to the trash: they may have changed since they were learnt."""

import os
import stat
from functools import partial
from pathlib import Path

from pochade.errors import FileUnreachable, UsageError
from pochade.images.io.reading_worker import read_in_worker
from pochade.index.picture_records import PictureFile
from pochade.organise.pixel_duplicates import digest_of_file
from pochade.organise.removal_plan import LEARN_HINT, PlannedRemoval, changed_error, check_status
from pochade.organise.resave_proof import PROOF_SIDE, compare_files, proof_side
from pochade.system.hashing import sha256_of_file
from pochade.system.path_text import printable

FileState = tuple[int, int, int, int]  # size, times of modification and change, inode


class RemovalChecks:
    """Checks whether files may go; a file that stays for many others is read once, as long as it does not change."""

    def __init__(self) -> None:
        self._intact = dict[Path, FileState]()  # files that had their learnt content in this state
        self._digests = dict[Path, tuple[FileState, str]]()

    def check(self, planned: PlannedRemoval) -> None:
        """Check that a file may go: it and the file that stays have the content that was learnt, and are two files.

        Raises:
            FileUnreachable: One of the two is gone, can't be read, or has changed.
            UsageError: They are one file, or their pictures differ although they should not.
            PictureUnreadable: One of them can't be decoded, although its pixels were to be compared.
        """
        _check_two_files(planned.path, planned.stays.path)
        self.check_content(planned.stays)
        self.check_content(planned.member.picture)
        has_same_bytes = planned.stays.hash == planned.member.picture.hash
        if planned.has_equal_pixels and not has_same_bytes and not self._have_equal_pixels(planned):
            names = f"'{printable(planned.path)}' and '{printable(planned.stays.path)}'"
            raise UsageError(f"{names} don't have the same pixels", LEARN_HINT)
        if planned.member.preselected and planned.member.kind == "resave":
            _check_resave(planned)

    def check_content(self, file: PictureFile) -> None:
        """Check that a file's bytes are those that were learnt.

        Raises:
            FileUnreachable: It is gone, can't be read, or has changed.
        """
        check_status(file)
        try:
            before = _state_of(file.path)
            if self._intact.get(file.path) == before:
                return
            with file.path.open("rb") as opened:
                content, _ = sha256_of_file(opened)
            after = _state_of(file.path)
        except OSError as error:
            raise FileUnreachable.about(printable(file.path), f"can't be read: {error.strerror}", LEARN_HINT) from error
        if content != file.hash or before != after:
            raise changed_error(file.path)
        self._intact[file.path] = before

    def _have_equal_pixels(self, planned: PlannedRemoval) -> bool:
        return self._digest(planned.path) == self._digest(planned.stays.path)

    def _digest(self, path: Path) -> str:
        state = _state_of(path)
        if self._digests.get(path, (None,))[0] != state:
            self._digests[path] = state, read_in_worker(digest_of_file, path)
        return self._digests[path][1]


def _check_resave(planned: PlannedRemoval) -> None:
    """Compare the originals once more: what the index says of them may come from a stranger.

    Raises:
        UsageError: They are not proved to be one picture.
        PictureUnreadable: One of them can't be decoded.
    """
    side = proof_side(planned.stays, planned.member.picture)
    compare = partial(compare_files, planned.stays.path, side=side or PROOF_SIDE)
    if side is None or read_in_worker(compare, planned.path).outcome != "same":
        names = f"'{printable(planned.path)}' and '{printable(planned.stays.path)}'"
        raise UsageError(f"{names} are not proved to be one picture", LEARN_HINT)


def _state_of(path: Path) -> FileState:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):  # opening a pipe could wait for ever
        raise changed_error(path)
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _check_two_files(path: Path, stays: Path) -> None:
    """Refuse a file that stays only if the other does: a link to it, or another spelling of its name."""
    if path.is_symlink():
        return  # the link goes, and its file stays
    is_same_place = os.path.realpath(path) == os.path.realpath(stays)
    if is_same_place or (os.path.samefile(path, stays) and path.stat().st_nlink == 1):  # noqa: PTH121
        raise UsageError(
            f"'{printable(path)}' and '{printable(stays)}' are one file", "keep it, and remove only links to it"
        )
