"""The texts that a picture's file holds for people who search: titles, captions, keywords, and generators' prompts.

file ─►┤text_blocks├─► EXIF, XMP, IPTC, texts ─►┤their readers├─► captions and prompts, clean and bounded
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pochade.errors import FileUnreachable, PictureUnreadable
from pochade.images.base.source import open_source
from pochade.images.metadata.exif_texts import read_exif_texts
from pochade.images.metadata.generator_texts import is_prompt, read_prompts
from pochade.images.metadata.iptc import read_iptc_texts
from pochade.images.metadata.text_blocks import TextBlock, find_text_blocks
from pochade.images.metadata.xmp_texts import read_xmp_texts

TEXT_READER_VERSION = 1  # raised when this reads more: `learn` then reads the texts of all files again
MAX_TEXT_CHARACTERS = 20_000  # of the captions, and of the prompts, of one picture
MAX_FILE_BYTES = 2**40
_MAX_BLOCKS = 1000
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
_PROMPT_NAMES = {
    "parameters",
    "prompt",
    "dream",
    "sd-metadata",
    "invokeai_metadata",
    "invokeai_graph",
    "fooocus_scheme",
}
_PASSED_OVER = {"workflow", "software", "source", "creation time", "date:create", "date:modify", "copyright"}
_DEFAULT_COMMENTS = re.compile(r"created with (the )?gimp|lead technologies|created by trained model", re.IGNORECASE)


@dataclass(frozen=True)
class PictureTexts:
    """The texts of a picture's file, on lines of their own, composed (NFC), without control characters."""

    captions: str = ""  # titles, captions and keywords
    prompts: str = ""  # of the generator that made the picture


@dataclass
class _Texts:
    """The texts of one file while they are collected."""

    captions: list[str] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)

    def add(self, block: TextBlock) -> None:
        """Add the texts of a part of the file."""
        if block.kind == "iptc":
            self.captions += read_iptc_texts(block.content)
        elif block.kind == "xmp":
            captions, prompts = read_xmp_texts(block.content)
            self.add_comments(captions)
            self.prompts += prompts
        elif block.kind == "exif":
            self.add_comments(read_exif_texts(block.content))
        else:
            self.add_named(block.name.lower(), block.content.decode("utf-8", "replace"))

    def add_comments(self, texts: Iterable[str]) -> None:
        """Add texts that may be captions or prompts."""
        for text in texts:
            if is_prompt(text):
                self.prompts += read_prompts(text)
            elif not _DEFAULT_COMMENTS.search(text):
                self.captions.append(text)

    def add_named(self, name: str, text: str) -> None:
        """Add a text with a name, such as those of a PNG."""
        if name in _PROMPT_NAMES:
            self.prompts += read_prompts(text)
        elif name not in _PASSED_OVER:
            self.add_comments([text])


def read_texts(path: Path | str) -> PictureTexts:
    """Read the titles, captions, keywords and prompts in a picture's file. Damaged texts are left out.

    Args:
        path: A picture, in any format.

    Raises:
        FileUnreachable: The file can't be opened, or changed while it was read.
    """
    texts = _Texts()
    try:
        with open_source(path, MAX_FILE_BYTES) as source:
            for _, block in zip(range(_MAX_BLOCKS), find_text_blocks(source), strict=False):
                texts.add(block)
    except FileUnreachable:
        raise
    except PictureUnreadable:
        pass  # the texts that were found before the damage stay
    return PictureTexts(join_texts(texts.captions), join_texts(texts.prompts))


def join_texts(texts: Iterable[str]) -> str:
    """Join texts by line breaks: each once, composed (NFC), without control characters, within the maximum length."""
    clean = dict.fromkeys(_clean(text[: 2 * MAX_TEXT_CHARACTERS]) for text in texts)
    return "\n".join(text for text in clean if text)[:MAX_TEXT_CHARACTERS].rstrip()


def _clean(text: str) -> str:
    printable = "".join(" " if unicodedata.category(letter) in _UNPRINTABLE else letter for letter in text)
    return unicodedata.normalize("NFC", " ".join(printable.split()))
