"""What happens to copies: the fourteen edits under which a piece must be found again, and the stages of one work."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

SIDE = 256  # pixels of the longer side of a drawing, on white
WHITE = (255, 255, 255)
FAINTEST = 235  # of 255: paler lines are not drawn


def drawing(picture: Image.Image) -> Image.Image:
    """Any picture on white, its longer side 256 pixels."""
    whole = picture.convert("RGBA")
    paper = Image.new("RGBA", whole.size, (*WHITE, 255))
    return ImageOps.contain(Image.alpha_composite(paper, whole).convert("RGB"), (SIDE, SIDE), Image.Resampling.LANCZOS)


def jpeg(picture: Image.Image, quality: int) -> Image.Image:
    """Through a JPEG."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def half(picture: Image.Image) -> Image.Image:
    """Half as wide and high."""
    return picture.resize((max(1, picture.width // 2), max(1, picture.height // 2)), Image.Resampling.BICUBIC)


def gamma(picture: Image.Image) -> Image.Image:
    """Darker mid-tones."""
    return picture.point([round(255 * (value / 255) ** 1.6) for value in range(256)] * 3)


def hue(picture: Image.Image) -> Image.Image:
    """A quarter round the colour wheel."""
    tone, saturation, value = picture.convert("HSV").split()
    return Image.merge("HSV", (tone.point([(level + 64) % 256 for level in range(256)]), saturation, value)).convert(
        "RGB"
    )


def watermark(picture: Image.Image) -> Image.Image:
    """Words across the middle, half transparent."""
    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    font = ImageFont.load_default(max(10, picture.width // 8))
    ImageDraw.Draw(layer).text(
        (picture.width / 2, picture.height / 2), "SAMPLE © 2026", (128, 128, 128, 128), font, anchor="mm"
    )
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")


def cropped(picture: Image.Image, share: float) -> Image.Image:
    """Without that share of each side."""
    left, top = round(picture.width * share), round(picture.height * share)
    box = (left, top, max(left + 1, picture.width - left), max(top + 1, picture.height - top))
    return picture.crop(box)


def padded(picture: Image.Image) -> Image.Image:
    """With a tenth more paper on each side."""
    return ImageOps.expand(picture, (round(picture.width * 0.1), round(picture.height * 0.1)), WHITE)


def turned(picture: Image.Image, degrees: float) -> Image.Image:
    """A little crooked, on white, all of it there."""
    return picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=WHITE)


def scanned(picture: Image.Image) -> Image.Image:
    """1.5 degrees crooked, on tinted paper, unevenly lit, noisy, and through a JPEG of quality 60."""
    pixels = np.asarray(turned(picture, 1.5), np.float32) * np.array([0.97, 0.94, 0.87], np.float32)
    light = np.linspace(1, 0.82, pixels.shape[1], dtype=np.float32)[None, :, None]
    noise = np.random.default_rng(0).normal(0, 6, pixels.shape[:2])[..., None]
    return jpeg(Image.fromarray((pixels * light + noise).clip(0, 255).astype(np.uint8)), 60)


EDITS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "jpeg 30": lambda picture: jpeg(picture, 30),
    "half size": half,
    "blur 2": lambda picture: picture.filter(ImageFilter.GaussianBlur(2)),
    "gamma 1.6": gamma,
    "grey": lambda picture: picture.convert("L").convert("RGB"),
    "hue +90": hue,
    "watermark": watermark,
    "crop 5 %": lambda picture: cropped(picture, 0.05),
    "crop 15 %": lambda picture: cropped(picture, 0.15),
    "pad 10 %": padded,
    "turn 4": lambda picture: turned(picture, 4),
    "turn 90": lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
    "mirror": ImageOps.mirror,
    "scan": scanned,
}


def line_art(picture: Image.Image) -> Image.Image:
    """Dark lines where the drawing has edges: a dodge of the grey picture with its blurred negative."""
    grey = np.asarray(picture.convert("L"), np.float32)
    blurred = np.asarray(picture.convert("L").filter(ImageFilter.GaussianBlur(3)), np.float32)
    lines = np.minimum(255, grey * 255 / np.maximum(blurred, 1))
    return Image.fromarray(np.where(lines < FAINTEST, lines * 0.4, 255).astype(np.uint8)).convert("RGB")


def wash(picture: Image.Image) -> Image.Image:
    """Grey tones, soft, on paper that is not quite white."""
    grey = picture.convert("L").filter(ImageFilter.GaussianBlur(2.5))
    return grey.point([round(40 + value * 0.78) for value in range(256)]).convert("RGB")


STAGES: dict[str, Callable[[Image.Image], Image.Image]] = {"line art": line_art, "grey wash": wash}
