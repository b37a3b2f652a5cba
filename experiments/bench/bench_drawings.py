"""How often a quick drawing finds its picture, and which weights of embedding, colour, edges and outlines find it best.

    python -m experiments.bench.bench_drawings [INDEX]

INDEX is a folder with an index of all drawings of openclipart; without it, they are learnt first, which takes minutes.
The drawings are made by machine from pictures that no model was trained on, and are moved and bent, as a hand would do.
Nobody drew them: what people remember and draw is not measured. The weights are chosen on half of the pictures, and the
figures are those of the other half.
"""

import itertools
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image, ImageFilter

from experiments.shared.edits import STAGES
from experiments.shared.held_out_drawings import distinct_drawings, held_out_drawings
from experiments.shared.paths import DRAWINGS
from experiments.shared.record import record, summary
from experiments.shared.white_paper import WHITE, load_on_white
from pochade import Collection
from pochade.analysis.arrays import Floats
from pochade.organise.drawing_search import WEIGHTS, DrawingSearch, close_differences, close_gaps, fast_differences

PICTURES = 100  # half of them to choose the weights
SIDE = 192  # pixels of the drawings, as the page sends them
FIRST_PLACES = (10, 30)
GRID = (0.0, 0.25, 0.5, 1.0, 2.0)  # of each weight; that of the embedding is 1, or 0
BEND = 0.03  # of the side: by how much a hand misses a place
Draw = Callable[[Image.Image, np.random.Generator], Image.Image]


def _blur(picture: Image.Image, _rng: np.random.Generator) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(SIDE / 32))


def _posterise(picture: Image.Image, _rng: np.random.Generator) -> Image.Image:
    return picture.filter(ImageFilter.MedianFilter(7)).quantize(4).convert("RGB")


def _draw_edges(picture: Image.Image, _rng: np.random.Generator) -> Image.Image:
    return STAGES["line art"](picture).filter(ImageFilter.MinFilter(3))


def _paint_blots(picture: Image.Image, _rng: np.random.Generator) -> Image.Image:
    """Eight colours in broad blots."""
    small = picture.resize((20, 20), Image.Resampling.BOX).quantize(8).convert("RGB")
    return small.resize((SIDE, SIDE), Image.Resampling.NEAREST).filter(ImageFilter.ModeFilter(9))


