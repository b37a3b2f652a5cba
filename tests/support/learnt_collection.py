"""A small learnt collection, made once per test session, and helpers that read its families and groups."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pochade import Collection
from pochade.analysis.arrays import Floats
from pochade.organise.family_model import Family
from pochade.organise.group_records import Group
from pochade.organise.point_features import compute_features
from tests.support.drawings import drawing, folder_of_art


def draw_stripes(seed: int) -> Image.Image:
    """Draw black lines on white, unlike any of the coloured drawings."""
    random = np.random.default_rng(seed)
    picture = Image.new("RGB", (160, 160), "white")
    pen = ImageDraw.Draw(picture)
    for place in random.integers(5, 155, 9).tolist():
        pen.line((place, 0, place + int(random.integers(-9, 9)), 160), fill="black", width=2)
    return picture


@pytest.fixture(scope="session")
def learnt_art(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A learnt folder with twenty drawings, copies of some of them, and twenty pictures of stripes; don't change it."""
    folder = folder_of_art(tmp_path_factory.mktemp("learnt") / "art", 20)
    (folder / "stripes").mkdir()
    for seed in range(20):
        draw_stripes(seed).save(folder / "stripes" / f"{seed}.png")
    shutil.copy(folder / "drawing 0.png", folder / "same file.png")
    drawing(0).save(folder / "same pixels.bmp")
    drawing(2).resize((120, 120)).save(folder / "smaller.jpg", quality=70)
    drawing(4).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / "mirrored.png")
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
        collection.families()  # so that pairs are compared once, and not again by each test
    return folder


@pytest.fixture
def art(learnt_art: Path, tmp_path: Path) -> Path:
    """A copy of the learnt folder that the test may change."""
    return Path(shutil.copytree(learnt_art, tmp_path / "art"))


@pytest.fixture
def collection(art: Path) -> Iterator[Collection]:
    """The collection of the copy."""
    with Collection.open(art) as opened:
        yield opened


def families_of_drawings(collection: Collection) -> list[Family]:
    """The families of the drawings only: which of the stripes are copies is open."""
    return [family for family in collection.families() if family.cover.parent.name != "stripes"]


def kinds_by_name(family: Family) -> dict[str, str]:
    """The kind of each file of a family except the cover."""
    return {member.path.name: member.kind for member in family.members[1:]}


def file_names(family: Family) -> set[str]:
    """The names of all files of a family."""
    return {member.path.name for member in family.members}


def with_subgroups(groups: Sequence[Group]) -> list[Group]:
    """Groups and all their subgroups."""
    return [inner for group in groups for inner in (group, *with_subgroups(group.groups))]


def purely_striped(groups: Sequence[Group]) -> list[set[bool]]:
    """For each group, whether its files are stripes: a set of one value for a group of one kind."""
    return [{path.parent.name == "stripes" for path in group.paths} for group in groups]


def read_descriptors(collection: Collection) -> Floats:
    """The style and outlines of every picture, by row."""
    features = compute_features(collection.models, collection.index.contents(), lambda _: None)
    return np.concatenate([features.style, features.outlines], 1)


def forget_descriptors(art: Path) -> None:
    """Turn an index into one of an earlier version, which had no descriptors of edges."""
    (measured,) = (art / ".pochade").glob("measured-*.u8")
    measured.replace(art / ".pochade" / f"traits-1-{measured.stem[-16:]}.f32")
