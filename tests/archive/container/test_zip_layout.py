"""Large archives are valid ZIPs."""

import zipfile
from pathlib import Path

import pytest

from pochade.archive.container import zip_layout


def test_sizes_beyond_32_bits_use_zip64(tmp_path: Path) -> None:
    members = [zip_layout.ZipMember("pieces/a", 1, 2**32 - 1, 2**32 - 1), zip_layout.ZipMember("pieces/b", 2, 5, 5)]
    with (tmp_path / "large.zip").open("wb") as file:
        for member, place in zip(members, zip_layout.member_offsets(members), strict=False):
            file.seek(place)
            file.write(zip_layout.local_header(member))
        file.seek(zip_layout.member_offsets(members)[-1])
        file.write(zip_layout.directory_and_end(members, "0" * 64))
    with zipfile.ZipFile(tmp_path / "large.zip") as archive:
        assert [(entry.filename, entry.file_size, entry.header_offset) for entry in archive.infolist()] == [
            ("pieces/a", 2**32 - 1, 0),
            ("pieces/b", 5, zip_layout.member_offsets(members)[1]),
        ]
        with archive.open("pieces/a") as first:
            assert first.read(3) == bytes(3)


@pytest.mark.slow
def test_more_entries_than_16_bits_can_count_use_zip64(tmp_path: Path) -> None:
    members = [zip_layout.ZipMember(f"pieces/{number}", 0, 0, 0) for number in range(70_000)]
    content = b"".join(map(zip_layout.local_header, members)) + zip_layout.directory_and_end(members, "0" * 64)
    (tmp_path / "many.zip").write_bytes(content)
    with zipfile.ZipFile(tmp_path / "many.zip") as archive:
        assert len(archive.infolist()) == 70_000
