"""The job that writes the story of a work as an animation or a film."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pochade.images.base.picture import Array
from pochade.images.io.read import read_preview
from pochade.images.io.reading_worker import read_in_worker
from pochade.images.render.animation import STRIP_SUFFIX, encode_animation, encode_strip
from pochade.images.render.cross_fade import cross_fade
from pochade.images.render.laid_picture import lay_picture
from pochade.organise.work_story import align_pictures, fit_frame
from pochade.system.atomic_files import write_atomically
from pochade.system.path_text import printable
from pochade.system.progress import Progress, Report


def write_story_film(task: dict[str, Any], report: Report) -> dict[str, Any]:
    """Lay the versions of a work on the last one, and write them as a strip, an animation or a film.

    Args:
        task: `pictures`, the files of the versions in order; `side`, pixels of the longer side; `results`, the folder;
            and `name` of the file, whose suffix is its format.
        report: Called with the progress.

    Raises:
        PictureUnreadable: A version can't be read.
        OutputUnwritable: The file exists or can't be written.
        UsageError: PyAV, which films need, is not installed.
    """
    target = Path(task["results"]) / task["name"]
    pictures = _lay_on_last([Path(path) for path in task["pictures"]], task["side"], report)
    report(Progress("encoding", 0, 1))
    if target.suffix == STRIP_SUFFIX:
        content = encode_strip(pictures, None)
    else:
        frames = cross_fade(pictures)
        content = encode_animation(
            [frame.pixels for frame in frames], None, target.suffix, [frame.milliseconds for frame in frames]
        )
    write_atomically(target, content, new=True)
    return {"file": printable(target.name), "folder": printable(target.parent), "bytes": len(content)}


def _lay_on_last(paths: Sequence[Path], side: int, report: Report) -> list[Array]:
    """Read versions, and lay each on the last one: (h, w, 3) uint8 of one size."""
    read = partial(read_preview, side=side)
    fixed = read_in_worker(read, paths[-1]).pixels
    pictures = list[Array]()
    for number, path in enumerate(paths[:-1]):
        moving = read_in_worker(read, path).pixels
        matrix = align_pictures(moving, fixed)
        frame = fit_frame(moving, fixed) if matrix is None else matrix
        pictures.append(lay_picture(moving, frame, fixed.shape[1], len(fixed)))
        report(Progress("aligning", number + 1, len(paths) - 1))
    return [*pictures, fixed]
