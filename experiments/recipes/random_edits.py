"""Random resaves, edits and stages of a drawing, from which the pair model learns (`experiments/train/`)."""

import io
import random
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

Picture = Image.Image
Change = Callable[[Picture, random.Random], Picture]
WHITE = (255, 255, 255)


# Resaves -------------------------------------------------------------------------------------------------------------

FILTERS = (
    Image.Resampling.BOX, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS,
)  # fmt: skip
RESIZED_SHARE = 0.6  # of the resaves


def resave(picture: Picture, rng: random.Random) -> Picture:
    """Resize, or don't; then encode as JPEG or WebP, reduce to a palette, or keep the pixels."""
    if rng.random() < RESIZED_SHARE:
        picture = _resize(picture, rng)
    return rng.choice((_encode_jpeg, _encode_jpeg, _encode_webp, _reduce_palette, _keep))(picture, rng)


def _resize(picture: Picture, rng: random.Random) -> Picture:
    share = rng.uniform(0.35, 0.95)
    size = max(8, round(picture.width * share)), max(8, round(picture.height * share))
    return picture.resize(size, rng.choice(FILTERS))


def _encode_jpeg(picture: Picture, rng: random.Random) -> Picture:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=rng.randint(25, 95), subsampling=rng.choice((0, 2)))
    return Image.open(buffer).convert("RGB")


def _encode_webp(picture: Picture, rng: random.Random) -> Picture:
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=rng.randint(25, 95))
    return Image.open(buffer).convert("RGB")


def _reduce_palette(picture: Picture, rng: random.Random) -> Picture:
    dither = rng.choice((Image.Dither.NONE, Image.Dither.FLOYDSTEINBERG))
    return picture.quantize(rng.choice((64, 128, 256)), dither=dither).convert("RGB")


def _keep(picture: Picture, _: random.Random) -> Picture:
    return picture


# Edits ---------------------------------------------------------------------------------------------------------------


def _blur(picture: Picture, rng: random.Random) -> Picture:
    return picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 2.5)))


def _change_tone(picture: Picture, rng: random.Random) -> Picture:
    """Lighten or darken, with more or less contrast."""
    power, contrast = rng.uniform(0.5, 2), rng.uniform(0.6, 1.2)
    curve = [round(255 * (value / 255) ** power) for value in range(256)]
    return ImageEnhance.Contrast(picture.point(curve * 3)).enhance(contrast)


def _remove_colour(picture: Picture, _: random.Random) -> Picture:
    return picture.convert("L").convert("RGB")


def _change_hue(picture: Picture, rng: random.Random) -> Picture:
    tone, saturation, value = picture.convert("HSV").split()
    by, share = rng.randint(20, 236), rng.uniform(0.5, 1)
    tone = tone.point([(level + by) % 256 for level in range(256)])
    return Image.merge("HSV", (tone, saturation.point([round(level * share) for level in range(256)]), value)).convert(
        "RGB"
    )


def _swap_channels(picture: Picture, rng: random.Random) -> Picture:
    return Image.merge("RGB", rng.sample(picture.split(), 3))


