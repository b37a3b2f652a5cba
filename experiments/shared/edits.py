"""Fourteen edits under which a picture must be found again, and two earlier stages of a work."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from experiments.shared.white_paper import WHITE

PALEST_LINE = 235  # of 255: paler lines become white


def _recompress(picture: Image.Image, quality: int) -> Image.Image:
    """Encode as JPEG and decode."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def _halve(picture: Image.Image) -> Image.Image:
    return picture.resize((max(1, picture.width // 2), max(1, picture.height // 2)), Image.Resampling.BICUBIC)


def _darken_midtones(picture: Image.Image) -> Image.Image:
    return picture.point([round(255 * (value / 255) ** 1.6) for value in range(256)] * 3)


def _rotate_hue(picture: Image.Image) -> Image.Image:
    """Turn all hues by a quarter of the colour wheel."""
    tone, saturation, value = picture.convert("HSV").split()
    return Image.merge("HSV", (tone.point([(level + 64) % 256 for level in range(256)]), saturation, value)).convert(
        "RGB"
    )


def _add_watermark(picture: Image.Image) -> Image.Image:
    """Write half-transparent words across the middle."""
    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    font = ImageFont.load_default(max(10, picture.width // 8))
    ImageDraw.Draw(layer).text(
        (picture.width / 2, picture.height / 2), "SAMPLE © 2026", (128, 128, 128, 128), font, anchor="mm"
    )
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")


def _crop_sides(picture: Image.Image, share: float) -> Image.Image:
    """Cut this share off each side."""
    left, top = round(picture.width * share), round(picture.height * share)
    box = (left, top, max(left + 1, picture.width - left), max(top + 1, picture.height - top))
    return picture.crop(box)


def _pad_sides(picture: Image.Image) -> Image.Image:
    """Add a tenth of white paper on each side."""
    return ImageOps.expand(picture, (round(picture.width * 0.1), round(picture.height * 0.1)), WHITE)


def _rotate(picture: Image.Image, degrees: float) -> Image.Image:
    """Turn by some degrees, on white, without cropping."""
    return picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=WHITE)


def simulate_scan(picture: Image.Image) -> Image.Image:
    """Make a bad scan: 1.5 degrees crooked, tinted, unevenly lit, noisy, JPEG quality 60."""
    pixels = np.asarray(_rotate(picture, 1.5), np.float32) * np.array([0.97, 0.94, 0.87], np.float32)
    light = np.linspace(1, 0.82, pixels.shape[1], dtype=np.float32)[None, :, None]
    noise = np.random.default_rng(0).normal(0, 6, pixels.shape[:2])[..., None]
    return _recompress(Image.fromarray((pixels * light + noise).clip(0, 255).astype(np.uint8)), 60)


EDITS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "jpeg 30": lambda picture: _recompress(picture, 30),
    "half size": _halve,
    "blur 2": lambda picture: picture.filter(ImageFilter.GaussianBlur(2)),
    "gamma 1.6": _darken_midtones,
    "grey": lambda picture: picture.convert("L").convert("RGB"),
    "hue +90": _rotate_hue,
    "watermark": _add_watermark,
    "crop 5 %": lambda picture: _crop_sides(picture, 0.05),
    "crop 15 %": lambda picture: _crop_sides(picture, 0.15),
    "pad 10 %": _pad_sides,
    "turn 4": lambda picture: _rotate(picture, 4),
    "turn 90": lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
    "mirror": ImageOps.mirror,
    "scan": simulate_scan,
}


def _line_art(picture: Image.Image) -> Image.Image:
    """Draw dark lines at edges: a colour dodge of the grey picture with its blurred negative."""
    grey = np.asarray(picture.convert("L"), np.float32)
    blurred = np.asarray(picture.convert("L").filter(ImageFilter.GaussianBlur(3)), np.float32)
    lines = np.minimum(255, grey * 255 / np.maximum(blurred, 1))
    return Image.fromarray(np.where(lines < PALEST_LINE, lines * 0.4, 255).astype(np.uint8)).convert("RGB")


def _grey_wash(picture: Image.Image) -> Image.Image:
    """Soft grey tones on paper that is not quite white."""
    grey = picture.convert("L").filter(ImageFilter.GaussianBlur(2.5))
    return grey.point([round(40 + value * 0.78) for value in range(256)]).convert("RGB")


STAGES: dict[str, Callable[[Image.Image], Image.Image]] = {"line art": _line_art, "grey wash": _grey_wash}
