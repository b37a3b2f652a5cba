"""Random variants of a drawing: another work of a series, as an artist makes it by changing a part by hand.

Pictures are RGB, of a few hundred pixels per side. The pair model learns from them that one region which differs makes
two works, however much else is equal. Another drawing lends what is put into a picture.
"""

import random
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Picture = Image.Image
VariantChange = Callable[[Picture, random.Random, Picture], Picture]  # of a picture, with another one to take from
Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]
COLOUR_TOLERANCE = 12  # levels of 255 by which the pixels of one region may differ
MIN_AREA, MAX_AREA = 0.002, 0.4  # share of the picture that a region covers
SEED_TRIES = 30  # places at which a region is looked for
MIN_PAINT_SATURATION, HUE_REACH = 60, 18  # of 255
MIN_CHANGE = 25.0  # levels of 255, the mean change of a changed region's pixels in the channel that changes most
INPAINT_REACH = 3  # pixels


def recolour_region(picture: Picture, rng: random.Random, _: Picture) -> Picture:
    """Give one region of nearly one colour another colour, and keep its shading."""
    pixels = np.asarray(picture.convert("RGB")).copy()
    region = _choose_region(pixels, rng)
    shift = np.array([rng.choice((-1, 1)) * rng.uniform(MIN_CHANGE, 160) for _ in range(3)])
    changed = np.clip(pixels[region] + shift, 0, 255)
    if np.abs(changed - pixels[region]).mean(0).max() < MIN_CHANGE:
        changed = np.clip(pixels[region] - shift, 0, 255)
    pixels[region] = changed
    return Image.fromarray(pixels)


def recolour_paint(picture: Picture, rng: random.Random, _: Picture) -> Picture:
    """Give all that is painted in one hue another hue, saturation and value."""
    hue, saturation, value = (np.asarray(band).astype(np.int16) for band in picture.convert("HSV").split())
    coloured = (saturation > MIN_PAINT_SATURATION) & (value > MIN_PAINT_SATURATION)
    if not coloured.any():
        return recolour_region(picture, rng, picture)
    chosen = rng.choice(hue[coloured].tolist())
    reach = rng.choice((HUE_REACH, 128))  # one hue, or all of them
    painted = coloured & (np.abs((hue - chosen + 128) % 256 - 128) <= reach)
    hue = np.where(painted, hue + rng.randint(20, 236), hue) % 256
    saturation = np.where(painted, saturation * rng.uniform(0.5, 1.6), saturation)
    value = np.where(painted, value * rng.uniform(0.6, 1.5), value)
    bands = [Image.fromarray(band.clip(0, 255).astype(np.uint8)) for band in (hue, saturation, value)]
    return Image.merge("HSV", bands).convert("RGB")


def paste_object(picture: Picture, rng: random.Random, other: Picture) -> Picture:
    """Put another drawing onto the picture, small, without its paper."""
    share = rng.uniform(0.08, 0.35)
    return _paste(picture, other, _choose_place(picture, rng), share)