def _write_across(picture: Picture, rng: random.Random) -> Picture:
    """Write random letters across the picture."""
    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    pen, font = ImageDraw.Draw(layer), ImageFont.load_default(max(8, picture.width // rng.randint(5, 14)))
    tone, cover = rng.choice((20, 128, 240)), rng.randint(60, 200)
    words = "".join(rng.choice("ABCDEFGHKLMNPRSTUVXYZ aeimnorst.@") for _ in range(rng.randint(5, 16)))
    place = picture.width * rng.uniform(0.3, 0.7), picture.height * rng.uniform(0.15, 0.85)
    pen.text(place, words, (tone, tone, tone, cover), font, anchor="mm")
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")


def _crop_sides(picture: Picture, rng: random.Random) -> Picture:
    sides = [rng.uniform(0.02, 0.2)] * 4 if rng.random() < 0.6 else [rng.uniform(0, 0.25) for _ in range(4)]
    left, top, right, bottom = sides
    width, height = picture.size
    return picture.crop(
        (round(width * left), round(height * top), round(width * (1 - right)), round(height * (1 - bottom)))
    )


def _pad_sides(picture: Picture, rng: random.Random) -> Picture:
    """Add white paper on all sides."""
    reach = rng.uniform(0.03, 0.25)
    return ImageOps.expand(picture, (round(picture.width * reach), round(picture.height * reach)), WHITE)


def _rotate_slightly(picture: Picture, rng: random.Random) -> Picture:
    return picture.rotate(rng.uniform(-7, 7), Image.Resampling.BICUBIC, expand=True, fillcolor=WHITE)


def _turn_or_mirror(picture: Picture, rng: random.Random) -> Picture:
    """Turn by quarters, or mirror."""
    transposes = (
        Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270,
        Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.TRANSPOSE,
    )  # fmt: skip
    return picture.transpose(rng.choice(transposes))


def _simulate_scan(picture: Picture, rng: random.Random) -> Picture:
    """Scan slightly crooked, on tinted paper, unevenly lit and noisy."""
    crook = picture.rotate(rng.uniform(-2, 2), Image.Resampling.BICUBIC, expand=True, fillcolor=WHITE)
    pixels = np.asarray(crook, np.float32) * np.array([rng.uniform(0.8, 1) for _ in range(3)], np.float32)
    light = np.linspace(1, rng.uniform(0.75, 1), pixels.shape[1], dtype=np.float32)[None, :, None]
    noise = np.random.default_rng(rng.getrandbits(32)).normal(0, rng.uniform(0, 9), pixels.shape[:2])[..., None]
    return _encode_jpeg(Image.fromarray((pixels * light + noise).clip(0, 255).astype(np.uint8)), rng)


# Stages --------------------------------------------------------------------------------------------------------------


def _ink_lines(picture: Picture, rng: random.Random) -> Picture:
    """Draw line art: a colour dodge of the grey picture with its blurred negative."""
    small = picture.convert("L")
    grey = np.asarray(small, np.float32)
    around = np.asarray(small.filter(ImageFilter.GaussianBlur(rng.uniform(1.5, 5))), np.float32)
    lines = np.minimum(255, grey * 255 / np.maximum(around, 1))
    faintest = rng.uniform(220, 245)
    return Image.fromarray(np.where(lines < faintest, lines * rng.uniform(0, 0.8), 255).astype(np.uint8)).convert("RGB")


def _edge_lines(picture: Picture, rng: random.Random) -> Picture:
    """Draw lines where any channel changes, faint or strong."""
    soft = np.asarray(picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.5))), np.float32)
    across = np.abs(np.diff(soft, axis=1, prepend=soft[:, :1])).max(2)
    down = np.abs(np.diff(soft, axis=0, prepend=soft[:1])).max(2)
    ink = (np.maximum(across, down) * rng.uniform(2, 10) - rng.uniform(5, 40)).clip(0, rng.uniform(120, 255))
    return Image.fromarray((255 - ink).astype(np.uint8)).convert("RGB")


def _rough_sketch(picture: Picture, rng: random.Random) -> Picture:
    """Draw pale, shaky lines on grainy paper."""
    change = rng.choice((_ink_lines, _edge_lines))
    lines = np.asarray(change(picture, rng).filter(ImageFilter.GaussianBlur(rng.uniform(0.4, 1.6))), np.float32)
    height, width = lines.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width]
    shake, length = rng.uniform(0, 2.5), rng.uniform(15, 60)
    down = (rows + shake * np.sin(columns / length + rng.random() * 6)).clip(0, height - 1).astype(int)
    across = (columns + shake * np.cos(rows / length + rng.random() * 6)).clip(0, width - 1).astype(int)
    grain = np.random.default_rng(rng.getrandbits(32)).normal(0, rng.uniform(0, 8), (height, width, 1))
    pale = 255 - (255 - lines[down, across]) * rng.uniform(0.3, 1)
    return Image.fromarray((pale + grain).clip(0, 255).astype(np.uint8))


def _value_study(picture: Picture, rng: random.Random) -> Picture:
    """Paint blurred grey tones on paper that is not quite white."""
    grey = picture.convert("L").filter(ImageFilter.GaussianBlur(rng.uniform(1.2, 4.5)))
    dark, share = rng.uniform(10, 90), rng.uniform(0.45, 0.85)
    return grey.point([min(255, round(dark + value * share)) for value in range(256)]).convert("RGB")


def _flat_colours(picture: Picture, rng: random.Random) -> Picture:
    """Reduce to flat colours, as before shading and lines: a small palette, or few levels of each channel."""
    smooth = picture.filter(ImageFilter.MedianFilter(rng.choice((5, 7, 9))))
    if rng.random() < 0.5:
        return ImageOps.posterize(smooth, rng.choice((1, 2, 3)))
    return smooth.quantize(rng.randint(3, 9)).convert("RGB")


RANDOM_EDITS: tuple[Change, ...] = (
    _blur, _change_tone, _remove_colour, _change_hue, _swap_channels, _write_across, _crop_sides,
    _crop_sides, _pad_sides, _rotate_slightly, _turn_or_mirror, _simulate_scan,
)  # fmt: skip
RANDOM_STAGES: tuple[Change, ...] = (
    _ink_lines,
    _edge_lines,
    _rough_sketch,
    _value_study,
    _value_study,
    _flat_colours,
    _flat_colours,
)
