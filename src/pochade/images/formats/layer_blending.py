"""Lay a layer over a canvas as painting programs do: by a blend mode, in a tone curve or in linear light.

    backdrop, layer ─► blend mode ─► mixed by the layer's alpha ─► canvas

The formulas are those of "Compositing and Blending Level 1" (W3C), and of GIMP where its modes differ.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from PIL import Image

from pochade.images.base.pixel_values import Array
from pochade.images.base.tone_curves import SRGB_CURVE, light_of, srgb_of_light

_BAND_PIXELS = 1 << 20  # blended as floats at a time, to save memory
_TINY = np.float32(1e-6)
_QUARTER = np.float32(0.25)

BlendFunction = Callable[[Array, Array], Array]  # backdrop and layer, 0 to 1 -> their mixture, which is then clipped


def multiply(backdrop: Array, layer: Array) -> Array:
    """Darker: like two slides in one projector."""
    return backdrop * layer


def screen(backdrop: Array, layer: Array) -> Array:
    """Lighter: like two projectors on one screen."""
    return backdrop + layer - backdrop * layer


def hard_light(backdrop: Array, layer: Array) -> Array:
    """Multiply by dark layers, screen by light ones."""
    return np.where(layer <= 0.5, backdrop * 2 * layer, screen(backdrop, 2 * layer - 1))  # noqa: PLR2004


def overlay(backdrop: Array, layer: Array) -> Array:
    """Hard light with the two exchanged."""
    return hard_light(layer, backdrop)


def soft_light(backdrop: Array, layer: Array) -> Array:
    """A soft form of hard light, by W3C."""
    bright = np.where(backdrop <= _QUARTER, ((16 * backdrop - 12) * backdrop + 4) * backdrop, np.sqrt(backdrop))
    darker = backdrop - (1 - 2 * layer) * backdrop * (1 - backdrop)
    return np.where(layer <= 0.5, darker, backdrop + (2 * layer - 1) * (bright - backdrop))  # noqa: PLR2004


def soft_light_of_gimp(backdrop: Array, layer: Array) -> Array:
    """A soft form of hard light, by GIMP, which is also its old overlay."""
    return (1 - backdrop) * backdrop * layer + backdrop * screen(backdrop, layer)


def dodge(backdrop: Array, layer: Array) -> Array:
    """Brighten the backdrop by the layer; black stays black."""
    return backdrop / np.maximum(1 - layer, _TINY)


def burn(backdrop: Array, layer: Array) -> Array:
    """Darken the backdrop by the layer; white stays white."""
    return 1 - (1 - backdrop) / np.maximum(layer, _TINY)


def difference(backdrop: Array, layer: Array) -> Array:
    """How far the two are apart."""
    return np.abs(backdrop - layer)


def divide(backdrop: Array, layer: Array) -> Array:
    """The backdrop divided by the layer."""
    return backdrop / np.maximum(layer, _TINY)


def grain_extract(backdrop: Array, layer: Array) -> Array:
    """The difference around a middle grey."""
    return backdrop - layer + np.float32(0.5)


def grain_merge(backdrop: Array, layer: Array) -> Array:
    """The sum around a middle grey."""
    return backdrop + layer - np.float32(0.5)


def exclusion(backdrop: Array, layer: Array) -> Array:
    """A soft form of the difference."""
    return backdrop + layer - 2 * backdrop * layer


class Blending(NamedTuple):
    """How a layer is laid over what is below it."""

    function: BlendFunction | None = None  # None replaces the backdrop
    in_light: bool = False  # whether the function is applied to linear light
    mixed_in_light: bool = False  # whether alpha mixes linear light
    stays_on_backdrop: bool = False  # whether the layer shows only where there is a backdrop, as in GIMP


NORMAL = Blending()


def lay_on_canvas(
    canvas: Image.Image, image: Image.Image, place: tuple[int, int], opacity: float, blending: Blending = NORMAL
) -> None:
    """Lay an image over a canvas, both of mode RGBA; what lies outside of the canvas is cut off.

    Args:
        canvas: Changed in place.
        image: Changed in place if it is not opaque.
        place: The left and upper edge of the image on the canvas.
        opacity: 0 to 1, by which the image's alpha is multiplied.
        blending: How the two are mixed.
    """
    x, y = place
    if opacity < 1:
        image.putalpha(image.getchannel("A").point([round(level * opacity) for level in range(256)]))
    left, top = max(0, -x), max(0, -y)
    right, lower = min(image.width, canvas.width - x), min(image.height, canvas.height - y)
    if left >= right or top >= lower:
        return
    rows = max(1, _BAND_PIXELS // (right - left))  # in bands, because Pillow and numpy make copies meanwhile
    for first in range(top, lower, rows):
        box, corner = (left, first, right, min(lower, first + rows)), (x + left, y + first)
        if blending == NORMAL:
            canvas.alpha_composite(image, corner, box)
        else:
            _blend_band(canvas, image.crop(box), corner, blending)


def _blend_band(canvas: Image.Image, band: Image.Image, place: tuple[int, int], blending: Blending) -> None:
    x, y = place
    below = canvas.crop((x, y, x + band.width, y + band.height))
    backdrop, layer = (np.asarray(image, np.float32) / np.float32(255) for image in (below, band))  # (h, w, 4)
    mixed = _mix(backdrop, layer, blending)
    canvas.paste(Image.fromarray((mixed * 255 + np.float32(0.5)).astype(np.uint8)), place)


def _mix(backdrop: Array, layer: Array, blending: Blending) -> Array:
    """Straight colours and alpha of both (h, w, 4) float32, mixed; 0 to 1."""
    alpha_below, alpha = backdrop[..., 3:], layer[..., 3:]
    below, above = backdrop[..., :3], layer[..., :3]
    blended = above if blending.function is None else _blend(below, above, blending.function, blending.in_light)
    if blending.mixed_in_light:
        below, above, blended = (light_of(colours, SRGB_CURVE) for colours in (below, above, blended))
    covers = alpha * alpha_below  # where both are
    alone = np.zeros_like(alpha) if blending.stays_on_backdrop else alpha - covers  # where only the layer is
    total = alpha_below + alone
    colours = blended * covers + above * alone + below * (alpha_below - covers)
    colours = (colours / np.maximum(total, _TINY)).clip(0, 1)
    colours = srgb_of_light(colours) if blending.mixed_in_light else colours
    return np.concatenate([colours, total.clip(0, 1)], axis=-1)


def _blend(below: Array, above: Array, function: BlendFunction, in_light: bool) -> Array:
    if not in_light:
        return function(below, above).clip(0, 1)
    light = function(light_of(below, SRGB_CURVE), light_of(above, SRGB_CURVE))
    return srgb_of_light(light)
