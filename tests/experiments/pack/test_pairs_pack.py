"""The pack `pairs` has works, judged pairs, and colour variants that file names tell of."""

from pathlib import Path

import pytest
from PIL import Image

from experiments.pack import pairs_pack
from experiments.pack.art_pack import write_art
from experiments.pack.colour_variants import PAIRS_PER_SERIES, SERIES_PER_PACKAGE, find_colour_variants
from experiments.pack.pack_file import read_pack
from experiments.pack.pairs_pack import write_pairs
from experiments.truth.natural_pairs import NaturalPair
from pochade.models.model_configs import PAIR_RELATIONS
from tests.support.drawings import drawing


def save(folder: Path, *names: str, first_seed: int = 0, side: int = 60) -> None:
    """Save a different drawing under each name."""
    for seed, name in enumerate(names, first_seed):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        drawing(seed, side).save(folder / name)


def names_of(pairs: list[tuple[Path, Path]]) -> list[tuple[str, str]]:
    return [(first.name, second.name) for first, second in pairs]


def test_names_that_differ_in_a_colour_only_make_a_pair(tmp_path: Path) -> None:
    save(tmp_path / "game", "cap_blue_2.png", "cap_Red_2.png", "cap_red_3.png", "reduced.png", "blueduced.png")
    save(tmp_path / "game" / "other", "cap_green_2.png", first_seed=7)
    assert names_of(find_colour_variants(tmp_path)) == [("cap_Red_2.png", "cap_blue_2.png")]


def test_equal_and_tiny_pictures_make_no_pair(tmp_path: Path) -> None:
    save(tmp_path / "game", "red.png", "icon-red.png", "icon-blue.png", side=30)
    (tmp_path / "game" / "blue.png").write_bytes((tmp_path / "game" / "red.png").read_bytes())
    assert find_colour_variants(tmp_path) == []


def test_no_package_and_no_series_counts_for_more_than_its_share(tmp_path: Path) -> None:
    colours = ("red", "blue", "green", "pink")
    save(tmp_path / "a", *(f"{number}-{colour}.png" for number in range(SERIES_PER_PACKAGE + 5) for colour in colours))
    pairs = find_colour_variants(tmp_path)
    assert len(pairs) == SERIES_PER_PACKAGE * PAIRS_PER_SERIES
    assert pairs == find_colour_variants(tmp_path)


def test_the_pack_has_works_judged_pairs_and_colour_variants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawings, paintings = tmp_path / "drawings", tmp_path / "paintings"
    save(drawings, *(f"plants/{number}.png" for number in range(12)), side=160)
    save(paintings, "game/boat.png", first_seed=40, side=160)
    judged = [
        NaturalPair(("plants/0.png", "plants/1.png"), "version", "", sure=True, half="train"),
        NaturalPair(("plants/2.png", "plants/3.png"), "edit", "", sure=True, half="held_out"),
        NaturalPair(("plants/4.png", "plants/5.png"), "edit", "", sure=False, half="train"),
    ]
    monkeypatch.setattr(pairs_pack, "load_natural_pairs", lambda: judged)
    write_art(tmp_path / "art.pack", drawings, paintings, processes=1)
    art = read_pack(tmp_path / "art.pack")
    save(paintings, "game/cap_red.png", "game/cap_blue.png", first_seed=50, side=160)
    write_pairs(tmp_path / "pairs.pack", art, drawings, paintings, processes=1)
    pack = read_pack(tmp_path / "pairs.pack")
    pairs, relations = pack.extra["pairs"], [PAIR_RELATIONS[number] for number in pack.extra["relations"].tolist()]
    assert relations == ["version", "edit", "variant"]
    assert pack.extra["judged"].tolist() == [True, True, False]
    assert [[pack.names[row] for row in pair] for pair in pairs.tolist()] == [
        ["0.png", "1.png"],
        ["2.png", "3.png"],
        ["cap_blue.png", "cap_red.png"],
    ]
    assert pack.held_out[pairs].tolist() == [[False, False], [True, True], [False, False]]
    assert not pack.extra["is_work"][pairs.flatten()].any()
    assert Image.fromarray(next(iter(pack.pictures([0])))).size <= (384, 384)
