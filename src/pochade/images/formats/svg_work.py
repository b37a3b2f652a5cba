"""How much work an SVG would be for its renderer, bounded before it is rendered.

A text of a few bytes can ask for any amount of work: shapes that multiply through `use`, patterns and masks; filters
with huge parameters; layers for opacity, one in the other. What no honest drawing needs is refused here or cut to what
can be seen. The cost of the rest depends on sizes that only the renderer knows; `svg.py` limits its time and memory.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple
from xml.etree import ElementTree

from pochade.images.base.source import Source

LINK_ATTRIBUTES = ("href", "{http://www.w3.org/1999/xlink}href")
SVG_NAMESPACE = "{http://www.w3.org/2000/svg}"
_MAX_SHAPES = 500_000  # after `use` has multiplied them; ten times as many as in large maps
_MAX_LAYERS = 20_000  # shapes and groups that are drawn apart, because they have opacity, a mask or a filter
_MAX_PRIMITIVES = 5_000  # steps of filters
_MAX_DEPTH = 200  # nested elements; resvg recurses
_MAX_OCTAVES = 10  # each is half as strong as the one before: the eleventh changes no value of 8 bits
_MAX_RADIUS = 64.0  # of feMorphology, in pixels: its time grows with the square
_MAX_KERNEL_VALUES = 400  # of feConvolveMatrix
_LAYER_PROPERTIES = ("opacity", "mask", "filter", "clip-path", "mix-blend-mode", "isolation")
_STYLE_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_URL = re.compile(r"url\(\s*['\"]?\s*#([^)'\"]+?)\s*['\"]?\s*\)")
_LAST_PART = re.compile(r"[^\s>+~]*$")  # of a selector such as `g > path.line`
_SIMPLE_SELECTOR = re.compile(r"([.#]?)([\w-]+)")
_IN_BRACKETS = re.compile(r"\[[^\]]*\]|::?[\w-]+(\([^)]*\))?")


class SvgWork(NamedTuple):
    """What an element makes the renderer do, with everything inside and everything that it refers to."""

    shapes: int
    layers: int
    primitives: int

    def add(self, other: "SvgWork") -> "SvgWork":
        """Return the sum; numbers beyond the limits do not grow."""
        limits = (_MAX_SHAPES, _MAX_LAYERS, _MAX_PRIMITIVES)
        return SvgWork(*(min(a + b, limit + 1) for a, b, limit in zip(self, other, limits, strict=True)))


class StyleRule(NamedTuple):
    """A rule of a `<style>` element: which elements it may apply to, and what it declares."""

    selectors: tuple[tuple[tuple[str, str], ...], ...]  # of each selector the last part: kinds ("", ".", "#") and names
    declarations: str

    def applies_to(self, element: ElementTree.Element) -> bool:
        """Whether the rule may apply to an element; what stands before the last part of a selector is ignored."""
        classes = element.get("class", "").split()
        tests: dict[str, Callable[[str], bool]] = {
            "": lambda name: element.tag == SVG_NAMESPACE + name,
            ".": lambda name: name in classes,
            "#": lambda name: name == element.get("id"),
        }
        return any(all(tests[kind](name) for kind, name in selector) for selector in self.selectors)


def check_work(source: Source, root: ElementTree.Element, pixels_per_unit: float) -> None:
    """Check how much work rendering takes, and cut the octaves of noise to those that can be seen.

    Args:
        source: The file, for errors.
        root: The root element.
        pixels_per_unit: Scale of the drawing.

    Raises:
        PictureTooLarge: It is more than any honest drawing takes.
    """
    for element in root.iter():
        _check_primitive(source, element, pixels_per_unit)
    work = _measure(source, root)
    if work.shapes > _MAX_SHAPES:
        raise source.size_error(f"it draws more than {_MAX_SHAPES:,} shapes")
    if work.layers > _MAX_LAYERS:
        raise source.size_error(f"it draws more than {_MAX_LAYERS:,} layers")
    if work.primitives > _MAX_PRIMITIVES:
        raise source.size_error(f"its filters have more than {_MAX_PRIMITIVES:,} steps")


def _check_primitive(source: Source, element: ElementTree.Element, pixels_per_unit: float) -> None:
    """Check the parameters of a filter's step."""
    if element.tag == SVG_NAMESPACE + "feTurbulence":
        octaves = _numbers(element.get("numOctaves", "1"))
        if octaves and octaves[0] > _MAX_OCTAVES:
            element.set("numOctaves", str(_MAX_OCTAVES))
    elif element.tag == SVG_NAMESPACE + "feMorphology":
        if max(_numbers(element.get("radius", "0")), default=0.0) * pixels_per_unit > _MAX_RADIUS:
            raise source.size_error(f"a filter in it has a radius of more than {_MAX_RADIUS:.0f} pixels")
    elif element.tag == SVG_NAMESPACE + "feConvolveMatrix":
        order = [*_numbers(element.get("order", "3")), 3.0][:2]
        if order[0] * order[-1] > _MAX_KERNEL_VALUES or max(order) ** 2 > _MAX_KERNEL_VALUES:
            raise source.size_error(f"a filter in it has a matrix of more than {_MAX_KERNEL_VALUES:,} values")


