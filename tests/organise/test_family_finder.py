"""Duplicates and versions are found, each with its kind."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pochade import Collection
from pochade.organise.family_finder import FamilyFinder
from pochade.organise.pair_scoring import PairScore
from pochade.organise.pixel_duplicates import PixelDuplicates
from tests.support.drawings import drawing
from tests.support.learnt_collection import families_of_drawings, file_names, kinds_by_name
from tests.support.picture_records import picture_record


@pytest.mark.slow
def test_duplicates_are_found_with_their_kind(collection: Collection) -> None:
    kinds = {family.cover.name: kinds_by_name(family) for family in families_of_drawings(collection)}
    exact = {"drawing 0.png", "same file.png", "same pixels.bmp"}
    exact_cover = next(cover for cover in kinds if cover in exact)
    assert kinds.pop(exact_cover) == dict.fromkeys(exact - {exact_cover}, "exact")
    assert kinds.pop("drawing 2.png") == {"smaller.jpg": "near"}
    ((cover, mirrored_kinds),) = kinds.items()
    assert {cover, *mirrored_kinds} == {"drawing 4.png", "mirrored.png"}
    assert set(mirrored_kinds.values()) == {"near"}


def test_a_second_call_scores_no_pair_again(collection: Collection) -> None:
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


class ChainScorer:
    """A scorer for which each picture is a duplicate of the next one only."""

    def __init__(self, pictures: int) -> None:
        self.numbers = np.arange(pictures)
        self.scores = {(number, number + 1): PairScore(1.0, 0.0) for number in range(pictures - 1)}

    def stored_scores(self) -> dict[tuple[int, int], PairScore]:
        return dict(self.scores)

    def score(self, pairs: Any, *_: Any) -> None:
        self.scores |= {(min(pair), max(pair)): PairScore(0.0, 0.0) for pair in pairs.tolist()}


def test_a_long_chain_of_similar_pictures_is_divided_without_losing_any() -> None:
    chain = [picture_record(f"{number:02}", number=number, row=number, bytes=100 - number) for number in range(14)]
    scorer, files = ChainScorer(14), {picture.number: [picture] for picture in chain}
    duplicates = PixelDuplicates(files, SimpleNamespace(pixel_hashes=dict))  # type: ignore[arg-type]
    embeddings = np.eye(14, 64, dtype=np.float32)
    finder = FamilyFinder(files, embeddings, scorer, duplicates, lambda _: None)  # type: ignore[arg-type]
    families = finder.families(None)
    names = sorted(member.path.name for family in families for member in family.members)
    assert names == [picture.path.name for picture in chain]
    assert len(families) > 1
