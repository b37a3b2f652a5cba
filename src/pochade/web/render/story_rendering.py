"""Tasks that plan the story of a work and lay its versions on each other, in a worker process."""

from dataclasses import dataclass
from pathlib import Path

from pochade.images.codecs.screen_encode import encode_screen_jpeg
from pochade.images.io.read import read_preview
from pochade.images.render.laid_picture import lay_picture
from pochade.organise.work_story import StorySource, WorkStory, align_pictures, fit_frame, plan_story
from pochade.system.atomic_files import write_without_flush
from pochade.web.render.picture_rendering import RenderTask, check_content


@dataclass(frozen=True)
class PlanStoryTask(RenderTask):
    """Orders the versions of a work by their thumbnails. Its `path` is that of the first thumbnail."""

    sources: tuple[StorySource, ...]

    def render(self) -> WorkStory:
        """Return the story."""
        return plan_story(self.sources)


@dataclass(frozen=True)
class LayVersionTask(RenderTask):
    """Writes a version of a work as a JPEG, in the frame of another version. Its `path` is the file of the version."""

    sha256: str  # of the version's file
    frame: Path  # the file of the other version
    frame_sha256: str
    side: int  # pixels of the longer side of the frame, at most
    target: Path

    def render(self) -> None:
        """Write the file `target`."""
        check_content(self.path, self.sha256)
        check_content(self.frame, self.frame_sha256)
        moving, fixed = (read_preview(path, self.side).pixels for path in (self.path, self.frame))
        matrix = align_pictures(moving, fixed)
        laid = lay_picture(moving, fit_frame(moving, fixed) if matrix is None else matrix, fixed.shape[1], len(fixed))
        write_without_flush(self.target, encode_screen_jpeg(laid))
