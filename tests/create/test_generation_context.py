"""The prior is cached until the pictures change, and groups are found by number, name or description."""

from pathlib import Path

import numpy as np
import pytest

from pochade import Collection
from pochade.create.generation_context import find_group
from pochade.errors import CheckpointDamaged, UsageError
from pochade.organise.group_records import Group
from tests.support.drawings import drawing
from tests.support.generator import LinearGenerator


@pytest.mark.slow
def test_the_prior_is_cached_until_pictures_are_added(folder: Path, generator: LinearGenerator) -> None:
    stages = list[str]()

    def imagine(collection: Collection) -> list[bytes]:
        stages.clear()
        created = collection.imagine(
            2, rough=True, painter=generator, report=lambda progress: stages.append(progress.stage)
        )
        return [picture.picture.tobytes() for picture in created]

    for fitted in (True, False):
        with Collection.open(folder) as collection:
            before = imagine(collection)
        assert ("fitting" in stages) is fitted
    for seed in range(90, 93):
        drawing(seed).save(folder / f"late {seed}.png")
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
        after = imagine(collection)
    assert "fitting" in stages
    assert before != after


def test_a_group_is_named_to_imagine_pictures_like_it(drawings: Collection, generator: LinearGenerator) -> None:
    with pytest.raises(UsageError, match="there is no group 'portraits'"):
        drawings.imagine(2, group="portraits", painter=generator)
    largest = drawings.groups()[0]
    drawings.rename_group(largest.number, "Shapes")
    if len(largest.paths) >= 20:
        assert len(drawings.imagine(2, group="shapes", painter=generator)) == 2
    else:
        with pytest.raises(UsageError, match=r"'Shapes' has \d+ pictures"):
            drawings.imagine(2, group="shapes", painter=generator)


def test_a_group_is_found_by_number_name_or_description_also_inside_others() -> None:
    inner = Group(3, "Ink", "black, few details", False, Path("a"), (Path("a"),), ())
    outer = Group(1, None, "mostly red", False, Path("b"), (Path("a"), Path("b")), (inner,))
    assert find_group("ink", [outer]) is inner
    assert find_group(3, [outer]) is inner
    assert find_group("Mostly red", [outer]) is outer
    numeric = Group(4, "3", "", False, Path("b"), (Path("a"), Path("b")), (inner,))
    assert find_group(3, [numeric]) is inner, "a number is no name"


def test_too_few_pictures_are_refused(folder: Path, generator: LinearGenerator) -> None:
    for path in sorted(folder.rglob("*.png"))[:5]:
        path.unlink()
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
        with pytest.raises(UsageError, match="19 pictures are too few") as caught:
            collection.imagine(1, painter=generator)
    assert "20" in caught.value.hint


def test_a_damaged_generator_is_reported(folder: Path) -> None:
    (folder / ".pochade" / "painter.safetensors").write_bytes(b"no model")
    with Collection.open(folder) as collection, pytest.raises(CheckpointDamaged, match=r"painter\.safetensors"):
        collection.imagine(1)


def test_cached_latents_are_those_of_the_pictures(drawings: Collection, generator: LinearGenerator) -> None:
    drawings.imagine(1, painter=generator)
    (cache,) = drawings.home.glob("paintings-linear12-*.f32")
    stored = np.frombuffer(cache.read_bytes()[4096:], "<f4").reshape(-1, 12)
    assert stored.shape == (24, 12)
    assert np.isfinite(stored).all()