def _measure(source: Source, root: ElementTree.Element) -> SvgWork:
    """Measure the work of the whole drawing."""
    rules = _style_rules(root)
    elements = {name: element for element in root.iter() if (name := element.get("id"))}
    measured: dict[ElementTree.Element, SvgWork] = {}

    def measure(element: ElementTree.Element, depth: int) -> SvgWork:
        if depth > _MAX_DEPTH:
            raise source.size_error("its shapes are nested too deep")
        if element not in measured:
            declared = [rule.declarations for rule in rules if rule.applies_to(element)]
            work = measured[element] = _own_work(element, declared)  # also stops shapes that use themselves
            for child in element:
                work = work.add(measure(child, depth + 1))
            for name in _referenced_ids(element, declared):
                if name in elements:
                    work = work.add(measure(elements[name], depth + 1))
            measured[element] = work
        return measured[element]

    return measure(root, 0)


def _own_work(element: ElementTree.Element, declared: list[str]) -> SvgWork:
    texts = [element.get("style", ""), *declared]
    is_layer = any(element.get(name) for name in _LAYER_PROPERTIES) or any(
        re.search(rf"(?:^|[\s;]){name}\s*:", text) for name in _LAYER_PROPERTIES for text in texts if name in text
    )
    is_primitive = str(element.tag).startswith((SVG_NAMESPACE + "fe", SVG_NAMESPACE + "feMergeNode"))
    return SvgWork(1, int(is_layer), int(is_primitive))


def _style_rules(root: ElementTree.Element) -> list[StyleRule]:
    """The rules of all `<style>` elements that refer to something, or make a layer."""
    rules = []
    for element in root.iter(SVG_NAMESPACE + "style"):
        for selectors, declarations in _STYLE_RULE.findall(_COMMENT.sub("", "".join(element.itertext()))):
            if "url(" in declarations or any(name in declarations for name in _LAYER_PROPERTIES):
                rules.append(StyleRule(tuple(_parse_selectors(selectors)), declarations))
    return rules


def _parse_selectors(text: str) -> Iterator[tuple[tuple[str, str], ...]]:
    """The last part of each selector; conditions in brackets and behind colons count as met."""
    for selector in _IN_BRACKETS.sub("", text).split(","):
        last = _LAST_PART.search(selector.strip())
        yield tuple((kind, name) for kind, name in _SIMPLE_SELECTOR.findall(last[0] if last else ""))


def _referenced_ids(element: ElementTree.Element, declared: list[str]) -> Iterator[str]:
    """The ids of the elements that an element renders through its link, patterns, masks, filters and markers."""
    for link in LINK_ATTRIBUTES:
        if (text := element.get(link, "").strip()).startswith("#"):
            yield text[1:]
    for text in (*element.attrib.values(), *declared):
        if "url(" in text:
            yield from _URL.findall(text)


def _numbers(text: str) -> list[float]:
    """The numbers in an attribute; none if it is invalid, as for the renderer."""
    try:
        return [float(number) for number in re.split(r"[\s,]+", text.strip())]
    except ValueError:
        return []
