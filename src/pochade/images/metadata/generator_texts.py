"""Prompts that generators of pictures write into their files: only what was asked for, not what was to be avoided.

AUTOMATIC1111 and its successors write lines: the prompt, "Negative prompt: …", "Steps: …". ComfyUI writes a graph of
nodes as JSON; NovelAI, InvokeAI and others write JSON with a field for the prompt.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

_SETTINGS_LINE = re.compile(r"(?:^|\n)\s*(?:Negative prompt:|Steps: \d)")
_PROMPT_FIELDS = {
    "prompt",
    "text",
    "text_g",
    "text_l",
    "t5xxl",
    "clip_l",
    "positive",
    "positive_prompt",
    "base_caption",
}
_TITLE_FIELDS = {"title", "description", "caption"}
_FIELDS = _PROMPT_FIELDS | _TITLE_FIELDS
_MAX_DEPTH = 40  # of nested JSON
MAX_PROMPT_BYTES = 2**20


def is_prompt(text: str) -> bool:
    """Whether a comment is a prompt with its settings, or JSON that may hold one."""
    return bool(re.search(r"\bSteps: \d", text)) or text.lstrip()[:1] == "{"


def read_prompts(text: str) -> list[str]:
    """Read the prompts in what a generator wrote, lines or JSON; the text itself if it is neither."""
    text = text[:MAX_PROMPT_BYTES]
    if text.lstrip()[:1] in {"{", "["}:
        try:
            return list(_texts_in_json(json.loads(text)))
        except (ValueError, RecursionError):
            return []
    return [_SETTINGS_LINE.split(text, maxsplit=1)[0]]


def _texts_in_json(data: Any) -> Iterator[str]:
    """Yield every text in a field for prompts; the texts of nodes that a graph uses as negative are left out."""
    negative = _negative_nodes(data) if isinstance(data, dict) else set()
    nodes = {name: node for name, node in data.items() if name not in negative} if negative else data
    yield from _walk(nodes, 0)


def _negative_nodes(graph: dict[str, Any]) -> set[str]:
    """The names of nodes to which an input called "negative" leads: [name of the node, number of its output]."""
    inputs = [
        node["inputs"] for node in graph.values() if isinstance(node, dict) and isinstance(node.get("inputs"), dict)
    ]
    links = [values["negative"] for values in inputs if isinstance(values.get("negative"), list)]
    return {str(link[0]) for link in links if isinstance(link, list) and link}


def _walk(data: Any, depth: int) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(data, list):
        for item in data:
            yield from _walk(item, depth + 1)
    elif isinstance(data, dict):
        for name, value in data.items():
            if isinstance(value, str) and str(name).lower() in _FIELDS:
                yield value
            elif not isinstance(value, str) and "negative" not in str(name).lower():
                yield from _walk(value, depth + 1)
