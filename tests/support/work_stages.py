"""The stages of a drawing, as an artist's files would show them: lines, grey tones, the finished work."""

from pathlib import Path

from PIL import Image, ImageChops, ImageFilter, ImageOps

from pochade import Collection
from tests.support.drawings import drawing, folder_of_art
from tests.support.stored_families import store_by_hand

WHITE = (255, 255, 255)


def line_stage(work: Image.Image) -> Image.Image:
    """Thin dark lines where the colours of a work change."""
    grey = work.convert("L")
    steps = ImageChops.subtract(grey.filter(ImageFilter.MaxFilter(3)), grey.filter(ImageFilter.MinFilter(3)))
    return ImageOps.invert(steps.point([0 if level < 12 else 220 for level in range(256)])).convert("RGB")


def tone_stage(work: Image.Image) -> Image.Image:
    """Soft grey tones."""
    return work.convert("L").filter(ImageFilter.GaussianBlur(2)).convert("RGB")


def move(work: Image.Image, scale: float, left: int, top: int) -> Image.Image:
    """A picture of the same size, in which the work is smaller and lies elsewhere."""
    small = work.resize((round(work.width * scale), round(work.height * scale)), Image.Resampling.LANCZOS)
    moved = Image.new("RGB", work.size, WHITE)
    moved.paste(small, (left, top))
    return moved


def work_stages(seed: int, side: int = 240) -> dict[str, Image.Image]:
    """The stages of a drawing by name, the earliest first; the lines lie elsewhere on their paper."""
    work = drawing(seed, side)
    return {"lines": move(line_stage(work), 0.85, 20, 8), "tones": tone_stage(work), "colour": work}


def folder_with_story(folder: Path) -> Path:
    """Learn a folder with a work in three stages, a picture in two files, and others, and store its families."""
    folder_of_art(folder, 4)
    for name, picture in work_stages(0).items():
        picture.save(folder / f"work {name}.png")
    drawing(2).save(folder / "copy of 2.bmp")
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
        store_by_hand(
            collection,
            [
                ("work colour.png", {"work lines.png": "version", "work tones.png": "version"}),
                ("drawing 2.png", {"copy of 2.bmp": "exact"}),
            ],
        )
    return folder
