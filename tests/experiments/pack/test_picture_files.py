"""The pictures of other hands: which files count as pictures, and in which order they are taken."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from experiments.pack.picture_files import PictureFile, list_pictures, order_by_hand, require_folder
from pochade.errors import DataMissing


def save_noise(path: Path, width: int, height: int, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


def named(*names: str) -> list[PictureFile]:
    return [PictureFile(Path(name), name, f"{number:064x}") for number, name in enumerate(names)]


def test_only_pictures_of_a_useful_size_are_listed_and_each_content_once(tmp_path: Path) -> None:
    save_noise(tmp_path / "game" / "portrait.png", 100, 120, 1)
    save_noise(tmp_path / "game" / "portrait-again.png", 100, 120, 1)
    save_noise(tmp_path / "game" / "tiny.png", 40, 40, 2)
    save_noise(tmp_path / "game" / "strip.png", 800, 60, 3)
    save_noise(tmp_path / "game" / "rock_normal.png", 100, 100, 4)
    (tmp_path / "game" / "broken.png").write_bytes(b"no picture")
    (tmp_path / "game" / "linked.png").symlink_to(tmp_path / "game" / "tiny.png")
    (tmp_path / "game" / "README").write_text("no picture")
    save_noise(tmp_path / ".fetch-1" / "unfinished.png", 100, 100, 5)
    assert [file.name for file in list_pictures(tmp_path, processes=1)] == ["game/portrait-again.png"]


def test_all_packages_and_folders_come_before_a_second_picture_of_one_folder() -> None:
    files = named("a/x/1", "a/x/2", "a/x/3", "a/y/4", "b/5")
    assert {file.folder for file in order_by_hand(files)[:3]} == {"a/x", "a/y", "b"}


def test_a_package_of_four_times_as_many_pictures_is_twice_as_often_among_the_first() -> None:
    files = named(*(f"large/{number}" for number in range(400)), *(f"small/{number}" for number in range(100)))
    first = order_by_hand(files)[:90]
    assert sum(file.package == "large" for file in first) == 60


def test_the_order_does_not_depend_on_the_order_of_the_file_system() -> None:
    files = named("a/x/1", "a/x/2", "a/y/3", "b/4", "b/5")
    assert order_by_hand(files[::-1]) == order_by_hand(files)


def test_missing_pictures_are_refused_with_the_command_that_gets_them(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match="there are no pictures") as caught:
        require_folder(tmp_path / "none", "make paintings")
    assert "make paintings" in caught.value.hint
