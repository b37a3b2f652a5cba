"""How well `find` finds a work again from an edited copy, and from an earlier stage.

    python -m experiments.bench.bench_family_search

The collection has 500 held-out works and 3,000 other drawings, each once. It is searched with every edit and every
stage of 300 of the works. Measured are how often the work is the first result, how often it is called the same work,
and which other drawings are called so. Natural copies and versions of a work count as neither right nor wrong.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image

from experiments.shared.edits import EDITS
from experiments.shared.families_folder import ALL_STAGES, choose_works_and_others, make_search_folder
from experiments.shared.hard_edits import HARD_EDITS, collage
from experiments.shared.record import record
from experiments.shared.score_threshold import recall_at_precision
from experiments.truth.natural_pairs import load_related_drawings
from pochade import Collection

QUERIES = 300  # works
PRECISION_OF_STAGES = 0.95
COLLAGE = "collage of two"
MATCHES = 12  # as many as are compared closely
SINGLE_CHANGES = EDITS | HARD_EDITS | ALL_STAGES


class FoundMatch(NamedTuple):
    """A result of a search."""

    name: str
    likelihood: float  # of being the same work
    is_same_work: bool


class SearchResult(NamedTuple):
    """The results of a search with a changed work."""

    work: int
    change: str
    matches: tuple[FoundMatch, ...]  # the best first, without natural copies of the work
    right: tuple[str, ...]  # the names of the files that the changed work was made from


@cache
def _open_collection(folder: Path) -> Collection:
    torch.set_num_threads(1)  # there is a process for each core
    return Collection.open(folder)


def _changed_pictures(folder: Path, names: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...], Image.Image]]:
    """Every change of the first of two pictures: its name, the files it was made from, and the changed picture."""
    pictures = [Image.open(folder / name).convert("RGB") for name in names]
    for change, apply in SINGLE_CHANGES.items():
        yield change, (names[0],), apply(pictures[0])
    yield COLLAGE, tuple(names), collage(*pictures)


def _search(folder: Path, origins: dict[str, str], related: frozenset[frozenset[str]], work: int) -> list[SearchResult]:
    """Search with every change of one work."""
    names = [f"{number:06d}.png" for number in (work, (work + 1) % QUERIES)]
    collection, results = _open_collection(folder), []
    for change, right, picture in _changed_pictures(folder, names):
        ignored = {
            name
            for name, drawing in origins.items()
            if name not in right and any(frozenset((drawing, origins[source])) in related for source in right)
        }
        matches = tuple(
            FoundMatch(match.path.name, match.likelihood, match.is_same_work)
            for match in collection.find(picture, MATCHES)
            if match.path.name not in ignored
        )
        results.append(SearchResult(work, change, matches, right))
    return results


def search_figures(results: Sequence[SearchResult]) -> dict[str, float]:
    """How often the work comes first, and how often it is called the same work."""
    first = [bool(result.matches) and result.matches[0].name in result.right for result in results]
    same = [any(match.is_same_work and match.name in result.right for match in result.matches) for result in results]
    return {"n": len(results), "first": float(np.mean(first)), "same_work": float(np.mean(same))}


def wrong_works(results: Sequence[SearchResult], origins: dict[str, str]) -> list[str]:
    """What was called the same work although it is another one: the change, the work and the other drawing."""
    return sorted(
        f"{result.change} of {origins[result.right[0]]}: {origins[match.name]}"
        for result in results
        for match in result.matches
        if match.is_same_work and match.name not in result.right
    )


def stage_figures(results: Sequence[SearchResult]) -> dict[str, Any]:
    """The recall of stages, with the lowest threshold of all at which 95 % of what reaches it is right."""
    right = [
        max((match.likelihood for match in result.matches if match.name in result.right), default=0.0)
        for result in results
    ]
    wrong = [match.likelihood for result in results for match in result.matches if match.name not in result.right]
    scores = np.array(right)
    chosen = recall_at_precision(scores, np.array(wrong), PRECISION_OF_STAGES)
    of_stage = {
        stage: float(np.mean([score >= chosen.threshold for score in scores[_rows(results, stage)]]))
        for stage in ALL_STAGES
    }
    return {"precision": PRECISION_OF_STAGES, **chosen._asdict(), "recall_of_stage": of_stage}


def _rows(results: Sequence[SearchResult], change: str) -> list[int]:
    return [row for row, result in enumerate(results) if result.change == change]


def _measure(folder: Path, origins: dict[str, str]) -> dict[str, Any]:
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
    search = partial(_search, folder, origins, frozenset(load_related_drawings()))
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        results = [result for found in pool.map(search, range(QUERIES)) for result in found]
    edits = [result for result in results if result.change in EDITS]
    stages = [result for result in results if result.change in ALL_STAGES]
    return {
        "n": len(origins),
        "queries": QUERIES,
        "edits": search_figures(edits),
        "change": {
            change: search_figures([results[row] for row in _rows(results, change)])
            for change in (*SINGLE_CHANGES, COLLAGE)
        },
        "stages": stage_figures(stages),
        "wrong_works": wrong_works(results, origins),
    }


def _make_folder(folder: Path) -> dict[str, str]:
    works, others = choose_works_and_others()
    return make_search_folder(folder, works, others)


def main() -> None:
    """Measure and write `results/family_search.json`."""
    with tempfile.TemporaryDirectory() as folder:
        origins = _make_folder(Path(folder))
        figures = _measure(Path(folder), origins)
    print(json.dumps(figures, indent=1))
    record("family_search", figures)


if __name__ == "__main__":
    main()
