"""Copies and stages of a drawing, made at random: what `experiments/recipes/pairs.py` teaches the verdict on pairs with."""

import io
import random
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

Picture = Image.Image
Change = Callable[[Picture, random.Random], Picture]
WHITE = (255, 255, 255)


# Copies --------------------------------------------------------------------------------------------------------------


def _resave(picture: Picture, chance: random.Random) -> Picture:
    """Through a JPEG."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=chance.randint(15, 90))
    return Image.open(buffer).convert("RGB")


def _shrink(picture: Picture, chance: random.Random) -> Picture:
    """Smaller."""
    share = chance.uniform(0.3, 0.9)
    return picture.resize((max(1, round(picture.width * share)), max(1, round(picture.height * share))))


def _blur(picture: Picture, chance: random.Random) -> Picture:
    """Out of focus, still in its colours."""
    return picture.filter(ImageFilter.GaussianBlur(chance.uniform(0.5, 2.5)))


def _change_tone(picture: Picture, chance: random.Random) -> Picture:
    """Lighter or darker, with more or less contrast."""
    power, contrast = chance.uniform(0.5, 2), chance.uniform(0.6, 1.2)
    curve = [round(255 * (value / 255) ** power) for value in range(256)]
    return ImageEnhance.Contrast(picture.point(curve * 3)).enhance(contrast)


def _remove_colour(picture: Picture, _: random.Random) -> Picture:
    """Without colour."""
    return picture.convert("L").convert("RGB")


def _change_hue(picture: Picture, chance: random.Random) -> Picture:
    """In other hues."""
    tone, saturation, value = picture.convert("HSV").split()
    by, share = chance.randint(20, 236), chance.uniform(0.5, 1)
    tone = tone.point([(level + by) % 256 for level in range(256)])
    return Image.merge("HSV", (tone, saturation.point([round(level * share) for level in range(256)]), value)).convert(
        "RGB"
    )


def _swap_channels(picture: Picture, chance: random.Random) -> Picture:
    """With its channels in another order."""
    return Image.merge("RGB", chance.sample(picture.split(), 3))


def _write_across(picture: Picture, chance: random.Random) -> Picture:
    """With words across it."""
    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    pen, font = ImageDraw.Draw(layer), ImageFont.load_default(max(8, picture.width // chance.randint(5, 14)))
    tone, cover = chance.choice((20, 128, 240)), chance.randint(60, 200)
    words = "".join(chance.choice("ABCDEFGHKLMNPRSTUVXYZ aeimnorst.@") for _ in range(chance.randint(5, 16)))
    place = picture.width * chance.uniform(0.3, 0.7), picture.height * chance.uniform(0.15, 0.85)
    pen.text(place, words, (tone, tone, tone, cover), font, anchor="mm")
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")


def _crop_sides(picture: Picture, chance: random.Random) -> Picture:
    """Without a part of each side."""
    sides = [chance.uniform(0.02, 0.2)] * 4 if chance.random() < 0.6 else [chance.uniform(0, 0.25) for _ in range(4)]
    left, top, right, bottom = sides
    width, height = picture.size
    return picture.crop(
        (round(width * left), round(height * top), round(width * (1 - right)), round(height * (1 - bottom)))
    )


def _pad_sides(picture: Picture, chance: random.Random) -> Picture:
    """With more paper about it."""
    reach = chance.uniform(0.03, 0.25)
    return ImageOps.expand(picture, (round(picture.width * reach), round(picture.height * reach)), WHITE)


def _rotate_slightly(picture: Picture, chance: random.Random) -> Picture:
    """Turned a little."""
    return picture.rotate(chance.uniform(-7, 7), Image.Resampling.BICUBIC, expand=True, fillcolor=WHITE)


def _turn_or_mirror(picture: Picture, chance: random.Random) -> Picture:
    """Turned by quarters, mirrored."""
    ways = (
        Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270,
        Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.TRANSPOSE,
    )  # fmt: skip
    return picture.transpose(chance.choice(ways))


def _simulate_scan(picture: Picture, chance: random.Random) -> Picture:
    """A little crooked, on tinted paper, unevenly lit, noisy."""
    crook = picture.rotate(chance.uniform(-2, 2), Image.Resampling.BICUBIC, expand=True, fillcolor=WHITE)
    pixels = np.asarray(crook, np.float32) * np.array([chance.uniform(0.8, 1) for _ in range(3)], np.float32)
    light = np.linspace(1, chance.uniform(0.75, 1), pixels.shape[1], dtype=np.float32)[None, :, None]
    noise = np.random.default_rng(chance.getrandbits(32)).normal(0, chance.uniform(0, 9), pixels.shape[:2])[..., None]
    return _resave(Image.fromarray((pixels * light + noise).clip(0, 255).astype(np.uint8)), chance)


# Stages --------------------------------------------------------------------------------------------------------------


def _ink_lines(picture: Picture, chance: random.Random) -> Picture:
    """Line art: a dodge of the grey picture with its blurred negative."""
    small = picture.convert("L")
    grey = np.asarray(small, np.float32)
    around = np.asarray(small.filter(ImageFilter.GaussianBlur(chance.uniform(1.5, 5))), np.float32)
    lines = np.minimum(255, grey * 255 / np.maximum(around, 1))
    faintest = chance.uniform(220, 245)
    return Image.fromarray(np.where(lines < faintest, lines * chance.uniform(0, 0.8), 255).astype(np.uint8)).convert(
        "RGB"
    )


def _edge_lines(picture: Picture, chance: random.Random) -> Picture:
    """Lines where any channel changes, faint or strong."""
    soft = np.asarray(picture.filter(ImageFilter.GaussianBlur(chance.uniform(0.3, 1.5))), np.float32)
    across = np.abs(np.diff(soft, axis=1, prepend=soft[:, :1])).max(2)
    down = np.abs(np.diff(soft, axis=0, prepend=soft[:1])).max(2)
    ink = (np.maximum(across, down) * chance.uniform(2, 10) - chance.uniform(5, 40)).clip(0, chance.uniform(120, 255))
    return Image.fromarray((255 - ink).astype(np.uint8)).convert("RGB")


def _rough_sketch(picture: Picture, chance: random.Random) -> Picture:
    """Pale, shaky lines on grainy paper."""
    change = chance.choice((_ink_lines, _edge_lines))
    lines = np.asarray(change(picture, chance).filter(ImageFilter.GaussianBlur(chance.uniform(0.4, 1.6))), np.float32)
    height, width = lines.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width]
    shake, length = chance.uniform(0, 2.5), chance.uniform(15, 60)
    down = (rows + shake * np.sin(columns / length + chance.random() * 6)).clip(0, height - 1).astype(int)
    across = (columns + shake * np.cos(rows / length + chance.random() * 6)).clip(0, width - 1).astype(int)
    grain = np.random.default_rng(chance.getrandbits(32)).normal(0, chance.uniform(0, 8), (height, width, 1))
    pale = 255 - (255 - lines[down, across]) * chance.uniform(0.3, 1)
    return Image.fromarray((pale + grain).clip(0, 255).astype(np.uint8))


def _value_study(picture: Picture, chance: random.Random) -> Picture:
    """A value study: grey tones that run, on paper that is not quite white."""
    grey = picture.convert("L").filter(ImageFilter.GaussianBlur(chance.uniform(1.2, 4.5)))
    dark, share = chance.uniform(10, 90), chance.uniform(0.45, 0.85)
    return grey.point([min(255, round(dark + value * share)) for value in range(256)]).convert("RGB")


def _flat_colours(picture: Picture, chance: random.Random) -> Picture:
    """Flat colours, before shading and lines: few of the picture's own, or few levels of each channel."""
    smooth = picture.filter(ImageFilter.MedianFilter(chance.choice((5, 7, 9))))
    if chance.random() < 0.5:
        return ImageOps.posterize(smooth, chance.choice((1, 2, 3)))
    return smooth.quantize(chance.randint(3, 9)).convert("RGB")


RANDOM_EDITS: tuple[Change, ...] = (
    _resave, _shrink, _blur, _change_tone, _remove_colour, _change_hue, _swap_channels, _write_across, _crop_sides, _crop_sides, _pad_sides, _rotate_slightly, _turn_or_mirror,
    _simulate_scan,
)  # fmt: skip
RANDOM_STAGES: tuple[Change, ...] = (_ink_lines, _edge_lines, _rough_sketch, _value_study, _value_study, _flat_colours, _flat_colours)
