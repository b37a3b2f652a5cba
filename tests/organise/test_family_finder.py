"""Duplicates and versions are found, each with its kind."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pochade import Collection
from pochade.organise.family_builder import FamilyBuilder
from pochade.organise.family_finder import FamilyFinder
from pochade.organise.judged_relations import JudgedRelations
from pochade.organise.pair_relation import PairRelation
from pochade.organise.pixel_duplicates import PixelDuplicates
from pochade.system.progress import ignore_progress
from tests.support.drawings import drawing
from tests.support.learnt_collection import families_of_drawings, file_names, kinds_by_name
from tests.support.picture_records import picture_record


@pytest.mark.slow
def test_duplicates_are_found_with_their_kind(collection: Collection) -> None:
    families = families_of_drawings(collection)
    kinds = {family.cover.name: kinds_by_name(family) for family in families}
    exact = {"drawing 0.png", "same file.png", "same pixels.bmp"}
    exact_cover = next(cover for cover in kinds if cover in exact)
    assert kinds.pop(exact_cover) == dict.fromkeys(exact - {exact_cover}, "exact")
    assert kinds.pop("drawing 2.png") == {"smaller.jpg": "resave"}
    ((cover, mirrored_kinds),) = kinds.items()
    assert {cover, *mirrored_kinds} == {"drawing 4.png", "mirrored.png"}
    assert set(mirrored_kinds.values()) == {"edit"}
    preselected = {member.path.name for family in families for member in family.members if member.preselected}
    assert preselected == exact - {exact_cover} | {"smaller.jpg"}


@pytest.mark.slow
def test_a_drawing_with_one_part_changed_is_another_work_of_its_series(collection: Collection, art: Path) -> None:
    changed = drawing(6)
    ImageDraw.Draw(changed).ellipse((90, 90, 112, 108), fill=(255, 0, 200), outline="black", width=2)
    changed.save(art / "with a button.png")
    collection.learn(minutes=0)
    related = collection.families_and_series()
    assert not [family for family in related.families if {"with a button.png"} & file_names(family)]
    (series,) = [family for family in related.series if "with a button.png" in file_names(family)]
    assert file_names(series) == {"drawing 6.png", "with a button.png"}
    assert [member.kind for member in series.members[1:]] == ["variant"]
    assert not any(member.preselected for member in series.members)
    box = series.members[1].difference
    assert box is not None
    assert (box.x, box.y) == pytest.approx((90, 90), abs=10)


@pytest.mark.slow
def test_the_person_s_word_goes_before_what_was_measured(collection: Collection, art: Path) -> None:
    collection.set_verdict(art / "drawing 4.png", art / "mirrored.png", "different")
    collection.set_verdict(art / "drawing 2.png", art / "smaller.jpg", "keep")
    collection.set_verdict(art / "drawing 8.png", art / "drawing 10.png", "version")
    families = families_of_drawings(collection)
    assert not [family for family in families if "mirrored.png" in file_names(family)]
    (kept,) = [family for family in families if "smaller.jpg" in file_names(family)]
    assert not any(member.preselected for member in kept.members)
    (linked,) = [family for family in families if "drawing 8.png" in file_names(family)]
    assert [member.kind for member in linked.members[1:]] == ["version"]


@pytest.mark.slow
def test_folders_are_protected_and_preferred(collection: Collection, art: Path) -> None:
    (art / "exports").mkdir()
    (art / "smaller.jpg").rename(art / "exports" / "smaller.jpg")
    collection.learn(minutes=0)
    collection.set_folder_role("exports", "preferred")
    family = next(family for family in collection.families() if "smaller.jpg" in file_names(family))
    assert family.cover.name == "smaller.jpg"
    collection.set_folder_role("exports", "protected")
    family = next(family for family in collection.families() if "smaller.jpg" in file_names(family))
    assert family.cover.name == "drawing 2.png"
    assert not any(member.preselected for member in family.members)


def test_a_second_call_compares_no_pair_again(collection: Collection) -> None:
    first, stages = collection.families(), list[str]()
    assert collection.families(report=lambda progress: stages.append(progress.stage)) == first
    assert stages == []


@pytest.mark.slow
def test_noise_is_no_duplicate_of_other_noise(collection: Collection, art: Path) -> None:
    random = np.random.default_rng(0)
    for number in range(6):
        noise = Image.fromarray(random.integers(0, 256, (16, 16, 3), np.uint8)).resize((48, 48))
        noise.save(art / f"noise {number}.png")
    noise.resize((96, 96), Image.Resampling.BICUBIC).save(art / "noise again.jpg")
    collection.learn(minutes=0)
    families = [file_names(family) for family in collection.families()]
    assert [names for names in families if any("noise" in name for name in names)] == [
        {"noise 5.png", "noise again.jpg"}
    ]


@pytest.mark.slow
def test_families_with_new_pictures_are_the_same_in_a_second_call(collection: Collection, art: Path) -> None:
    for seed in (0, 2, 4):
        drawing(seed).convert("L").save(art / f"grey {seed}.png")
        drawing(seed).crop((30, 30, 190, 190)).save(art / f"cropped {seed}.png")
    collection.learn(minutes=0)
    assert collection.families() == collection.families()


class ChainProver:
    """A prover for which each picture is an edit of the next one only."""

    def __init__(self, pictures: int) -> None:
        self.numbers = np.arange(pictures)
        self.known = {(number, number + 1): PairRelation(edit=1.0) for number in range(pictures - 1)}

    def relations(self) -> dict[tuple[int, int], PairRelation]:
        return dict(self.known)

    def edge_maps(self, *_: Any) -> np.ndarray:
        return np.zeros((len(self.numbers), 32, 32), np.uint8)

    def prove(self, pairs: Any, *_: Any, **_options: Any) -> None:
        self.known |= {(min(pair), max(pair)): PairRelation() for pair in pairs.tolist()}


def test_a_long_chain_of_similar_pictures_is_divided_without_losing_any() -> None:
    chain = [picture_record(f"{number:02}", number=number, row=number, bytes=100 - number) for number in range(14)]
    prover: Any = ChainProver(14)
    files = {picture.number: [picture] for picture in chain}
    index: Any = SimpleNamespace(pixel_hashes=dict)
    relations = JudgedRelations(prover, PixelDuplicates(files, index), {})
    builder = FamilyBuilder(files, relations, Path(), {}, None)
    embeddings = np.eye(14, 64, dtype=np.float32)
    families = FamilyFinder(files, embeddings, relations, builder, ignore_progress).find().families
    names = sorted(member.path.name for family in families for member in family.members)
    assert names == [picture.path.name for picture in chain]
    assert len(families) > 1
