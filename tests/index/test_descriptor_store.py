"""Descriptors are measured once, while a folder is learnt, or later for an index of an earlier version."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from pochade import Collection
from pochade.index.descriptor_schema import DESCRIPTOR_BYTES
from pochade.index.descriptor_store import open_descriptors
from tests.support.drawings import drawing
from tests.support.learnt_collection import (
    draw_stripes,
    forget_descriptors,
    read_descriptors,
)


def test_descriptors_of_a_deleted_index_are_not_used_for_a_new_one(collection: Collection, art: Path) -> None:
    collection.groups()
    collection.close()
    for path in (art / ".pochade").glob("index.sqlite*"):
        path.unlink()
    (art / "a first picture.png").write_bytes((art / "stripes" / "0.png").read_bytes())
    other = Path(shutil.copytree(art, art.parent / "other", ignore=shutil.ignore_patterns(".pochade")))
    descriptors = []
    for folder in (art, other):
        with Collection.open(folder) as reopened:
            reopened.learn(minutes=0)
            descriptors.append(read_descriptors(reopened)[np.argsort(reopened.index.contents())])
    assert len(list((art / ".pochade").glob("measured-*"))) == 1
    np.testing.assert_array_equal(descriptors[0], descriptors[1])


def test_learn_measures_all_descriptors(collection: Collection, art: Path) -> None:
    stages = list[str]()
    drawing(2).resize((90, 90)).save(art / "smaller still.png")  # a pair that wasn't compared yet
    collection.learn(minutes=0)
    collection.groups(lambda progress: stages.append(progress.stage))
    collection.families(report=lambda progress: stages.append(progress.stage))
    assert "describing" in stages
    assert "comparing edges" in stages
    assert "measuring" not in stages


@pytest.mark.slow
def test_an_index_without_descriptors_gives_the_same_answers(art: Path, tmp_path: Path) -> None:
    older, newer = (Path(shutil.copytree(art, tmp_path / name / "art")) for name in ("older", "newer"))
    forget_descriptors(older)
    answers = []
    for folder in (older, newer):
        draw_stripes(77).save(folder / "new.png")
        with Collection.open(folder) as opened:
            opened.learn(minutes=0)
            families, groups = opened.families(), opened.groups()
        answers.append(str((families, groups)).replace(str(folder), ""))
        assert not list(folder.glob(".pochade/traits-*"))
    times = r"datetime\.datetime\([^)]*\)"
    assert re.sub(times, "", answers[0]) == re.sub(times, "", answers[1])
    stored = [next(folder.glob(".pochade/measured-*")).read_bytes()[4096:] for folder in (older, newer)]
    assert stored[0] == stored[1]


def test_rows_of_an_interrupted_run_are_overwritten(collection: Collection, art: Path) -> None:
    stored, count = open_descriptors(collection.models), collection.index.row_count()
    stored.write(count, np.full((5, DESCRIPTOR_BYTES), 1, np.uint8))
    draw_stripes(77).save(art / "new.png")
    collection.learn(minutes=0)
    after = read_descriptors(collection)
    forget_descriptors(art)
    np.testing.assert_array_equal(read_descriptors(collection), after)


def test_a_missing_picture_is_measured_when_it_is_back(collection: Collection, art: Path, tmp_path: Path) -> None:
    forget_descriptors(art)
    (picture,) = (file for file in collection.pictures() if file.path.name == "drawing 2.png")
    next(collection.thumbnails.rglob(f"{picture.hash}.jpg")).unlink()
    picture.path.rename(tmp_path / "elsewhere.png")
    assert not read_descriptors(collection)[picture.row].any()
    assert collection.groups()
    assert len(collection.map()) == len(collection.pictures())
    (tmp_path / "elsewhere.png").rename(picture.path)
    assert read_descriptors(collection)[picture.row].any()
    assert len(list(collection.thumbnails.rglob(f"{picture.hash}.jpg"))) == 1
