"""The tables of families hold what was measured, and a dash where there is nothing to measure."""

from typing import Any

from experiments.report import family_tables as tables

FOUND = {"exact": {"exact": 3}, "resave": {"resave": 1, "edit": 1}, "edit": {}, "version": {}, "variant": {"exact": 1}}
HALF: dict[str, Any] = {
    "drawings": 1_200,
    "pairs": 6,
    "preselected": 4,
    "preselected_wrong": ["b because of a: variant"],
    "preselected_not_judged": [],
    "recall_of_duplicates": 0.8,
    "preselected_recall": None,
    "kind_right": 0.75,
    "kind_right_unsure": None,
    "confusion": FOUND | {"different": {"different": 9}},
}
NATURAL = {"held_out": HALF, "train": HALF}


def row_of(table: str, title: str) -> list[str]:
    """The cells of the row with this title."""
    (line,) = [line for line in table.splitlines() if line.startswith(f"| {title} |")]
    return line.strip("| ").split(" | ")[1:]


def test_natural_pairs_say_how_many_preselected_files_are_other_works() -> None:
    table = tables.natural_table(NATURAL)
    assert row_of(table, "the same: another work, or a variant") == ["1", "1"]
    assert row_of(table, "exact copies and resaves preselected") == ["–", "–"]
    assert row_of(table, "resave") == ["0", "1", "1", "0", "0", "0"]


def test_other_tools_are_sorted_by_f1() -> None:
    figures = {"precision": 1.0, "recall": 0.5, "recall_of_kind": {"exact": 1.0}}
    rivals = {"folder": {"PDQ": figures | {"f1": 0.6}, "Pochade": figures | {"f1": 0.9}}}
    table = tables.rivals_table(rivals)
    assert table.index("Pochade") < table.index("PDQ")
    assert row_of(table, "PDQ") == ["1.000", "0.500", "0.600", "1.000", "–", "–", "–"]


def test_pochade_calls_duplicates_what_it_says_is_exact_or_a_resave() -> None:
    counts = {kind: {"called_duplicates": 1, "n": 2} for kind in tables.KINDS}
    table = tables.natural_rivals_table({"natural": {"PDQ": counts}}, NATURAL)
    assert row_of(table, "PDQ") == ["1 of 2"] * 6
    assert row_of(table, "Pochade") == ["3 of 3", "1 of 2", "0 of 0", "0 of 0", "1 of 1", "0 of 9"]


def test_speed_is_shown_for_both_collections() -> None:
    run = {"seconds": 12.3, "most_mb": 1_234.0}
    part = {"pictures": 8_000, "first": run, "again": run, "with_new": run}
    table = tables.speed_table({"drawings": part, "small": part | {"pictures": 100_000}})
    assert "100,000 pictures" in table
    assert row_of(table, "after 1 % new pictures") == ["12 s; 1.2 GB"] * 2


def test_works_and_searches_are_shown() -> None:
    recalls = {"exact": 1.0, "resave": 0.9, "edit": 0.8, "version": 0.7}
    black_and_white = {"n": 40, "recall": 0.85}
    families = {
        "works": 500, "distractors": 3_000, "precision": 0.99, "recall": 0.96, "f1": 0.97, "recall_of_kind": recalls,
        "kind_right": 0.93, "preselected": 300, "preselected_wrong": 0, "black_and_white": black_and_white,
    }  # fmt: skip
    figure = {"n": 300, "first": 0.98, "same_work": 0.95}
    search = {
        "queries": 300,
        "edits": figure,
        "change": dict.fromkeys(tables.HARD_CHANGES, figure),
        "stages": {"precision": 0.95, "recall": 0.86, "recall_of_stage": {"line art": 0.9, "flat": 0.8}},
    }
    table = tables.works_table(families, search)
    assert row_of(table, "precision, recall and F1 of pairs") == ["0.990, 0.960, 0.970"]
    assert row_of(table, "stages found by `find` at 95% precision (line art, flat)") == ["0.860 (0.900, 0.800)"]
    assert row_of(tables.search_table(search), "the work is the first result") == ["0.980"] * 6
