"""Searches by words and properties among 100,000 pictures: milliseconds by kind of search, and what the words cost.

    python -m experiments.bench.bench_search

The index is made: names, folders, labels, captions and prompts of words whose frequencies follow Zipf's law, as those
of real texts do. Beside the time on the clock, the processor's time is measured, as the machine may be busy.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from experiments.shared.record import record, summary
from pochade.images.features.colour_words import COLOUR_WORDS
from pochade.images.metadata.picture_texts import PictureTexts
from pochade.index.database import Index
from pochade.index.label_store import add_label, remove_label
from pochade.index.picture_rows import FileRow
from pochade.index.picture_search import search_numbers
from pochade.index.search_query import parse_query
from pochade.index.search_rows import create_words
from pochade.index.text_store import text_columns
from pochade.system.file_stamp import FileStamp

PICTURES, PICTURES_PER_COMMIT = 100_000, 5_000
VOCABULARY = 20_000
ZIPF_EXPONENT = 1.1
CAPTION_WORDS, PROMPT_WORDS = 20, 60
ROUNDS = 30
LABELS = {"harbour": 2_000, "owls at night": 300, "sold": 20_000}
TECHNIQUES = ("line art", "pencil", "flat colour", "painted")
FORMATS = ("PNG", "JPEG", "PSD", "SVG")
DAY_NS = 86_400 * 10**9
Batch = tuple[list[dict[str, Any]], list[FileRow], list[str], dict[str, Any]]


def _word(rank: int) -> str:
    """The word of a rank, 0 for the most frequent one; in letters, as digits would be a word of their own."""
    return "w" + "".join("abcdefghij"[int(digit)] for digit in str(rank))


def _words(rng: np.random.Generator, count: int) -> list[str]:
    ranks = np.minimum(rng.zipf(ZIPF_EXPONENT, count) - 1, VOCABULARY - 1)
    return [_word(rank) for rank in ranks.tolist()]


SEARCHES = {
    "one rare word": f'"{_word(900)}"',
    "one frequent word": f'"{_word(0)}"',
    "the beginning of a word": _word(90),
    "one letter": "w",
    "two words": f"{_word(3)} {_word(40)}",
    "a phrase": f'"drawing {_word(5)}"',
    "all operators": f"{_word(2)} label:harbour technique:pencil colour:blue format:png folder:{_word(1)}* since:2015 "
    "until:2025-06",
    "a word and a date": f"{_word(7)} since:2022",
    "words excluded": f"{_word(4)} -label:sold -{_word(1)}",
    "a word excluded, nothing else": f"-{_word(0)}",
    "only properties": "colour:blue shape:portrait format:png",
    "only dates": "since:2020-05 until:2020-06",
    "nothing found": f"{_word(3)} nowhere",
}


def _batches(
    rng: np.random.Generator,
) -> Iterator[tuple[list[dict[str, Any]], list[FileRow], list[str], dict[str, Any]]]:
    """The pictures, files, contents and texts of each commit."""
    for start in range(0, PICTURES, PICTURES_PER_COMMIT):
        numbers = range(start, start + PICTURES_PER_COMMIT)
        contents = [f"{number:064x}" for number in numbers]
        pictures = [_columns(rng, number, content) for number, content in zip(numbers, contents, strict=True)]
        files = [_file(rng, number) for number in numbers]
        yield pictures, files, contents, {content: _texts(rng) for content in contents}


def _columns(rng: np.random.Generator, number: int, content: str) -> dict[str, Any]:
    width, height = (int(side) for side in rng.integers(300, 3000, 2))
    return {
        "hash": content, "row": number, "format": FORMATS[int(rng.choice(4, p=(0.6, 0.3, 0.05, 0.05)))], "width": width,
        "height": height, "depth": 8, "has_alpha": False, "frames": 1, "bytes": 100_000,
        "colour": COLOUR_WORDS[int(rng.integers(len(COLOUR_WORDS)))], "notes": "[]",
    }  # fmt: skip


def _file(rng: np.random.Generator, number: int) -> FileRow:
    folder = f"{_words(rng, 1)[0]}/{number % 300:03d}"
    path = f"{folder}/{'_'.join(_words(rng, 2))} drawing {'-'.join(_words(rng, 1))} {number:06d}.png"
    return FileRow(path.encode(), FileStamp(1, int(rng.integers(14_600, 20_600)) * DAY_NS, number, None), None, None)


def _texts(rng: np.random.Generator) -> dict[str, Any]:
    caption = " ".join(_words(rng, CAPTION_WORDS)) if rng.random() < 0.5 else ""  # noqa: PLR2004
    prompt = " ".join(_words(rng, PROMPT_WORDS)) if rng.random() < 0.1 else ""  # noqa: PLR2004
    return text_columns(PictureTexts(caption, prompt), TECHNIQUES[int(rng.integers(4))])


def _fill(index: Index) -> None:
    rng = np.random.default_rng(0)
    for pictures, files, contents, texts in _batches(rng):
        index.add_pictures(pictures, files, contents, texts)
    for label, count in LABELS.items():
        add_label(index, rng.choice(np.arange(1, PICTURES + 1), count, replace=False).tolist(), label)


def _measure(action: Callable[[], object], rounds: int) -> dict[str, Any]:
    """The milliseconds of an action, on the clock and of the processor; the first call is left out."""
    action()
    clock, processor = [], []
    for _ in range(rounds):
        begin = time.perf_counter(), time.process_time()
        action()
        clock.append(1000 * (time.perf_counter() - begin[0]))
        processor.append(1000 * (time.process_time() - begin[1]))
    return {"milliseconds": summary(clock), "processor_milliseconds": summary(processor)}


def _measure_searches(index: Index) -> dict[str, Any]:
    figures = dict[str, Any]()
    for kind, text in SEARCHES.items():
        query = parse_query(text)
        figures[kind] = {"search": text, "found": len(search_numbers(index, query))}
        figures[kind] |= _measure(partial(search_numbers, index, query), ROUNDS)
        print(kind, figures[kind]["found"], figures[kind]["milliseconds"]["median"], file=sys.stderr)
    return figures


def _measure_changes(index: Index) -> dict[str, Any]:
    """What keeping the words right costs: a label for 1,000 pictures, and making all words, as a migration does."""
    numbers = list(range(1, 1001))

    def label_and_take_back() -> None:
        add_label(index, numbers, "new")
        remove_label(index, numbers, "new")

    begin = time.perf_counter(), time.process_time()
    with index.writing() as connection:
        create_words(connection)
    seconds, processor_seconds = time.perf_counter() - begin[0], time.process_time() - begin[1]
    return {
        "label_1000_and_take_back": _measure(label_and_take_back, 3),
        "make_all_words": {"seconds": seconds, "processor_seconds": processor_seconds},
    }


def main() -> None:
    """Measure and write `results/search.json`."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "index.sqlite"
        index = Index(place)
        _fill(index)
        figures = {"pieces": PICTURES, "searches": _measure_searches(index)}
        figures |= _measure_changes(index) | {"busy_percent": psutil.cpu_percent(1.0)}
        index.close()
        figures["index_megabytes"] = place.stat().st_size / 1e6
    json.dump(figures, sys.stdout, indent=1)
    record("search", figures)


if __name__ == "__main__":
    main()
