"""An open archive file: where each part is, and which parts are damaged."""

import hashlib
import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, NamedTuple

from pochade.archive.container.embedded_models import MAX_MODEL_BYTES, extract_model, model_id
from pochade.archive.container.file_range import FileRange
from pochade.archive.container.locate_manifest import locate_manifest
from pochade.archive.container.manifest_records import MODEL, Entry
from pochade.archive.container.parity import make_repair_record
from pochade.archive.container.stored_paths import StoredPath
from pochade.archive.container.zip_layout import (
    REPAIR_NAME,
    directory_and_end,
    local_header,
    member_offsets,
    stored_member,
)
from pochade.errors import UNDAMAGED_COPY_HINT, ArchiveDamaged, FileUnreachable
from pochade.images.base.source import open_without_blocking
from pochade.system.path_text import printable


class Damage(NamedTuple):
    """A part of an archive that has changed since it was written."""

    what: str  # the sentence for people
    lost_files: tuple[StoredPath, ...]

    @property
    def pieces(self) -> tuple[StoredPath, ...]:
        """Alias of `lost_files`, kept for scripts."""
        return self.lost_files


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
            self.size = self.file.seek(0, 2)
            self.manifest_copy, self.manifest = locate_manifest(self.file, self.size)
        except OSError as error:
            self.close()
            raise FileUnreachable(f"'{printable(path)}' can't be read: {error.strerror}") from error
        except ArchiveDamaged as error:
            self.close()
            why, hint = f"'{printable(path)}' can't be opened: {error.sentence}", error.hint or UNDAMAGED_COPY_HINT
            raise ArchiveDamaged(why, hint) from error
        entries = [entry.member for entry in self.manifest.entries]
        copy = self.manifest_copy
        self.repair_record = make_repair_record(copy.member, copy.packed)
        self.members = [*entries, copy.member, stored_member(REPAIR_NAME, self.repair_record)]
        self.offsets = member_offsets(self.members)  # of the members, and last of the central directory
        self.offset_by_name = {member.name: offset for member, offset in zip(self.members, self.offsets, strict=False)}

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

    def find_damage(self, report: Callable[[int, int], None] = lambda _done, _total: None) -> list[Damage]:
        """Compare every byte of the file with what was written.

        Args:
            report: Called with the bytes that were checked and all bytes.
        """
        paths: dict[str, list[StoredPath]] = {}
        for file in self.manifest.files:
            paths.setdefault(file.entry.name, []).append(file.path)
        damages = []
        for number, entry in enumerate(self.manifest.entries):
            if not self._is_at(self.offsets[number], local_header(entry.member)):
                damages.append(Damage(f"the header of '{entry.name}' is damaged; no file is lost", ()))
            if reason := self._content_fault(entry):
                damages.append(self._entry_damage(entry, reason, paths))
            report(self.offsets[number + 1], self.size)
        return damages + self._missing_models() + self._damage_behind_entries()

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

    def _entry_damage(self, entry: Entry, reason: str, paths: dict[str, list[StoredPath]]) -> Damage:
        if entry.codec != MODEL:
            return Damage(f"'{entry.name}' is damaged: {reason}", tuple(paths.get(entry.name, ())))
        if model_id(entry) in self.usable_models:
            return Damage(f"the model '{entry.name}' is damaged: {reason}; it can be repaired, no file is lost", ())
        return Damage(f"the model '{entry.name}' is damaged: {reason}", self._dependent_files(model_id(entry)))

    def _missing_models(self) -> list[Damage]:
        """Return a damage for each model that the archive lacks, although files depend on it."""
        needed = {file.entry.model for file in self.manifest.files if file.entry.model is not None}
        missing = sorted(needed - {model_id(entry) for entry in self.models()})
        return [Damage(f"the model {name!a} is missing", self._dependent_files(name)) for name in missing]

    def _dependent_files(self, model: str) -> tuple[StoredPath, ...]:
        return tuple(file.path for file in self.manifest.files if file.entry.model == model)

    def _damage_behind_entries(self) -> list[Damage]:
        """Return what is wrong with the manifest, its repair record, the directory and the end."""
        damages = []
        contents = (self.manifest_copy.packed, self.repair_record)
        for offset, member, content in zip(self.offsets[-3:-1], self.members[-2:], contents, strict=True):
            if not self._is_at(offset, local_header(member) + content):
                damages.append(Damage(f"'{member.name}' is damaged; no file is lost", ()))
        end = directory_and_end(self.members, hashlib.sha256(self.manifest_copy.content).hexdigest())
        if not self._is_at(self.offsets[-1], end) or self.size != self.offsets[-1] + len(end):
            damages.append(Damage("the directory at the end is damaged; no file is lost", ()))
        return damages

    def _is_at(self, offset: int, expected: bytes) -> bool:
        """Return whether the file has these bytes at an offset."""
        try:
            return FileRange(self.file, offset, len(expected)).content() == expected
        except ArchiveDamaged:
            return False