def exchange_content(picture: Picture, _: random.Random, other: Picture) -> Picture:
    """Keep the outer part, as of a sign or a card, and put another drawing into the middle."""
    result = picture.convert("RGB").copy()
    width, height = result.size
    box = round(width * 0.25), round(height * 0.25), round(width * 0.75), round(height * 0.75)
    colour = np.asarray(result)[height // 2, width // 2].tolist()
    result.paste((colour[0], colour[1], colour[2]), box)
    return _paste(result, other, (width / 2, height / 2), 0.45)


def erase_region(picture: Picture, rng: random.Random, _: Picture) -> Picture:
    """Remove one region: what is around it continues."""
    pixels = np.asarray(picture.convert("RGB"))
    region = cv2.dilate(_choose_region(pixels, rng, largest=0.12).astype(np.uint8), np.ones((5, 5), np.uint8))
    erased = cv2.inpaint(np.ascontiguousarray(pixels), region, INPAINT_REACH, cv2.INPAINT_TELEA)
    return Image.fromarray(erased)


def add_shape(picture: Picture, rng: random.Random, _: Picture) -> Picture:
    """Draw a small ellipse, triangle or curve onto the picture."""
    result = picture.convert("RGB").copy()
    pen, (x, y), size = ImageDraw.Draw(result), _choose_place(picture, rng), _choose_size(picture, rng)
    fill = tuple(rng.randrange(256) for _ in range(3))
    kind = rng.choice(("ellipse", "triangle", "curve"))
    if kind == "ellipse":
        pen.ellipse((x - size, y - size * rng.uniform(0.3, 1), x + size, y + size), fill=fill)
    elif kind == "triangle":
        corners = [(x + rng.uniform(-1, 1) * size, y + rng.uniform(-1, 1) * size) for _ in range(3)]
        pen.polygon([(x, y - size), (x - size, y + size), *corners[:1]], fill=fill)
    else:
        points = [(x + step * size / 4, y + rng.uniform(-0.5, 0.5) * size) for step in range(-4, 5)]
        pen.line(points, fill, width=max(2, round(size * rng.uniform(0.1, 0.4))), joint="curve")
    return result


def add_label(picture: Picture, rng: random.Random, _: Picture) -> Picture:
    """Write one or more short opaque words somewhere on the picture."""
    result = picture.convert("RGB").copy()
    pen = ImageDraw.Draw(result)
    font = ImageFont.load_default(max(8, picture.width // rng.randint(12, 30)))
    fill = rng.choice(((0, 0, 0), (40, 40, 160), (180, 20, 20), (255, 255, 255)))
    for _word in range(rng.randint(1, 6)):
        word = "".join(rng.choice("abcdefghiklmnoprstuvw") for _ in range(rng.randint(1, 8)))
        pen.text(_choose_place(picture, rng), word, fill, font, anchor="mm")
    return result


def change_part(picture: Picture, rng: random.Random, _: Picture) -> Picture:
    """Move, mirror, turn or resize one round part of the picture, such as a mouth, in its place."""
    pixels = np.asarray(picture.convert("RGB"))
    place, size = _choose_place(picture, rng), 1.5 * _choose_size(picture, rng)
    matrix = _random_motion(place, size, rng)
    height, width = pixels.shape[:2]
    moved = cv2.warpAffine(pixels, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    weight = _soft_disc(width, height, place, size)
    return Image.fromarray((pixels * (1 - weight) + moved * weight).round().astype(np.uint8))


def bend_part(picture: Picture, rng: random.Random, _: Picture) -> Picture:
    """Bend one part of the picture, as if a pose or an expression were drawn differently."""
    pixels = np.asarray(picture.convert("RGB"))
    height, width = pixels.shape[:2]
    place, size = _choose_place(picture, rng), 2.5 * _choose_size(picture, rng)
    weight = _soft_disc(width, height, place, size)[..., 0]
    across, down = (rng.choice((-1, 1)) * rng.uniform(0.15, 0.5) * size for _ in range(2))
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    bent = cv2.remap(pixels, columns + weight * across, rows + weight * down, cv2.INTER_LINEAR,
                     borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    return Image.fromarray(bent)


def change_parts(picture: Picture, rng: random.Random, other: Picture) -> Picture:
    """Change several parts, as in another pose."""
    for _ in range(rng.randint(2, 4)):
        picture = rng.choice((change_part, bend_part))(picture, rng, other)
    return picture


def _paste(picture: Picture, other: Picture, middle: tuple[float, float], share: float) -> Picture:
    """Put a drawing without its paper onto a picture, of this share of its longer side."""
    result, scale = picture.convert("RGB").copy(), share * max(picture.size) / max(other.size)
    small = other.convert("RGB").resize((max(2, round(other.width * scale)), max(2, round(other.height * scale))))
    pixels = np.asarray(small).astype(np.int16)
    drawn = np.abs(pixels - pixels[0, 0]).max(2) > COLOUR_TOLERANCE
    corner = round(middle[0] - small.width / 2), round(middle[1] - small.height / 2)
    result.paste(small, corner, Image.fromarray(drawn.astype(np.uint8) * 255))
    return result


def _choose_region(pixels: Bytes, rng: random.Random, largest: float = MAX_AREA) -> Mask:
    """Choose a connected region (h, w) of nearly one colour, away from the picture's corner; else a disc."""
    height, width = pixels.shape[:2]
    for _ in range(SEED_TRIES):
        seed = rng.randrange(width), rng.randrange(height)
        mask = np.zeros((height + 2, width + 2), np.uint8)
        flags = 4 | cv2.FLOODFILL_MASK_ONLY
        cv2.floodFill(pixels.copy(), mask, seed, 0, (COLOUR_TOLERANCE,) * 3, (COLOUR_TOLERANCE,) * 3, flags)
        region = mask[1:-1, 1:-1] > 0
        if MIN_AREA < region.mean() < largest and not region[0, 0]:
            return region
    place = rng.uniform(0.3, 0.7) * width, rng.uniform(0.3, 0.7) * height
    disc: Mask = _soft_disc(width, height, place, 0.05 * max(width, height))[..., 0] > 0.5
    return disc


def _choose_place(picture: Picture, rng: random.Random) -> tuple[float, float]:
    """Choose a place where something is drawn: a pixel that differs from its picture's corner."""
    pixels = np.asarray(picture.convert("RGB")).astype(np.int16)
    rows, columns = np.nonzero(np.abs(pixels - pixels[0, 0]).max(2) > COLOUR_TOLERANCE)
    if not len(rows):
        return picture.width / 2, picture.height / 2
    number = rng.randrange(len(rows))
    return float(columns[number]), float(rows[number])


def _choose_size(picture: Picture, rng: random.Random) -> float:
    return max(3.0, rng.uniform(0.015, 0.09) * max(picture.size))


def _random_motion(place: tuple[float, float], size: float, rng: random.Random) -> NDArray[np.float64]:
    """A motion (2, 3) that moves, mirrors, turns or resizes what is around a place."""
    kind = rng.choice(("move", "mirror", "turn", "resize"))
    angle = rng.choice((-1, 1)) * rng.uniform(15, 180) if kind == "turn" else 0.0
    scale = rng.choice((rng.uniform(0.5, 0.8), rng.uniform(1.25, 1.8))) if kind == "resize" else 1.0
    matrix = cv2.getRotationMatrix2D(place, angle, scale).astype(np.float64)
    if kind == "mirror":
        matrix = np.array([[-1.0, 0, 2 * place[0]], [0, 1, 0]])
    if kind == "move":
        matrix[:, 2] += [rng.choice((-1, 1)) * rng.uniform(0.25, 0.8) * size for _ in range(2)]
    return matrix


def _soft_disc(width: int, height: int, place: tuple[float, float], size: float) -> NDArray[np.float32]:
    """1 inside a disc of this radius, 0 outside, with a narrow soft rim: (h, w, 1)."""
    rows, columns = np.mgrid[0:height, 0:width]
    distance = np.hypot(columns - place[0], rows - place[1]) / size
    weight: NDArray[np.float32] = ((1.1 - distance) / 0.2).clip(0, 1)[..., None].astype(np.float32)
    return weight


RANDOM_VARIANTS: tuple[VariantChange, ...] = (
    recolour_region, recolour_paint, recolour_paint, erase_region, add_shape, add_label, change_part, bend_part,
    change_parts, paste_object, exchange_content,
)  # fmt: skip
