"""The packs of a small set of pictures: split by hash, the same bytes on every machine, damaged files left out."""

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from experiments.pack import art_pack, crops_pack, scans_pack
from experiments.pack.art_pack import write_art
from experiments.pack.crops_pack import write_crops
from experiments.pack.pack_file import Pack, read_pack
from experiments.pack.scans_pack import write_scans
from experiments.recipes.shape_pictures import draw_shape_picture
from experiments.shared.openclipart import NEAR_BITS, file_digest, is_held_out
from experiments.shared.perceptual_hash import hash_distances
from pochade.images.codecs.round_trip import avif_round_trip
from pochade.images.geometry.letterbox import letterbox

DRAWINGS, PAINTINGS = 24, 12


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of drawings and a folder of packages; one file of each is damaged, one drawing is there twice."""
    root = tmp_path_factory.mktemp("sources")
    for name, numbers in (
        ("drawings/plants", range(DRAWINGS)),
        ("paintings/first", range(100, 100 + PAINTINGS)),
        ("paintings/second", range(200, 200 + PAINTINGS)),
    ):
        (root / name).mkdir(parents=True)
        for number in numbers:
            Image.fromarray(draw_shape_picture(number)).resize((200, 180)).save(root / name / f"{number}.png")
    shutil.copy(root / "drawings/plants/3.png", root / "drawings/plants/copy.png")
    shutil.copy(root / "drawings/plants/4.png", root / "paintings/first/copy.png")
    for folder in ("drawings/plants", "paintings/second"):
        content = (root / "drawings/plants/5.png").read_bytes()
        (root / folder / "damaged.png").write_bytes(content[: len(content) // 2])
    return root


@pytest.fixture(scope="module")
def art(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    path = tmp_path_factory.mktemp("packs") / "art.pack"
    write_art(path, sources / "drawings", sources / "paintings", processes=1)
    return read_pack(path)


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_every_picture_is_split_by_the_hash_of_its_file(art: Pack, sources: Path) -> None:
    folders = {"openclipart": sources / "drawings"}
    for name, held_out in zip(art.names, art.held_out.tolist(), strict=True):
        source, inside = name.split("/", 1)
        folder = folders.get(source, sources / "paintings" / source)
        assert held_out == is_held_out(file_digest(folder / inside))
    assert art.held_out.any()
    assert not art.held_out.all()


def test_pictures_near_each_other_are_on_one_side_of_the_split(art: Pack) -> None:
    greys = np.stack([letterbox(art.picture(row)).pixels.mean(2) for row in range(len(art))])
    sides = art.held_out.numpy()
    between = hash_distances(greys)[sides][:, ~sides]
    assert between.min() > NEAR_BITS - 4  # they were hashed at a larger size


def test_damaged_files_and_copies_are_left_out(art: Pack) -> None:
    assert not [name for name in art.names if "damaged" in name]
    assert "openclipart/plants/copy.png" not in art.names
    assert "first/copy.png" not in art.names
    assert len(art.names) == len(set(art.names)) > DRAWINGS


def test_grids_of_small_pictures_and_nearly_empty_ones_are_not_art() -> None:
    picture = draw_shape_picture(1)
    small = np.asarray(Image.fromarray(255 - picture).resize((48, 48)))
    cell = np.pad(small, [(8, 8), (8, 8), (0, 0)], constant_values=255)
    assert art_pack.shows_one_thing(picture)
    assert not art_pack.shows_one_thing(np.tile(cell, (3, 3, 1)))
    assert not art_pack.shows_one_thing(np.full((128, 128, 3), 200, np.uint8))
    assert not art_pack.shows_one_thing(picture[:20])


def test_pictures_are_as_large_as_they_are_trained_on(art: Pack) -> None:
    assert {max(pixels.shape) for pixels in art.pictures(range(len(art)))} == {art_pack.SIDE}


def test_art_is_the_same_whatever_the_order_of_files_and_the_number_of_processes(
    sources: Path, tmp_path: Path, art: Pack
) -> None:
    for path in sorted(sources.rglob("*.png"), reverse=True):
        target = tmp_path / "again" / path.relative_to(sources)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    for name, root, processes in (("one", sources, 1), ("two", tmp_path / "again", 2)):
        write_art(tmp_path / name, root / "drawings", root / "paintings", processes)
    assert digest_of(tmp_path / "one") == digest_of(tmp_path / "two")
    assert read_pack(tmp_path / "one").names == art.names


def test_crops_hold_clean_squares_and_their_encodings(
    sources: Path, art: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crops_pack, "SQUARES", 3)
    for name, processes in (("one", 1), ("two", 2)):
        write_crops(tmp_path / name, art, sources / "drawings", sources / "paintings", processes)
    assert digest_of(tmp_path / "one") == digest_of(tmp_path / "two")
    pack = read_pack(tmp_path / "one")
    assert pack.held_out.nonzero().flatten().tolist() == [0]
    assert {pixels.shape for pixels in pack.pictures(range(len(pack)))} == {(192, 192, 3)}
    rows, conditioning = pack.extra["avif_rows"].tolist(), pack.extra["avif_conditioning"].tolist()
    assert len(rows) == 3 * crops_pack.AVIFS_PER_SQUARE
    clean, decoded, quality = pack.picture(rows[4]), pack.encoded_picture("avif", 4), conditioning[4][0]
    assert any(np.array_equal(decoded, avif_round_trip(clean, quality, speed)) for speed in set(crops_pack.SPEEDS))


def test_previews_in_crops_are_as_small_as_their_conditioning_says(
    sources: Path, art: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crops_pack, "SQUARES", 2)
    write_crops(tmp_path / "crops", art, sources / "drawings", sources / "paintings", processes=1)
    pack = read_pack(tmp_path / "crops")
    for number, (_, reduction) in enumerate(pack.extra["preview_conditioning"].tolist()):
        side = len(pack.encoded_picture("preview", number))
        assert reduction == 100 - 100 * side // 192
        assert side < 160


def test_scans_hold_clean_patches_and_pages(
    sources: Path, art: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scans_pack, "PATCHES", 11)
    monkeypatch.setattr(scans_pack, "PAGES", 4)
    for name, processes in (("one", 1), ("two", 2)):
        write_scans(tmp_path / name, art, sources / "drawings", sources / "paintings", processes)
    assert digest_of(tmp_path / "one") == digest_of(tmp_path / "two")
    pack = read_pack(tmp_path / "one")
    shapes = [pixels.shape for pixels in pack.pictures(range(len(pack)))]
    assert shapes[:11] == [(256, 256, 3)] * 11
    assert {max(shape) for shape in shapes[11:]} == {320}
    assert pack.extra["is_page"].tolist() == [False] * 11 + [True] * 4
    assert pack.held_out.nonzero().flatten().tolist() == [0, 10, 11]
    assert 15 < float(pack.extra["dots_per_inch"].min()) <= 600
