"""The stages of a drawing, as an artist's files would show them: lines, grey tones, the finished work."""

from PIL import Image, ImageChops, ImageFilter, ImageOps

from tests.support.drawings import drawing

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
