"""An open archive file: where each part is."""

import os
import zlib
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from pochade.archive.container.archive_tail import read_tail
from pochade.archive.container.embedded_models import MAX_MODEL_BYTES, extract_model, model_id
from pochade.archive.container.file_range import FileRange
from pochade.archive.container.locate_manifest import ManifestCopy, locate_manifest
from pochade.archive.container.manifest_records import MODEL, Entry, Manifest
from pochade.archive.container.zip_layout import local_header, member_offsets
from pochade.errors import UNDAMAGED_COPY_HINT, ArchiveDamaged, FileUnreachable
from pochade.images.base.source import open_without_blocking
from pochade.system.path_text import printable

MAX_TRIES = 3  # to open a file that another process changes


class ArchiveContainer:
    """An open archive file, whose sizes and offsets all follow from the manifest, never from the ZIP's own headers.

    Args:
        path: The file.

    Raises:
        ArchiveDamaged: The file is no archive, or its manifest can be neither read nor repaired.
        FileUnreachable: The file can't be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.file: BinaryIO = open(path, "rb", opener=open_without_blocking)  # noqa: SIM115  closed by `close`
        except OSError as error:
            raise FileUnreachable(f"'{printable(path)}' can't be read: {error.strerror}") from error
        try:
            self.manifest_copy, self.manifest = self._locate_manifest()
        except OSError as error:
            self.close()
            raise FileUnreachable(f"'{printable(path)}' can't be read: {error.strerror}") from error
        except ArchiveDamaged as error:
            self.close()
            why, hint = f"'{printable(path)}' can't be opened: {error.sentence}", error.hint or UNDAMAGED_COPY_HINT
            raise ArchiveDamaged(why, hint) from error
        copy = self.manifest_copy
        self.tail = read_tail(self.manifest, copy.member, copy.packed, copy.content)
        self.gap = copy.offset - self.tail.start  # 0; more if the manifest is the backup of an interrupted addition
        self.offsets = member_offsets(self.tail.members, self.gap)  # last, that of the central directory
        names = (member.name for member in self.tail.members)
        self.offset_by_name = dict(zip(names, self.offsets, strict=False))

    def _locate_manifest(self) -> tuple[ManifestCopy, Manifest]:
        """Find the manifest; look again if the file changed meanwhile: another process may be adding to it."""
        for tries_left in reversed(range(MAX_TRIES)):
            self.stamp, self.size = file_stamp(self.file), self.file.seek(0, 2)
            try:
                return locate_manifest(self.file, self.size)
            except ArchiveDamaged:
                if not tries_left or not self.has_changed():
                    raise
        raise AssertionError

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def content_range(self, entry: Entry) -> FileRange:
        """Return the range of the file that holds an entry's content."""
        offset = self.offset_by_name[entry.name]
        return FileRange(self.file, offset + len(local_header(entry.member)), entry.bytes)

    def models(self) -> list[Entry]:
        """Return the entries of the models on which pictures depend."""
        return [entry for entry in self.manifest.entries if entry.codec == MODEL]

    def read_model(self, entry: Entry) -> bytes:
        """Return the packed model of an entry; damage is repaired.

        Raises:
            ArchiveDamaged: The model can't be repaired, or is larger than any model of ours.
        """
        if entry.bytes > MAX_MODEL_BYTES:
            raise ArchiveDamaged(f"the model '{entry.name}' is too large: {entry.bytes:,} bytes", UNDAMAGED_COPY_HINT)
        return extract_model(entry, self.content_range(entry).content())

    @cached_property
    def usable_models(self) -> dict[str, Entry]:
        """The models that are intact or can be repaired, by id."""
        usable_models = {}
        for entry in self.models():
            with suppress(ArchiveDamaged):
                self.read_model(entry)
                usable_models[model_id(entry)] = entry
        return usable_models

    def fault(self, entry: Entry) -> str:
        """Return why an entry can't be decoded; an empty string if it and its model are intact."""
        if entry.model is not None and entry.model not in self.usable_models:
            return f"the model {entry.model!a}, on which it depends, is missing or damaged"
        return self._content_fault(entry)

    def _content_fault(self, entry: Entry) -> str:
        """Return what is wrong with an entry's content; an empty string if it is intact."""
        crc32, length = 0, 0
        try:
            for chunk in self.content_range(entry).chunks():
                crc32, length = zlib.crc32(chunk, crc32), length + len(chunk)
        except ArchiveDamaged as error:
            return error.sentence
        if length < entry.bytes:
            return "the file ends too early"
        return "" if crc32 == entry.crc32 else "its checksum is wrong"

    def holds(self, offset: int, expected: bytes) -> bool:
        """Return whether the file has these bytes at an offset."""
        try:
            return FileRange(self.file, offset, len(expected)).content() == expected
        except ArchiveDamaged:
            return False

    def has_changed(self) -> bool:
        """Return whether the file was written to since it was opened."""
        try:
            return file_stamp(self.file) != self.stamp
        except OSError:  # of a disk that fails, nothing can be said
            return False


def file_stamp(file: BinaryIO) -> tuple[int, int]:
    """What tells that a file was written to: its size, and its time of modification in nanoseconds."""
    status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns
