"""Lists every file below a folder that may be a picture, without opening any."""

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pochade.system.file_stamp import FileStamp
from pochade.system.file_systems import SETTLED_NS
from pochade.system.ignore_rules import (
    IGNORE_FILE,
    MAX_IGNORE_FILE_BYTES,
    IgnoreRules,
    compile_patterns,
    parse_ignore_file,
)

UNSETTLED = -1  # instead of a ctime: the file changed just before it was listed, and may change again unseen
MAX_PATHS_PASSED_OVER = 1000  # a trash may hold any number of files
MAX_MTIME_NS = 2**63 - 1  # the largest integer of a database column; later dates (after 2262) are stored as this one
NON_PICTURE_SUFFIXES = frozenset(  # common beside art; listed as problems, they would hide the real ones
    b"txt md json xml yml yaml toml ini csv html htm css js py url lnk db sqlite log sha256 md5 xmp zip 7z rar gz tar "
    b"doc docx odt xls xlsx mp3 wav ogg flac mp4 mov mkv avi webm ttf otf blend obj fbx abr gpl aco kpp "
    b"pochade".split()
)


@dataclass(frozen=True)
class FolderListing:
    """The result of walking a folder."""

    files: dict[bytes, FileStamp]  # by path relative to the folder
    unreadable: dict[bytes, str]  # folders and ignore files that can't be read, and why
    passed_over: int = 0  # files that may be pictures, but that the rules for names pass over
    passed_over_paths: tuple[bytes, ...] = ()  # of the first of them, at most `MAX_PATHS_PASSED_OVER`
    empty_folders: tuple[bytes, ...] = ()  # folders without any entry, as a mount point is whose disk is missing


def stamp_of(status: os.stat_result) -> FileStamp:
    """Return the stamp for a file's status."""
    return FileStamp(status.st_size, _clamp(status.st_mtime_ns), status.st_ino, _clamp(status.st_ctime_ns))


def _clamp(nanoseconds: int) -> int:
    return max(-MAX_MTIME_NS, min(MAX_MTIME_NS, nanoseconds))


def settle_stamp(stamp: FileStamp, now_ns: int) -> FileStamp:
    """Return the stamp to store for a file that was listed at a time.

    A second change of the file within the same tick of the file system's clock has the same stamp. The stamp of a file
    that changed so recently is therefore stored as unsettled, and the next run compares its content.
    """
    if stamp.ctime is not None and stamp.ctime > now_ns - SETTLED_NS:
        return replace(stamp, ctime=UNSETTLED)
    return stamp


def walk_folder(folder: Path, skip: Path, exclude: Sequence[str] = ()) -> FolderListing:
    """List the files below a folder that may be pictures.

    Hidden files, files whose suffix no picture has, and what `IgnoreRules` ignores are left out. Links to files count
    as files. Links to folders are not followed, so loops of links do no harm. Paths are the system's own bytes, because
    a name may not be UTF-8.

    Args:
        folder: Where to start.
        skip: A folder to leave out, such as the index.
        exclude: Further patterns to pass over, in the form of `.gitignore`.

    Raises:
        UsageError: A pattern is invalid.
    """
    excluded = compile_patterns(exclude, "--exclude") if exclude else None
    return _FolderWalk(os.fsencode(folder), os.fsencode(skip)).walk(IgnoreRules(excluded))


