"""A pack gives back the pictures that were put into it, and the same pictures make the same bytes."""

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from experiments.pack import pack_file
from experiments.pack.crops_pack import encode_lossless
from experiments.pack.pack_file import PackEntry, join_blobs, read_pack, slice_blob, write_pack
from pochade.errors import DataDamaged, DataMissing


def noise(height: int, width: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


PICTURES = [noise(20, 30, 1), noise(40, 10, 2), noise(25, 25, 3)]
ENTRIES = [
    PackEntry(name, encode_lossless(pixels), held_out=name == "b", group=7)
    for name, pixels in zip("abc", PICTURES, strict=True)
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "small.pack"
    write_pack(path, "small", ENTRIES, {"dots_per_inch": torch.tensor([150.0, 300.0, 600.0])})
    return path


def test_a_pack_gives_back_what_was_put_into_it(path: Path) -> None:
    pack = read_pack(path)
    assert (pack.purpose, len(pack), pack.names) == ("small", 3, ["a", "b", "c"])
    assert pack.held_out.tolist() == [False, True, False]
    assert pack.groups.tolist() == [7, 7, 7]
    assert pack.extra["dots_per_inch"].tolist() == [150, 300, 600]
    assert all(np.array_equal(pack.picture(row), pixels) for row, pixels in enumerate(PICTURES))


@pytest.mark.parametrize("ahead", [1, 256])
def test_many_pictures_are_decoded_in_the_order_asked_for(
    path: Path, ahead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack_file, "PICTURES_AHEAD", ahead)
    first, second = read_pack(path).pictures([2, 0])
    assert np.array_equal(first, PICTURES[2])
    assert np.array_equal(second, PICTURES[0])


def test_a_row_that_is_not_there_is_refused(path: Path) -> None:
    with pytest.raises(IndexError):
        read_pack(path).picture(3)


def test_the_same_entries_make_the_same_bytes(path: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.pack"
    write_pack(again, "small", ENTRIES, {"dots_per_inch": torch.tensor([150.0, 300.0, 600.0])})
    assert again.read_bytes() == path.read_bytes()


def test_files_behind_each_other_are_found_again_even_empty_ones() -> None:
    contents = [b"first", b"", b"third"]
    blobs, ends = join_blobs(contents)
    assert [slice_blob(blobs, ends, number) for number in range(3)] == contents


def test_a_pack_that_is_too_large_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_file, "MAX_PACK_BYTES", 1_000)
    with pytest.raises(ValueError, match="1,000 are allowed"):
        write_pack(tmp_path / "large.pack", "large", ENTRIES)
    assert not list(tmp_path.iterdir())


def test_a_missing_pack_names_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match="there is no data pack") as caught:
        read_pack(tmp_path / "none.pack")
    assert "make packs" in caught.value.hint


@pytest.mark.parametrize("damage", ["cut short", "another format"])
def test_a_damaged_pack_is_refused_in_one_sentence(path: Path, damage: str) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:200] if damage == "cut short" else content.replace(b"pochade-pack-1", b"pochade-pack-9"))
    with pytest.raises(DataDamaged, match="can't be read as a data pack"):
        read_pack(path)


def test_a_lossy_picture_has_three_channels_even_if_it_is_grey(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("L", (12, 8), 90).save(buffer, "WEBP")
    write_pack(tmp_path / "grey.pack", "grey", [PackEntry("grey", buffer.getvalue(), held_out=False, group=0)])
    assert read_pack(tmp_path / "grey.pack").picture(0).shape == (8, 12, 3)