def _scribble(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Five colours as strokes: broad dots along the picture, some places missed."""
    few = np.asarray(picture.quantize(5).convert("RGB"))
    paper = np.full((SIDE, SIDE, 3), 255, np.uint8)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    for y, x in rng.uniform(0, SIDE, (400, 2)).tolist():
        colour = few[int(y), int(x)]
        if colour.min() < 235:  # noqa: PLR2004  paper is left empty
            paper[(rows - y) ** 2 + (columns - x) ** 2 * 3 < (SIDE / 28) ** 2] = colour
    return Image.fromarray(paper)


KINDS: dict[str, Draw] = {
    "blurred": _blur, "four colours": _posterise, "edges": _draw_edges, "blots of eight colours": _paint_blots,
    "scribbled strokes": _scribble,
}  # fmt: skip


def bend(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Move, shrink and bend a square picture a little, on white."""
    noise = [Image.fromarray(plane).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
             for plane in rng.normal(0, BEND * SIDE, (2, 4, 4)).astype(np.float32)]  # fmt: skip
    shift_y, shift_x = np.stack([np.asarray(plane) for plane in noise]) + rng.uniform(-0.1, 0.1, (2, 1, 1)) * SIDE
    scale = rng.uniform(1.05, 1.35)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    y, x = ((place - SIDE / 2) * scale + SIDE / 2 for place in (rows + shift_y, columns + shift_x))
    inside = (y >= 0) & (y < SIDE) & (x >= 0) & (x < SIDE)
    bent = np.full((SIDE, SIDE, 3), 255, np.uint8)
    bent[inside] = np.asarray(picture)[y[inside].astype(int), x[inside].astype(int)]
    return Image.fromarray(bent)


def _square(path: Path) -> Image.Image:
    picture = Image.fromarray(load_on_white(path, SIDE))
    square = Image.new("RGB", (SIDE, SIDE), WHITE)
    square.paste(picture, ((SIDE - picture.width) // 2, (SIDE - picture.height) // 2))
    return square


class Measured(NamedTuple):
    """A drawing, measured against all pictures."""

    kind: str
    target: int  # the row of the picture that it shows
    differences: Floats  # (2, N, 4), of the drawing as it is, and with its gaps closed

    def as_it_is(self) -> "Measured":
        """Without the drawing whose gaps are closed."""
        return self._replace(differences=self.differences[:1])


def _measure(search: DrawingSearch, targets: Sequence[tuple[Path, int]]) -> Iterator[Measured]:
    known = search.known_pictures()
    for number, (path, row) in enumerate(targets):
        rng, picture = np.random.default_rng(number), _square(path)
        for kind, draw in KINDS.items():
            drawing = np.asarray(bend(draw(picture, rng), rng))
            queries = [search.measure(version) for version in (drawing, close_gaps(drawing))]
            parts = [
                np.hstack([fast_differences(known, query), close_differences(known.descriptors, query)])
                for query in queries
            ]
            yield Measured(kind, row, np.stack(parts).astype(np.float32))


def _places(drawings: Sequence[Measured], weights: Sequence[float]) -> list[int]:
    """The place of each drawing's picture, from 1."""
    vector = np.array(weights, np.float32)
    places = []
    for drawn in drawings:
        total = (drawn.differences @ vector).min(0)
        places.append(int((total < total[drawn.target]).sum()) + 1)
    return places


def _figures(drawings: Sequence[Measured], weights: Sequence[float]) -> dict[str, Any]:
    """The shares of pictures among the first, for all kinds together and for each."""
    places = np.array(_places(drawings, weights))
    kinds = np.array([drawn.kind for drawn in drawings])
    chosen = {"all": np.ones(len(kinds), np.bool_)} | {kind: kinds == kind for kind in KINDS}
    return {
        kind: {f"first {k}": float((places[mask] <= k).mean()) for k in FIRST_PLACES}
        | {"median place": float(np.median(places[mask])), "n": int(mask.sum())}
        for kind, mask in chosen.items()
    }


def _score(drawings: Sequence[Measured], weights: Sequence[float]) -> float:
    """The mean of the logarithms of the places; lower is better."""
    return float(np.log(_places(drawings, weights)).mean())


def _milliseconds(search: DrawingSearch, targets: Sequence[tuple[Path, int]]) -> dict[str, Any]:
    """The processor's time of a search, which other load hardly changes."""
    values = []
    for path, _ in targets[:20]:
        drawing = np.asarray(_square(path))
        start = time.process_time()
        search.rank(drawing)
        values.append(1_000 * (time.process_time() - start))
    return summary(values)


def measure(index: Path) -> dict[str, Any]:
    """Choose the weights, and measure them and others on the pictures that were not used for it."""
    with Collection.open(DRAWINGS, index=str(index)) as collection:
        if not (index / "index.sqlite").is_file():
            collection.learn(minutes=0)
        search = DrawingSearch(collection.library)
        rows = {file.path: file.row for file in collection.pictures()}
        candidates = [Path(drawing.path) for drawing in distinct_drawings(held_out_drawings())]
        known = [path for path in candidates if path in rows]
        picked = np.random.default_rng(0).permutation(len(known))[:PICTURES].tolist()
        targets = [(known[number], rows[known[number]]) for number in picked]
        drawings = list(_measure(search, targets))
        half = len(drawings) // 2
        choosing, testing = drawings[:half], drawings[half:]
        grid = [(1.0, *others) for others in itertools.product(GRID, repeat=3)]
        best = min(grid, key=lambda weights: _score(choosing, weights))
        compared = {
            "chosen": best, "in use": tuple(WEIGHTS), "embedding alone": (1, 0, 0, 0), "colour alone": (0, 1, 0, 0),
            "edges alone": (0, 0, 1, 0), "outlines alone": (0, 0, 0, 1),
        }  # fmt: skip
        return {
            "pictures": len(search.known_pictures().numbers),
            "weights": {name: list(weights) for name, weights in compared.items()},
            "found": {name: _figures(testing, weights) for name, weights in compared.items()}
            | {"as drawn, gaps open": _figures([drawn.as_it_is() for drawn in testing], WEIGHTS)},
            "processor milliseconds of a search": _milliseconds(search, targets),
        }


def main() -> None:
    """Measure and write `results/drawings.json`."""
    torch.set_num_threads(1)
    if len(sys.argv) > 1:
        figures = measure(Path(sys.argv[1]))
    else:
        with TemporaryDirectory() as folder:
            figures = measure(Path(folder))
    record("drawings", figures)
    for name, found in figures["found"].items():
        print(name, figures["weights"].get(name, list(WEIGHTS)), found["all"])


if __name__ == "__main__":
    main()