class _FolderWalk:
    """One walk through a folder.

    Args:
        root: Where to start.
        skipped: A folder to leave out.
    """

    def __init__(self, root: bytes, skipped: bytes) -> None:
        self.root, self.skipped = root, skipped
        self.files: dict[bytes, FileStamp] = {}
        self.unreadable: dict[bytes, str] = {}
        self.passed_over, self.passed_over_paths = 0, list[bytes]()
        self.empty_folders: list[bytes] = []
        self.pending: list[tuple[bytes, IgnoreRules]] = []

    def walk(self, rules: IgnoreRules) -> FolderListing:
        """List everything below the root."""
        self.pending.append((b"", rules))
        while self.pending:
            self._list_folder(*self.pending.pop())
        paths = tuple(self.passed_over_paths)
        return FolderListing(self.files, self.unreadable, self.passed_over, paths, tuple(self.empty_folders))

    def _list_folder(self, parent: bytes, rules: IgnoreRules) -> None:
        try:
            with os.scandir(self.root + b"/" + parent) as entries:
                listed = list(entries)
            if not listed:
                self.empty_folders.append(parent)
            rules = self._extend_rules(parent, rules, listed)
            for entry in listed:
                self._add_entry(entry, parent + b"/" + entry.name if parent else entry.name, rules)
        except OSError as error:
            self.unreadable[parent] = f"can't be listed: {error.strerror}"

    def _extend_rules(self, parent: bytes, rules: IgnoreRules, listed: list[os.DirEntry[bytes]]) -> IgnoreRules:
        """Add the patterns of the folder's ignore file, if it has one."""
        for entry in listed:
            if entry.name == os.fsencode(IGNORE_FILE):
                path = parent + b"/" + entry.name if parent else entry.name
                try:
                    content = _read_start(self.root + b"/" + path, MAX_IGNORE_FILE_BYTES + 1)
                except OSError as error:
                    self.unreadable[path] = f"can't be read: {error.strerror}"
                else:
                    origin = f"'{path.decode('utf-8', 'replace')}'"
                    return rules.extend(os.fsdecode(parent), parse_ignore_file(content, origin))
        return rules

    def _add_entry(self, entry: os.DirEntry[bytes], path: bytes, rules: IgnoreRules) -> None:
        is_folder = _is_folder(entry)
        if self.root + b"/" + path == self.skipped or (is_folder and entry.is_symlink()):
            return
        if rules.ignores(os.fsdecode(path), is_folder=is_folder):
            if is_folder:
                self._pass_over_folder(path)
            else:
                self._pass_over_file(entry, path)
        elif entry.name.startswith(b"."):
            return
        elif is_folder:
            self.pending.append((path, rules))
        elif _may_be_picture(entry):
            with suppress(FileNotFoundError):  # removed since the folder was listed
                self.files[path] = stamp_of(_status_of(entry))

    def _pass_over_folder(self, folder: bytes) -> None:
        """Pass over all files below a folder; folders that can't be listed count as empty."""
        pending = [folder]
        while pending:
            parent = pending.pop()
            if self.root + b"/" + parent == self.skipped:
                continue
            with suppress(OSError), os.scandir(self.root + b"/" + parent) as entries:
                for entry in entries:
                    path = parent + b"/" + entry.name
                    if entry.name.startswith(b"."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(path)
                    else:
                        self._pass_over_file(entry, path)

    def _pass_over_file(self, entry: os.DirEntry[bytes], path: bytes) -> None:
        """Count a file if it may be a picture."""
        if _may_be_picture(entry):
            self.passed_over += 1
            if len(self.passed_over_paths) < MAX_PATHS_PASSED_OVER:
                self.passed_over_paths.append(path)


def suffix_of(name: bytes) -> bytes:
    """Return what follows the last dot of a name, in lower case; empty if there is no dot."""
    return name.rpartition(b".")[2].lower() if b"." in name else b""


def _may_be_picture(entry: os.DirEntry[bytes]) -> bool:
    """Return whether an entry is a file or a link, and its suffix is none that no picture has."""
    return (entry.is_symlink() or entry.is_file()) and suffix_of(entry.name) not in NON_PICTURE_SUFFIXES


def _read_start(path: bytes, count: int) -> bytes:
    """Read the first bytes of a file; a pipe or a device is refused, because reading it could wait for ever."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "it is no file")
        return file.read(count)


def _is_folder(entry: os.DirEntry[bytes]) -> bool:
    """Return whether an entry is a folder or a link to a folder; a loop of links is neither."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _status_of(entry: os.DirEntry[bytes]) -> os.stat_result:
    """Return the status of the file that an entry leads to; of the link itself if it leads nowhere."""
    try:
        return entry.stat()
    except OSError:
        return entry.stat(follow_symlinks=False)
