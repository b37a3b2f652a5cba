"""A collection put in order: families, groups, labels and a map, and what the person said of them stays."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sql
import torch
from PIL import Image, ImageDraw

from pochade import Collection
from pochade.errors import CollectionMissing, OutputUnwritable, UsageError
from pochade.index import descriptor_jobs
from pochade.index.descriptor_schema import BYTES
from pochade.index.descriptor_store import kept_in
from pochade.index.group_rows import Node, Tree
from pochade.index.organisation_store import keep_tree, tree_in
from pochade.index.pictures import Filter, PictureFile
from pochade.index.schema import PAIRS, PLACES, SCHEMA, SETTINGS
from pochade.models import PairModel, weights
from pochade.models.checkpoints import save_model
from pochade.organise.duplicate_script import write_script
from pochade.organise.family_finder import FamilyFinder
from pochade.organise.family_model import Family, cover
from pochade.organise.family_sheets import group_sheet, map_sheet
from pochade.organise.group_fitting import anew, grouped
from pochade.organise.group_tree import merge, pin, rename, split, word
from pochade.organise.pair_scoring import PairScore, pair_net
from pochade.organise.point_features import features
from pochade.organise.results import Group
from pochade.organise.sidecars import write_labels
from pochade.system import worker_pool
from pochade.system.progress import Progress
from pochade.system.worker_pool import started
from tests.support.drawings import drawing, folder_of_art


def stripes(seed: int) -> Image.Image:
    """Another kind of picture: black lines on white."""
    chance = np.random.default_rng(seed)
    picture = Image.new("RGB", (160, 160), "white")
    pen = ImageDraw.Draw(picture)
    for place in chance.integers(5, 155, 9).tolist():
        pen.line((place, 0, place + int(chance.integers(-9, 9)), 160), fill="black", width=2)
    return picture


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty drawings, copies of some of them, and twenty pictures of stripes."""
    folder = folder_of_art(tmp_path_factory.mktemp("order") / "art", 20)
    (folder / "stripes").mkdir()
    for seed in range(20):
        stripes(seed).save(folder / "stripes" / f"{seed}.png")
    shutil.copy(folder / "drawing 0.png", folder / "same file.png")
    drawing(0).save(folder / "same pixels.bmp")
    drawing(2).resize((120, 120)).save(folder / "smaller.jpg", quality=70)
    drawing(4).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / "mirrored.png")
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
    return folder


@pytest.fixture
def art(learnt: Path, tmp_path: Path) -> Path:
    """A copy of that folder, to change."""
    return Path(shutil.copytree(learnt, tmp_path / "art"))


@pytest.fixture
def collection(art: Path) -> Iterator[Collection]:
    """The collection of that copy."""
    with Collection.open(art) as opened:
        yield opened


def of_drawings(collection: Collection) -> list[Family]:
    """The families of the drawings; of stripes nobody can tell which is a copy of which."""
    return [family for family in collection.families() if family.cover.parent.name != "stripes"]


def named(family: Family) -> dict[str, str]:
    """The kind of each file of a family, the cover apart."""
    return {member.path.name: member.kind for member in family.members[1:]}


def names(family: Family) -> set[str]:
    """The names of all files of a family."""
    return {member.path.name for member in family.members}


# Families ------------------------------------------------------------------------------------------------------------


def test_copies_are_found_and_said_to_be_what_they_are(collection: Collection) -> None:
    found = {family.cover.name: named(family) for family in of_drawings(collection)}
    exact = {"drawing 0.png", "same file.png", "same pixels.bmp"}
    first = next(cover for cover in found if cover in exact)
    assert found.pop(first) == dict.fromkeys(exact - {first}, "exact")
    assert found.pop("drawing 2.png") == {"smaller.jpg": "near"}
    (cover, others), *rest = found.items()
    assert {cover, *others} == {"drawing 4.png", "mirrored.png"}
    assert set(others.values()) == {"near"}
    assert rest == []


def test_a_second_call_looks_at_nothing_again(collection: Collection) -> None:
    first, stages = collection.families(), list[str]()
    assert collection.families(report=lambda progress: stages.append(progress.stage)) == first
    assert stages == []


