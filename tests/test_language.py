"""One word, one meaning: names are unique and plain, and retired words are gone from code, help, docs and page."""

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "pochade"
FILES = sorted(SOURCE.rglob("*.py"))
CODE = [*FILES, *sorted((ROOT / "experiments").rglob("*.py")), *sorted((ROOT / "examples").glob("*.py"))]
READMES = [ROOT / "frontend" / "README.md", ROOT / "examples" / "README.md"]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *READMES]
FRONTEND = [path for ending in ("*.svelte", "*.ts") for path in (ROOT / "frontend" / "src").rglob(ending)]
MAX_LINES = 350

# In text for people: the glossary (docs/reference/glossary.md) has the word to use instead.
RETIRED_IN_TEXT = re.compile(
    r"\b(foretell\w*|foretold|anew|pieces?|(?<!U-)nets?|(?<!a )painters?|menders?|restorers?|waist|traits?|emptiness"
    r"|twins?|comes? to be|came to be|but for|of which|household)\b"
    r"|\b(?:the|a|an|its|their|these|those|two|all|no) looks?\b(?!-| (?:like|at|up|for|into))",
    re.IGNORECASE,
)
RIDDLES = re.compile(r"^(The same\b|As well\b|Nothing, or\b|None\.|In numbers\b|It is in use\b|Its process\b)")

# In names: words that say nothing, or that mean something else in this field.
RETIRED_WORDS = {
    "told", "foretold", "foretell", "said", "anew", "mender", "mended", "mending", "restorer", "painter",
    "piece", "pieces", "trait", "traits", "emptiness", "keeper", "net", "nets", "twin", "twins", "waist", "dial",
    "shelf", "desk",
}  # fmt: skip
RETIRED_NAMES = {"one", "each", "own", "there", "found", "wanted", "asked", "kept", "way"}  # as whole names
NO_PARTICIPLES = {"embed", "feed", "seed", "exceed", "proceed"}
STORED_OR_PUBLIC = {  # names that files, scripts or other programs know, and the reason why each stays
    "pieces": "public: Collection.pieces(), CompressReport.pieces, JSON fields and SQL tables",
    "piece": "public: Match.piece and Suggestion.piece; JSON fields and SQL columns",
    "painter": "public: a parameter of Collection.imagine and others; a figure's JSON key",
    "net": "public: JSON fields, metadata of files, SQL columns",
    "told": "stored: a field of an archive's manifest",
    "anew": "public: a parameter of Collection.map",
    "kept": "public: a field of Group, and its JSON",
    "there": "public: a field of ExtractReport, and its JSON",
    "asked": "stored: a field of the record beside a cleaned file",
    "emptiness": "public: a field of Created",
    "nets": "public: Archive.nets",
    "way": "public: a field of the HTTP API",
    "UNet": "the field's own name",
}


RECORDED_KEYS = {"looks and traits"}  # of experiments/results/*.json


def words_of(name: str) -> list[str]:
    """The words of an identifier, in lower case."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)]


def defined_names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every name that a module gives to something, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno


def texts_of(path: Path) -> Iterator[tuple[str, int]]:
    """Every comment and every string of a module that reads like text."""
    source = path.read_text(encoding="utf-8")
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string, token.start[0]
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and " " in node.value
            and node.value not in RECORDED_KEYS
        ):
            yield node.value, node.lineno


def without_code(text: str) -> str:
    """A text without fenced blocks, code spans, links' targets and names of arguments: these name what is stored."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(rf"^ +(?:{'|'.join(STORED_OR_PUBLIC)}):", "", text, flags=re.MULTILINE)
    return re.sub(r"`[^`]*`|\]\([^)]*\)|https?://\S+", "", text)


def label(path: Path) -> str:
    """A path as a test's name."""
    return str(path.relative_to(ROOT))


def test_no_two_modules_share_a_name() -> None:
    stems = Counter(path.stem for path in FILES if path.stem not in {"__init__", "__main__"})
    assert not [stem for stem, count in stems.items() if count > 1]


def test_no_two_public_classes_share_a_name() -> None:
    names = Counter(
        node.name
        for path in FILES
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert not [name for name, count in names.items() if count > 1]


def test_every_module_fits_into_350_lines() -> None:
    sizes = {label(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert not {name: size for name, size in sizes.items() if size > MAX_LINES}


@pytest.mark.slow
def test_names_use_no_retired_word() -> None:
    assert not [
        f"{label(path)}:{line} {name}"
        for path in FILES
        for name, line in defined_names(ast.parse(path.read_text(encoding="utf-8")))
        if name not in STORED_OR_PUBLIC and (name in RETIRED_NAMES or RETIRED_WORDS & set(words_of(name)))
    ]


@pytest.mark.slow
def test_functions_are_named_by_verbs_or_nouns_and_not_by_participles() -> None:
    assert not [
        f"{label(path)}:{node.lineno} {node.name}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not any("property" in ast.unparse(mark) for mark in node.decorator_list)
        and re.fullmatch(r"_*[a-z]+ed", node.name)
        and node.name.strip("_") not in NO_PARTICIPLES
    ]


@pytest.mark.slow
def test_comments_docstrings_and_messages_use_no_retired_word() -> None:
    assert not [
        f"{label(path)}:{line} {match[0]}"
        for path in CODE
        for text, line in texts_of(path)
        for match in RETIRED_IN_TEXT.finditer(without_code(text))
    ]


@pytest.mark.slow
def test_every_docstring_can_be_read_alone() -> None:
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    assert not [
        f"{label(path)}: {text}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, documented) and RIDDLES.match(text := ast.get_docstring(node) or "")
    ]


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_the_documentation_uses_no_retired_word(page: Path) -> None:
    if page.name == "glossary.md":  # it lists them
        return
    text = without_code(page.read_text(encoding="utf-8"))
    assert not [match[0] for match in RETIRED_IN_TEXT.finditer(text)]


def test_the_page_shows_no_retired_word() -> None:
    assert not [
        f"{label(path)}: {match[0]}: {text.strip()}"
        for path in FRONTEND
        for text in shown_texts(path)
        for match in RETIRED_IN_TEXT.finditer(text)
    ]


def shown_texts(path: Path) -> list[str]:
    """The texts between tags and in quotes of a file of the page."""
    source = re.sub(r"<style.*?</style>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    shown = re.findall(r">([^<>{}=;]*[a-z][^<>{}=;]*)<|\"([^\"\n]* [^\"\n]*)\"|`([^`\n]* [^`\n]*)`", source)
    return ["".join(parts) for parts in shown]
