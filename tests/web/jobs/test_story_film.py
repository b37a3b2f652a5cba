"""The job that writes the story of a work: what it does with versions that don't align, and with existing files."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade.errors import OutputUnwritable
from pochade.system.progress import Progress
from pochade.web.jobs.story_film import write_story_film
from tests.support.drawings import drawing
from tests.support.work_stages import work_stages


def film_task(folder: Path, pictures: list[Image.Image], name: str) -> dict[str, object]:
    """The task for pictures that are saved to a folder first."""
    paths = [folder / f"{number}.png" for number in range(len(pictures))]
    for path, picture in zip(paths, pictures, strict=True):
        picture.save(path)
    return {"pictures": list(map(str, paths)), "side": 480, "results": str(folder / "results"), "name": name}


def test_every_version_is_laid_on_the_last_and_progress_is_reported(tmp_path: Path) -> None:
    stages, reports = work_stages(0), list[Progress]()
    task = film_task(tmp_path, [stages["lines"], stages["colour"]], "story.png")
    answer = write_story_film(task, reports.append)
    assert (answer["file"], [report.stage for report in reports]) == ("story.png", ["aligning", "encoding"])
    strip = np.asarray(Image.open(tmp_path / "results" / "story.png").convert("L"), int)
    lines, work = strip[:, :240], strip[:, 244:]
    edges = np.abs(np.diff(work, axis=1)) > 60
    ink = 255 - lines[:, 1:]
    assert ink[edges].mean() > 3 * ink[~edges].mean()


def test_a_version_that_does_not_align_stands_in_the_middle(tmp_path: Path) -> None:
    plain = Image.new("RGB", (120, 240), (90, 120, 200))
    write_story_film(film_task(tmp_path, [plain, drawing(1, 240)], "story.png"), lambda _progress: None)
    strip = np.asarray(Image.open(tmp_path / "results" / "story.png"))
    assert (strip[120, 62:178] == (90, 120, 200)).all()


def test_an_existing_file_is_not_replaced(tmp_path: Path) -> None:
    task = film_task(tmp_path, [drawing(1), drawing(1)], "story.webp")
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "story.webp").write_bytes(b"mine")
    with pytest.raises(OutputUnwritable):
        write_story_film(task, lambda _progress: None)
    assert (tmp_path / "results" / "story.webp").read_bytes() == b"mine"
