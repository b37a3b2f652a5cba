"""Finding the manifest costs neither memory nor time, whatever a file claims."""

import io
import zlib
from pathlib import Path

import pytest

from pochade.archive.archive_reader import open_archive
from pochade.archive.container import locate_manifest as locate_manifest_module
from pochade.archive.container import zip_layout
from pochade.archive.container.locate_manifest import locate_manifest
from pochade.archive.container.manifest_json import MAX_MANIFEST_BYTES
from pochade.archive.container.parity_layout import HEAD, PARITY_NAME, SIGNATURE
from pochade.errors import ArchiveDamaged
from tests.support.archives import build_archive, entry_json, manifest_json, peak_memory, write_archive

TEXT = b"of paper and ink"


@pytest.mark.slow
def test_a_manifest_that_would_unpack_to_gigabytes_is_refused_first(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, wbits=-15)
    packed = b"".join(packer.compress(bytes(2**24)) for _ in range(20)) + packer.flush()
    for claimed in (1000, MAX_MANIFEST_BYTES + 1):
        copy = zip_layout.ZipMember(zip_layout.MANIFEST_NAME, 0, len(packed), claimed, zip_layout.METHOD_DEFLATED)
        path = write_archive(tmp_path, zip_layout.local_header(copy) + packed)

        def try_to_open(path: Path = path) -> None:
            with pytest.raises(ArchiveDamaged):
                open_archive(path)

        assert peak_memory(try_to_open) < 10_000_000


def test_a_cut_archive_is_told_from_a_file_that_is_none(tmp_path: Path) -> None:
    whole = build_archive(manifest_json(entry_json(TEXT)), TEXT)
    for length in range(4, whole.index(b"pochade/manifest.json") + 99, 7):
        why = f"it is cut off after {length:,} bytes, and the list of its files was at its end"
        with pytest.raises(ArchiveDamaged, match=why) as caught:
            locate_manifest(io.BytesIO(whole[:length]), length)
        assert "copy it once more" in caught.value.hint
    begin, end = whole.index(b"pochade/manifest.json") + 21, whole.rindex(b"pochade-archive-1")
    whole = whole[:begin] + bytes(end - begin) + whole[end:]
    with pytest.raises(ArchiveDamaged, match="the list of its files is damaged"):
        locate_manifest(io.BytesIO(whole), len(whole))
    for content, sentence in (
        (b"", "it is empty"),
        (b"GIF89a" + bytes(99), "isn't an archive"),
        (b"PK", "isn't an arch"),
    ):
        with pytest.raises(ArchiveDamaged, match=sentence):
            open_archive(write_archive(tmp_path, content))


def test_headers_that_claim_large_manifests_are_not_followed() -> None:
    claims = zip_layout.local_header(
        zip_layout.ZipMember(zip_layout.MANIFEST_NAME, 0, 2**27, 2**27, zip_layout.METHOD_DEFLATED)
    )
    short = zip_layout.local_header(
        zip_layout.ZipMember(zip_layout.MANIFEST_NAME, 0, 40_000, 40_000, zip_layout.METHOD_DEFLATED)
    )
    for content in (claims * 500, short * 500 + bytes(40_000)):
        file = CountingFile(content)
        with pytest.raises(ArchiveDamaged, match="isn't an archive"):
            locate_manifest(file, len(content))
        assert file.count < 30 * len(content)


@pytest.mark.parametrize("name", [zip_layout.MANIFEST_NAME, zip_layout.REPAIR_NAME, PARITY_NAME])
def test_no_more_is_read_than_a_manifest_can_have(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locate_manifest_module, "MAX_PACKED_BYTES", 10_000)
    size = 1_000_000  # of a file that may be sparse, and so as large as it likes
    method = zip_layout.METHOD_DEFLATED if name == zip_layout.MANIFEST_NAME else zip_layout.METHOD_STORED
    header = zip_layout.local_header(zip_layout.ZipMember(name, 0, size, 100, method))
    file = LargestRead(header + HEAD.pack(SIGNATURE, size, 100) + bytes(size))
    with pytest.raises(ArchiveDamaged):
        locate_manifest(file, len(file.getvalue()))
    assert file.largest < size, "only the search reads, in chunks"


class LargestRead(io.BytesIO):
    """A file that remembers the largest number of bytes that somebody wanted at once behind its first ones."""

    largest = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Read bytes."""
        if self.tell():
            self.largest = max(self.largest, size or 0)
        return super().read(size)


class CountingFile(io.BytesIO):
    """A file that counts the bytes that are read."""

    count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Read and count bytes."""
        content = super().read(size)
        self.count += len(content)
        return content
