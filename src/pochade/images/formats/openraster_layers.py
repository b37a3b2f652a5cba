"""The layers of an OpenRaster file, laid over each other where the file holds no merged picture.

`stack.xml` lists the layers from the top down. Every layer is a PNG in the same archive.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np
from PIL import Image, PngImagePlugin

from pochade.images.base.source import Source
from pochade.images.formats import layer_blending as blend
from pochade.images.formats.layer_blending import NORMAL, Blending, lay_on_canvas

LAYERS_NOTE = "it holds no merged picture, so its layers were laid over each other"
_BLEND_NOTE = "some of its layers are blended in ways that Pochade does not know, and were laid over the others"
_NORMAL_BLENDING = "svg:src-over"
_BLENDINGS = {  # by the value of `composite-op`
    _NORMAL_BLENDING: NORMAL,
    "svg:multiply": Blending(blend.multiply),
    "svg:screen": Blending(blend.screen),
    "svg:overlay": Blending(blend.overlay),
    "svg:darken": Blending(np.minimum),
    "svg:lighten": Blending(np.maximum),
    "svg:color-dodge": Blending(blend.dodge),
    "svg:color-burn": Blending(blend.burn),
    "svg:hard-light": Blending(blend.hard_light),
    "svg:soft-light": Blending(blend.soft_light),
    "svg:difference": Blending(blend.difference),
    "svg:exclusion": Blending(blend.exclusion),
    "svg:plus": Blending(np.add),
    "svg:src-atop": Blending(stays_on_backdrop=True),
}
_MAX_LAYERS = 1000
_MAX_DEPTH = 50  # of folders in folders
_MAX_SIDE = 1_000_000  # pixels, of the canvas and of offsets
_BYTES_PER_PIXEL = 16  # memory for a pixel of the canvas, and for one of a layer


@dataclass(frozen=True)
class RasterLayer:
    """A visible layer."""

    member: str  # name of its PNG in the archive
    x: int  # of its left edge on the canvas, in pixels
    y: int
    opacity: float  # 0 to 1, with that of its folders
    blending: str


@dataclass(frozen=True)
class LayerStack:
    """The canvas and its visible layers, from the bottom up."""

    width: int
    height: int
    layers: tuple[RasterLayer, ...]


def parse_stack(source: Source, document: bytes) -> LayerStack:
    """Parse `stack.xml`.

    Raises:
        PictureDamaged: It is no such document, or has too many layers.
    """
    if b"<!DOCTYPE" in document or b"<!ENTITY" in document:  # which layers never need, and which may grow without end
        raise source.damage_error("the list of its layers has a document type")
    try:
        root = ElementTree.fromstring(document)
        width, height = (int(root.get(side, "")) for side in ("w", "h"))
        layers = [layer for _, layer in zip(range(_MAX_LAYERS), _visible_layers(root), strict=False)]
    except (ElementTree.ParseError, ValueError, RecursionError) as error:
        raise source.damage_error("the list of its layers can't be read") from error
    if root.tag != "image" or not 0 < max(width, height) < _MAX_SIDE:
        raise source.damage_error("the list of its layers states no size")
    return LayerStack(width, height, tuple(reversed(layers)))


def _visible_layers(
    parent: ElementTree.Element, x: int = 0, y: int = 0, opacity: float = 1.0, depth: int = 0
) -> Iterator[RasterLayer]:
    """The visible layers below an element, from the top down; offsets and opacity of folders apply to their layers."""
    for element in parent if depth < _MAX_DEPTH else ():
        if element.get("visibility", "visible") == "hidden":
            continue
        left, top = x + int(float(element.get("x", "0"))), y + int(float(element.get("y", "0")))
        strength = opacity * min(1.0, max(0.0, float(element.get("opacity", "1"))))
        if element.tag == "stack":
            yield from _visible_layers(element, left, top, strength, depth + 1)
        elif element.tag == "layer":
            yield RasterLayer(
                element.get("src", ""), left, top, strength, element.get("composite-op", _NORMAL_BLENDING)
            )


def composite_stack(
    source: Source, stack: LayerStack, open_layer: Callable[[str], Source | None]
) -> tuple[Image.Image, tuple[str, ...]] | None:
    """Lay the layers over each other.

    Args:
        source: The file.
        stack: Its canvas and layers.
        open_layer: A function that opens the PNG of a member of the archive; None for one that is missing or no PNG.

    Returns:
        An image of mode RGBA, and notes; None if there is no layer.
    """
    source.check_memory(stack.width, stack.height, _BYTES_PER_PIXEL)
    canvas, count = Image.new("RGBA", (stack.width, stack.height)), 0
    for layer in stack.layers:
        if (file := open_layer(layer.member)) is not None:
            _lay_on_canvas(canvas, file, layer)
            count += 1
    unknown = any(layer.blending not in _BLENDINGS for layer in stack.layers)
    return (canvas, (LAYERS_NOTE, _BLEND_NOTE) if unknown else (LAYERS_NOTE,)) if count else None


def _lay_on_canvas(canvas: Image.Image, file: Source, layer: RasterLayer) -> None:
    file.file.seek(0)
    image: Image.Image = PngImagePlugin.PngImageFile(file.file)
    file.check_memory(*image.size, _BYTES_PER_PIXEL)
    image = image if image.mode == "RGBA" else image.convert("RGBA")  # which would copy it
    lay_on_canvas(canvas, image, (layer.x, layer.y), layer.opacity, _BLENDINGS.get(layer.blending, NORMAL))