@pytest.fixture
def other_judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Pochade that is shipped with another net for pairs, to which no two pieces are of one work."""
    shipped = Path(shutil.copytree(weights.FOLDER, tmp_path / "weights"))
    net = PairModel()
    with torch.no_grad():
        for weight in net.parameters():
            weight.zero_()
        net.state_dict()["layers.4.bias"].copy_(torch.tensor([9.0, 0.0, 0.0]))
    save_model(shipped / weights.PAIRS, net)
    monkeypatch.setattr(weights, "FOLDER", shipped)
    pair_net.cache_clear()
    yield
    pair_net.cache_clear()


def test_noise_is_no_copy_of_other_noise(collection: Collection, art: Path) -> None:
    chance = np.random.default_rng(0)
    for number in range(6):
        noise = Image.fromarray(chance.integers(0, 256, (16, 16, 3), np.uint8)).resize((48, 48))
        noise.save(art / f"noise {number}.png")
    noise.resize((96, 96), Image.Resampling.BICUBIC).save(art / "noise again.jpg")
    collection.learn(minutes=0)
    found = [names(family) for family in collection.families()]
    assert [each for each in found if any("noise" in name for name in each)] == [{"noise 5.png", "noise again.jpg"}]


def test_a_piece_whose_thumbnail_is_gone_is_compared_all_the_same(collection: Collection, art: Path) -> None:
    shutil.rmtree(art / ".pochade" / "thumbnails")
    assert any("mirrored.png" in names(family) for family in collection.families())


def test_verdicts_of_another_net_are_not_taken_for_those_of_this_one(
    collection: Collection, request: pytest.FixtureRequest
) -> None:
    stages = list[str]()
    assert any("mirrored.png" in names(family) for family in collection.families())
    request.getfixturevalue("other_judge")
    after = collection.families(report=lambda progress: stages.append(progress.stage))
    assert "comparing" in stages
    assert after
    assert not any("mirrored.png" in names(family) for family in after)
    stages.clear()
    assert collection.families(report=lambda progress: stages.append(progress.stage)) == after
    assert "comparing" not in stages


def test_an_index_that_does_not_say_who_judged_is_judged_once_more(collection: Collection) -> None:
    before, stages = collection.families(), list[str]()
    with collection.index.writing() as connection:
        connection.execute(sql.delete(SETTINGS).where(SETTINGS.c.name == "pairs"))
        connection.execute(sql.update(PAIRS).values(near=0.0, version=0.0))
    assert collection.families(report=lambda progress: stages.append(progress.stage)) == before
    assert "comparing" in stages
    stages.clear()
    assert collection.families(report=lambda progress: stages.append(progress.stage)) == before
    assert "comparing" not in stages


def test_the_rule_decides_which_file_stays(collection: Collection, art: Path) -> None:
    (art / "smaller.jpg").touch()
    collection.learn(minutes=0)
    by_size = next(family for family in collection.families() if "smaller.jpg" in {m.path.name for m in family.members})
    by_time = next(
        family for family in collection.families("latest") if "smaller.jpg" in {m.path.name for m in family.members}
    )
    assert (by_size.cover.name, by_size.reason) == ("drawing 2.png", "the largest")
    assert (by_time.cover.name, by_time.reason) == ("smaller.jpg", "the latest")
    with pytest.raises(UsageError, match="no rule"):
        collection.families("smallest")


def piece(name: str, **known: Any) -> PictureFile:
    """A piece of which only something counts."""
    usual = {"format": "PNG", "width": 100, "height": 100, "colour": "red", "modified": datetime(2026, 1, 1)}
    values = {
        "path": Path(name), "hash": name, "depth": 8, "has_alpha": False, "frames": 1, "bytes": 1, "notes": (),
        "number": 1, "row": 0, **usual, **known,
    }  # fmt: skip
    return PictureFile(**values)


@pytest.mark.parametrize(
    ("better", "reason"),
    [
        ({"width": 200}, "the largest"),
        ({"format": "KRA"}, "keeps its layers"),
        ({}, "in colour"),
        ({"colour": "grey", "modified": datetime(2026, 2, 1)}, "the latest"),
    ],
)
def test_the_cover_is_the_better_file_and_says_why(better: dict[str, Any], reason: str) -> None:
    assert cover([piece("a", colour="grey"), piece("b", **better)]) == (piece("b", **better), reason)


def test_of_files_that_are_all_alike_the_shortest_path_is_the_cover() -> None:
    chosen, reason = cover([piece("copy of a"), piece("a")])
    assert (chosen.path.name, reason) == ("a", "all are alike")


class SaysOnlyNeighboursAreAlike:
    """A judge who calls each piece a copy of the next one, and of no other."""

    def __init__(self, pieces: int) -> None:
        self.numbers = np.arange(pieces)
        self.said = {(number, number + 1): PairScore(1.0, 0.0) for number in range(pieces - 1)}

    def known(self) -> dict[tuple[int, int], PairScore]:
        return dict(self.said)

    def judge(self, pairs: Any, *_: Any) -> None:
        self.said |= {(min(pair), max(pair)): PairScore(0.0, 0.0) for pair in pairs.tolist()}


def test_a_long_chain_of_likenesses_comes_apart_without_losing_a_piece() -> None:
    chain = [piece(f"{number:02}", number=number, row=number, bytes=100 - number) for number in range(14)]
    judge, index = SaysOnlyNeighboursAreAlike(14), SimpleNamespace(pixels=dict)
    looks = np.eye(14, 64, dtype=np.float32)
    told = FamilyFinder(chain, looks, judge, index, lambda _: None).families(None)  # type: ignore[arg-type]
    assert sorted(member.path.name for family in told for member in family.members) == [
        each.path.name for each in chain
    ]
    assert len(told) > 1


def test_the_script_sets_copies_aside_when_the_person_runs_it_and_not_before(
    collection: Collection, art: Path, tmp_path: Path
) -> None:
    strange = "it's $(touch owned)\n; touch owned 'too'"
    shutil.copy(art / "drawing 6.png", art / f"{strange}.png")
    drawing(8).resize((110, 110)).save(art / f"{strange}.jpg")
    collection.learn(minutes=0)
    before = sorted(art.rglob("*.*"))
    moved = write_script(of_drawings(collection), art, tmp_path / "aside.sh")
    assert sorted(art.rglob("*.*")) == before
    subprocess.run([tmp_path / "aside.sh"], check=True, cwd=tmp_path)
    aside = [path for path in (tmp_path / "art - set aside").rglob("*") if path.is_file()]
    assert sorted(path.suffix for path in aside) == [".png", ".png"]  # the bitmap has other bytes
    assert moved == 2
    assert not list(tmp_path.rglob("owned*"))
    assert (art / "smaller.jpg").exists()
    assert "smaller.jpg" in (tmp_path / "aside.sh").read_text()
    subprocess.run([tmp_path / "aside.sh"], check=True, cwd=tmp_path)  # again: nothing is left to do
    assert collection.learn(minutes=0).gone == 2


def test_the_script_looks_again_before_it_moves(collection: Collection, art: Path, tmp_path: Path) -> None:
    (art / "link.png").symlink_to("drawing 8.png")
    collection.learn(minutes=0)
    write_script(of_drawings(collection), art, tmp_path / "aside.sh")
    (art / "same file.png").write_bytes((art / "drawing 6.png").read_bytes())  # painted over since
    subprocess.run([tmp_path / "aside.sh"], check=True, cwd=tmp_path)
    assert not list(tmp_path.glob("art - set aside/*"))
    assert (art / "link.png").exists()


def test_an_animation_is_no_exact_copy_of_its_first_frame(collection: Collection, art: Path) -> None:
    frames = [drawing(6), drawing(7)]
    frames[0].save(art / "moving.png", save_all=True, append_images=frames[1:])
    collection.learn(minutes=0)
    kinds = {name: kind for family in of_drawings(collection) for name, kind in named(family).items()}
    covers = {family.cover.name for family in of_drawings(collection)}
    assert {"moving.png", "drawing 6.png"} & covers
    assert kinds.get("moving.png", kinds.get("drawing 6.png")) == "near"


def test_families_are_the_same_when_asked_again(collection: Collection, art: Path) -> None:
    for seed in (0, 2, 4):
        drawing(seed).convert("L").save(art / f"grey {seed}.png")
        drawing(seed).crop((30, 30, 190, 190)).save(art / f"cropped {seed}.png")
    collection.learn(minutes=0)
    assert collection.families() == collection.families()


def test_the_script_takes_no_file_of_the_persons(collection: Collection, art: Path) -> None:
    mine = art / "todo.sh"
    mine.write_text("#!/bin/sh\necho mine\n")
    with pytest.raises(OutputUnwritable, match="there already"):
        write_script(collection.families(), art, mine)
    assert "echo mine" in mine.read_text()


def test_an_index_of_the_first_schema_is_led_to_this_one(collection: Collection, art: Path) -> None:
    collection.close()
    engine = sql.create_engine(f"sqlite:///{art / '.pochade' / 'index.sqlite'}")
    with engine.begin() as connection:
        for table in ("places", "grouped", "groups", "pairs"):
            connection.execute(sql.text(f"DROP TABLE {table}"))
        connection.execute(sql.text("ALTER TABLE pieces DROP COLUMN pixels"))
        connection.execute(sql.text("ALTER TABLE labels DROP COLUMN refused"))
        connection.execute(sql.text("INSERT INTO labels (piece, label) SELECT id, 'old' FROM pieces WHERE row = 0"))
        connection.execute(sql.text("UPDATE settings SET value = '1' WHERE name = 'schema'"))
    engine.dispose()
    with Collection.open(art) as again:
        assert len(of_drawings(again)) == 3
        assert again.labels() == {"old": 1}
        with again.index.reading() as connection:
            assert connection.scalar(sql.text("SELECT value FROM settings WHERE name = 'schema'")) == str(SCHEMA)


# Groups --------------------------------------------------------------------------------------------------------------


def every(groups: list[Group] | tuple[Group, ...]) -> list[Group]:
    """Groups and all groups in them."""
    return [each for group in groups for each in (group, *every(group.groups))]


def test_groups_hold_what_looks_alike_and_say_what_it_is(collection: Collection) -> None:
    groups = every(collection.groups())
    striped = [{path.parent.name == "stripes" for path in group.paths} for group in groups]
    assert sum(len(kinds) == 1 for kinds in striped) >= len(groups) * 0.7
    assert all(group.description and group.cover in group.paths for group in groups)
    lines = next(group for group, kinds in zip(groups, striped, strict=True) if kinds == {True})
    assert "line art" in lines.description


def test_asking_again_gives_the_same_groups(collection: Collection) -> None:
    assert collection.groups() == collection.groups()


def test_a_few_new_pieces_join_and_move_nobody(collection: Collection, art: Path) -> None:
    before = {path: group.number for group in every(collection.groups()) for path in group.paths}
    stripes(99).save(art / "stripes" / "new.png")
    collection.learn(minutes=0)
    after = {path: group.number for group in every(collection.groups()) for path in group.paths}
    assert {path: after[path] for path in before} == before


def test_what_the_person_said_of_groups_stands_when_the_others_are_made_anew(collection: Collection, art: Path) -> None:
    largest = collection.groups()[0]
    collection.rename_group(largest.number, "mine")
    odd = next(piece.path for piece in collection.pieces() if piece.path not in largest.paths)
    collection.pin([odd], largest.number)
    for seed in range(100, 130):
        stripes(seed).save(art / f"more {seed}.png")
    collection.learn(minutes=0)
    again = next(group for group in collection.groups() if group.number == largest.number)
    assert again.name == "mine"
    assert {*largest.paths, odd} <= set(again.paths)


def test_a_group_or_a_file_that_is_not_there_is_said(collection: Collection, tmp_path: Path) -> None:
    collection.groups()
    with pytest.raises(UsageError, match="no group 999"):
        collection.rename_group(999, "nothing")
    with pytest.raises(UsageError, match="not known"):
        collection.pin([tmp_path / "elsewhere.png"], 1)


def tree() -> Tree:
    """One group in which there are two, and another beside it."""
    nodes = {1: Node(1, None), 2: Node(2, 1), 3: Node(3, 1), 4: Node(4, None)}
    return Tree(nodes, {10: 2, 11: 2, 12: 3, 13: 3, 14: 4, 15: 4, 16: 1, 17: None})


def test_merging_puts_all_of_one_group_into_the_other() -> None:
    changed = tree()
    merge(changed, 4, 1)
    assert sorted(changed.pieces(4)) == [10, 11, 12, 13, 14, 15, 16]
    assert changed.nodes[4].kept
    with pytest.raises(UsageError, match="lies in the other"):
        merge(changed, 4, 2)


def test_splitting_puts_the_parts_in_the_groups_place_and_loses_no_piece() -> None:
    changed = tree()
    split(changed, 1, {})
    assert [node.id for node in changed.children(None)] == [2, 3, 4]
    assert set(changed.homes) == set(tree().homes)
    whole = Tree({1: Node(1, None)}, dict.fromkeys(range(8), 1))
    split(whole, 1, {number: np.array([number > 3, 0.1 * number], np.float32) for number in range(8)})
    assert sorted(sorted(whole.pieces(node.id)) for node in whole.children(None)) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    with pytest.raises(UsageError, match="too small"):
        split(whole, whole.children(None)[0].id, {})


@pytest.mark.parametrize("name", ["  ", "two\nlines", "caf\udce9", "x" * 300])
def test_a_group_needs_a_name_with_letters(name: str) -> None:
    with pytest.raises(UsageError, match="letters"):
        rename(tree(), 1, name)


def test_growing_in_small_steps_ends_in_new_groups() -> None:
    points = clumps(100)
    order = np.random.default_rng(0).permutation(300)
    found = grouped(Tree(), order[:60], points[order[:60]])
    before = set(found.nodes)
    for count in range(66, 301, 6):
        found = grouped(found, order[:count], points[order[:count]])
    assert not before & set(found.nodes)
    assert found.made > 200


def test_where_all_pieces_are_others_they_are_grouped_anew() -> None:
    points = clumps(30)
    first = grouped(Tree(), np.arange(len(points)), points)
    then = grouped(first, np.arange(1000, 1000 + len(points)), points)
    assert then.nodes
    assert sum(home is not None for piece, home in then.homes.items() if piece >= 1000) > len(points) // 2


@pytest.mark.parametrize(
    "name",
    [
        "\u6771\u4eac\u3000\u5854",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\U0001f469\u200d\U0001f3a8",
        "\u00e0\u00a0voir",
    ],
)
def test_words_of_any_language_are_labels(name: str) -> None:
    assert word(f" {name} ") == name


@pytest.mark.parametrize("name", ["two\nlines", "\x1b[31m", "\ud800", "x" * 257])
def test_what_is_no_word_is_no_label(name: str) -> None:
    with pytest.raises(UsageError, match="letters"):
        word(name)


def test_new_pieces_join_a_named_group_when_the_others_are_made_anew() -> None:
    points = clumps(100)
    early = np.concatenate([np.arange(40) + 100 * clump for clump in range(3)])
    found = grouped(Tree(), early, points[early])
    for node in found.children(None):
        rename(found, node.id, f"kind {node.id}")
    kept = {node.id for node in found.children(None)}
    then = grouped(found, np.arange(300), points)
    assert sum(len(then.pieces(number)) for number in kept) > 270


def test_two_who_change_groups_at_once_lose_nothing(collection: Collection) -> None:
    number = collection.groups()[0].number
    before, tree = tree_in(collection.index), tree_in(collection.index)
    rename(tree, number, "late")
    collection.rename_group(number, "first")
    with pytest.raises(UsageError, match="at the same time"):
        keep_tree(collection.index, before, tree)
    assert collection.groups()[0].name == "first"


def clumps(count: int, seed: int = 0) -> np.ndarray:
    """Points (3 * count, 8) in three clumps far from each other."""
    chance = np.random.default_rng(seed)
    return np.concatenate([chance.normal(10 * np.eye(8)[clump], 0.5, (count, 8)) for clump in range(3)]).astype("f4")


def test_clumps_become_groups_and_a_stray_point_stays_alone() -> None:
    points = np.concatenate([clumps(60), np.full((1, 8), 80, np.float32)])
    found = grouped(Tree(), np.arange(len(points)), points)
    top = [set(found.pieces(node.id)) for node in found.children(None)]
    for clump in range(3):
        inside = set(range(60 * clump, 60 * clump + 60))
        assert all(not group & inside or group <= inside for group in top)
    assert found.homes[180] is None


def test_one_new_piece_in_a_hundred_moves_no_other() -> None:
    points = clumps(100)
    first = grouped(Tree(), np.arange(297), points[:297])
    then = grouped(first, np.arange(300), points)
    assert {piece: then.homes[piece] for piece in first.homes} == first.homes
    assert then.homes[299] in {then.homes[piece] for piece in range(200, 297)}


def test_a_new_grouping_uses_no_number_twice() -> None:
    first = grouped(Tree(), np.arange(90), clumps(30))
    merge(first, *[node.id for node in first.children(None)][:2])
    again = anew(first, np.arange(90), clumps(30))
    kept = {node.id for node in first.nodes.values() if node.kept}
    fresh = set(again.nodes) - set().union(*(first.below(number) for number in kept))
    assert not fresh & set(first.nodes)


@pytest.mark.parametrize("count", [0, 1, 2, 5, 29])
def test_few_pieces_are_one_group_or_none(count: int) -> None:
    found = grouped(Tree(), np.arange(count), np.random.default_rng(0).normal(size=(count, 8)).astype("f4"))
    assert len(found.nodes) == (count >= 3)


def test_pinned_pieces_are_remembered() -> None:
    changed = tree()
    pin(changed, [17], 4)
    assert changed.homes[17] == 4
    assert changed.pinned == {17}


def test_what_was_measured_for_a_deleted_index_is_not_taken_for_a_new_one(collection: Collection, art: Path) -> None:
    collection.groups()
    collection.close()
    for path in (art / ".pochade").glob("index.sqlite*"):
        path.unlink()
    (art / "a first piece.png").write_bytes((art / "stripes" / "0.png").read_bytes())
    with Collection.open(art) as again:
        again.learn(minutes=0)
        mixed = [{path.parent.name == "stripes" for path in group.paths} for group in every(again.groups())]
        assert sum(len(kinds) == 1 for kinds in mixed) >= len(mixed) * 0.7
        assert len(list((art / ".pochade").glob("measured-*"))) == 1


def numbers(collection: Collection) -> np.ndarray[Any, Any]:
    """The traits and the plan of every piece, by row."""
    known = features(collection.in_use, collection.index.contents(), lambda _: None)
    return np.concatenate([known.traits, known.plans], 1)


def forget_numbers(art: Path) -> None:
    """Make it an index of a Pochade that measured traits when they were first asked for, and had none of edges."""
    (measured,) = (art / ".pochade").glob("measured-*.u8")
    measured.replace(art / ".pochade" / f"traits-1-{measured.stem[-16:]}.f32")


def test_learning_measures_what_is_asked_for_later(collection: Collection) -> None:
    stages = list[str]()
    collection.groups(lambda progress: stages.append(progress.stage))
    collection.families(report=lambda progress: stages.append(progress.stage))
    assert "describing" in stages
    assert "comparing edges" in stages
    assert "measuring" not in stages


def test_an_index_without_numbers_answers_as_one_that_has_them(art: Path, tmp_path: Path) -> None:
    older, newer = (Path(shutil.copytree(art, tmp_path / name / "art")) for name in ("older", "newer"))
    forget_numbers(older)
    told = []
    for folder in (older, newer):
        stripes(77).save(folder / "new.png")
        with Collection.open(folder) as each:
            each.learn(minutes=0)
            families, groups = each.families(), each.groups()
        told.append(str((families, groups)).replace(str(folder), ""))
        assert not list(folder.glob(".pochade/traits-*"))
    names = r"datetime\.datetime\([^)]*\)"
    assert re.sub(names, "", told[0]) == re.sub(names, "", told[1])
    kept = [next(folder.glob(".pochade/measured-*")).read_bytes()[4096:] for folder in (older, newer)]
    assert kept[0] == kept[1]


def test_numbers_that_a_run_left_behind_are_written_over(collection: Collection, art: Path) -> None:
    kept, count = kept_in(collection.in_use), collection.index.rows_used()
    kept.write(count, np.full((5, BYTES), 1, np.uint8))
    stripes(77).save(art / "new.png")
    collection.learn(minutes=0)
    after = numbers(collection)
    forget_numbers(art)
    np.testing.assert_array_equal(numbers(collection), after)


def test_processes_measure_what_this_process_would(
    collection: Collection, art: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = numbers(collection)
    forget_numbers(art)
    monkeypatch.setattr(descriptor_jobs, "FEW", 0)
    monkeypatch.setattr(descriptor_jobs, "BATCH", 3)
    np.testing.assert_array_equal(numbers(collection), alone)


def test_a_process_that_measures_loads_no_torch() -> None:
    code = "import sys, pochade.system.worker_main; sys.exit('torch' in sys.modules or 'sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_process_that_died_while_it_measured_stops_nothing(
    collection: Collection, art: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_numbers(art)

    class Deadly(descriptor_jobs.Measuring):
        def __reduce__(self) -> tuple[object, tuple[int]]:
            return os._exit, (3,)

    monkeypatch.setattr(descriptor_jobs, "FEW", 0)
    monkeypatch.setattr(descriptor_jobs, "Measuring", Deadly)
    assert numbers(collection).any(1).all()


def test_no_process_is_left_behind_when_measuring_is_interrupted(
    collection: Collection, art: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_numbers(art)
    children: list[subprocess.Popen[bytes]] = []

    def counted() -> "subprocess.Popen[bytes]":
        children.append(started())
        return children[-1]

    def interrupted(_: Progress) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(worker_pool, "started", counted)
    monkeypatch.setattr(descriptor_jobs, "FEW", 0)
    monkeypatch.setattr(descriptor_jobs, "BATCH", 3)
    with pytest.raises(KeyboardInterrupt):
        features(collection.in_use, collection.index.contents(), interrupted)
    assert children
    assert all(child.returncode is not None for child in children)
    assert numbers(collection).any(1).all()


def test_a_piece_of_which_nothing_is_left_harms_nothing_and_is_measured_when_it_is_back(
    collection: Collection, art: Path, tmp_path: Path
) -> None:
    forget_numbers(art)
    (piece,) = (piece for piece in collection.pieces() if piece.path.name == "drawing 2.png")
    next(collection.thumbnails.rglob(f"{piece.hash}.jpg")).unlink()
    piece.path.rename(tmp_path / "elsewhere.png")
    assert not numbers(collection)[piece.row].any()
    assert collection.groups()
    assert len(collection.map()) == len(collection.pieces())
    (tmp_path / "elsewhere.png").rename(piece.path)
    assert numbers(collection)[piece.row].any()
    assert len(list(collection.thumbnails.rglob(f"{piece.hash}.jpg"))) == 1


# Labels --------------------------------------------------------------------------------------------------------------


def test_a_label_spreads_to_what_looks_alike(collection: Collection, art: Path) -> None:
    examples = [art / "stripes" / f"{number}.png" for number in range(6)]
    collection.teach("stripes", examples, refused=[art / "drawing 8.png"])
    found = collection.suggest("stripes", 14)
    assert sum(each.path.parent.name == "stripes" for each in found.likely) >= 12
    assert not {each.path for each in (*found.likely, *found.ask)} & {*examples, art / "drawing 8.png"}
    assert collection.labels() == {"stripes": 6}


def test_an_answer_can_be_taken_back(collection: Collection, art: Path) -> None:
    collection.teach("mine", [art / "drawing 0.png"])
    collection.teach("mine", [], refused=[art / "drawing 0.png"])
    assert collection.labels() == {}
    with pytest.raises(UsageError, match="no piece has the label"):
        collection.suggest("mine")


def test_one_file_cannot_be_both(collection: Collection, art: Path) -> None:
    with pytest.raises(UsageError, match=r"drawing 0\.png.*having"):
        collection.teach("mine", [art / "drawing 0.png"], refused=[art / "drawing 0.png"])
    with pytest.raises(UsageError, match="letters"):
        collection.teach(" ", [art / "drawing 0.png"])


def test_labels_travel_in_sidecars_and_only_when_asked(collection: Collection, art: Path, tmp_path: Path) -> None:
    collection.teach("harbours", [art / "drawing 0.png", art / "drawing 2.png"])
    assert not list(art.rglob("*.xmp"))
    assert collection.write_sidecars() == []
    assert {path.name for path in art.rglob("*.xmp")} >= {"drawing 0.png.xmp", "drawing 2.png.xmp"}
    moved = shutil.copytree(art, tmp_path / "moved", ignore=shutil.ignore_patterns(".pochade"))
    with Collection.open(moved) as other:
        other.learn(minutes=0)
        assert other.labels() == {}
        assert other.read_sidecars() == []
        assert other.labels() == {"harbours": 2}


def test_one_label_that_cannot_be_taken_over_costs_no_other(collection: Collection, art: Path) -> None:
    write_labels(art / "drawing 0.png", ["harbours", "x" * 300], [])
    (sentence,) = collection.read_sidecars()
    assert "drawing 0.png" in sentence
    assert "xxx" in sentence
    assert collection.labels() == {"harbours": 1}
    found = collection.find(art / "drawing 0.png", among=Filter(label=" harbours "))
    assert {match.path.name for match in found} == {"drawing 0.png", "same file.png"}


def test_groups_so_far_are_as_they_were(collection: Collection, art: Path) -> None:
    def members(groups: list[Group]) -> dict[int, set[Path]]:
        return {group.number: set(group.paths) for group in every(groups)}

    before = members(collection.groups_so_far())
    assert before == members(collection.groups())
    for number in range(30):
        stripes(700 + number).save(art / f"late {number}.png")
    collection.learn(minutes=0)
    assert members(collection.groups_so_far()) == before
    assert members(collection.groups()) != before


def test_a_sheet_shows_an_empty_cell_for_what_was_forgotten_meanwhile(collection: Collection, tmp_path: Path) -> None:
    group_sheet(collection.groups(), 1, [], collection.thumbnails, tmp_path / "groups.png")
    map_sheet(collection.map(), collection.groups(), [], collection.thumbnails, tmp_path / "map.png")
    assert (tmp_path / "map.png").exists()


def test_sheets_that_pochade_drew_are_no_art(collection: Collection, art: Path) -> None:
    group_sheet(collection.groups(), 1, collection.pieces(), collection.thumbnails, art / "groups.png")
    learnt = collection.learn(minutes=0)
    assert [(problem.path.name, problem.reason) for problem in learnt.problems if "sheet" in problem.reason] == [
        ("groups.png", "'groups.png' is a sheet that Pochade drew")
    ]


@pytest.mark.parametrize("minutes", [float("nan"), float("inf")])
def test_minutes_are_a_number(collection: Collection, minutes: float) -> None:
    with pytest.raises(UsageError, match="can't be trained"):
        collection.learn(minutes)


def test_a_folder_whose_name_is_too_long_is_no_folder() -> None:
    with pytest.raises(CollectionMissing, match="is no folder"):
        Collection.open("x" * 300)


def test_an_index_that_may_not_be_looked_at_is_said_to_be(art: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    with Collection.open(art) as other, monkeypatch.context() as patched:
        patched.setattr(Path, "stat", refused)
        with pytest.raises(CollectionMissing, match="can't be read: Permission denied"):
            other.pieces()


def test_an_address_with_a_strange_port_is_refused(art: Path) -> None:
    with pytest.raises(UsageError, match="no address"):
        Collection.open(art, index="postgresql+psycopg://host:abc/db").pieces()


def test_a_sidecar_that_cannot_be_read_is_said_and_stops_nothing(collection: Collection, art: Path) -> None:
    (art / "drawing 2.png.xmp").write_text("<not closed")
    collection.teach("harbours", [art / "drawing 2.png", art / "drawing 4.png"])
    (sentence,) = collection.write_sidecars()
    assert "drawing 2.png.xmp" in sentence
    assert (art / "drawing 4.png.xmp").exists()
    assert (art / "drawing 2.png.xmp").read_text() == "<not closed"


# The map -------------------------------------------------------------------------------------------------------------


def test_new_pieces_are_placed_and_the_others_stay(collection: Collection, art: Path) -> None:
    before = {spot.path: (spot.x, spot.y) for spot in collection.map()}
    assert len(before) == len(collection.pieces())
    shutil.copy(art / "stripes" / "3.png", art / "again.png")
    stripes(77).save(art / "new.png")
    collection.learn(minutes=0)
    after = {spot.path: (spot.x, spot.y) for spot in collection.map()}
    assert {path: after[path] for path in before} == before
    assert after[art / "again.png"] == after[art / "stripes" / "3.png"]
    assert max(map(abs, after[art / "new.png"])) <= 1.01


def test_a_map_laid_anew_is_that_of_a_first_time_and_stays(collection: Collection, art: Path, tmp_path: Path) -> None:
    before = set(collection.map())
    for seed in range(100, 110):
        stripes(seed).save(art / f"new {seed}.png")
    gone = art / "drawing 2.png"
    gone.rename(tmp_path / "away.png")
    collection.learn(minutes=0)
    first = first_map(art, tmp_path / "copy")
    grown, anew = collection.map(), collection.map(anew=True)
    assert [(spot.x, spot.y) for spot in anew] == first
    assert [(spot.x, spot.y) for spot in grown] != first
    assert collection.map() == anew
    (tmp_path / "away.png").rename(gone)
    collection.learn(minutes=0)
    (back,) = set(collection.map()) - set(anew)
    assert back.path == gone
    assert back not in before  # its place on the old map means nothing on this one


def first_map(art: Path, to: Path) -> list[tuple[float, float]]:
    """The places on the map of a copy of a collection, of which none was known."""
    with Collection.open(shutil.copytree(art, to)) as copy:
        with copy.index.writing() as connection:
            connection.execute(sql.delete(PLACES))
        return [(spot.x, spot.y) for spot in copy.map()]
