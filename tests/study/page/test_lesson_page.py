"""The lesson as a page: one file, complete, readable without scripts, and true for every variant of the study."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from pochade.study.figures.draw_figures import draw_figures
from pochade.study.page.lesson_page import PARTS, band_text, script_json, security_policy, write_report
from tests.support.lesson_sample import lesson_sample
from tests.test_language import RETIRED_IN_TEXT

pytestmark = pytest.mark.slow
WIDGETS = ("maps", "random", "walk", "draw", "trade", "noise", "layers", "convolution")
VARIANTS: dict[str, dict[str, Any]] = {
    "default": {},
    "two numbers, two layers": {"latent_dim": 2, "widths": (4, 8)},
    "colour, textbook": {"shape": (3, 24, 28), "widths": (4, 8), "recipe": "tutorial", "epochs": 1},
}


class PageReader(HTMLParser):
    """Collects the elements of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.stack: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"script", "style", "pre", "code"} & set(self.stack):
            self.text.append(data)

    def named(self, tag: str) -> list[dict[str, str]]:
        """The attributes of all elements of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]

    def values(self, attribute: str) -> list[str]:
        """The values of an attribute, of all elements that have it."""
        return [attributes[attribute] for _, attributes in self.elements if attribute in attributes]


@pytest.fixture(scope="module", params=list(VARIANTS.values()), ids=list(VARIANTS))
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The lesson of an invented study."""
    folder, sample = tmp_path_factory.mktemp("lesson"), lesson_sample(**request.param)
    figures = draw_figures(folder, sample.data, sample.models, sample.results, sample.curves, sample.metrics)
    write_report(folder / "report.html", sample.metrics, figures, sample.lesson_data)
    return (folder / "report.html").read_text(encoding="utf-8")


def test_it_is_one_document_with_one_title_and_a_language(page: str) -> None:
    reader = PageReader(page)
    assert page.startswith("<!doctype html>")
    assert reader.named("html") == [{"lang": "en"}]
    assert len(reader.named("h1")) == 1
    assert len(page) < 2_500_000


def test_identifiers_are_unique_and_every_link_inside_the_page_leads_somewhere(page: str) -> None:
    reader = PageReader(page)
    identifiers = reader.values("id")
    assert len(set(identifiers)) == len(identifiers)
    links = [link for link in reader.values("href") if link.startswith("#")]
    assert {f"#{anchor}" for anchor in PARTS} <= set(links)
    assert not {link[1:] for link in links} - set(identifiers)


def test_nothing_is_loaded_from_elsewhere(page: str) -> None:
    reader = PageReader(page)
    assert all(source.startswith("data:image/png;base64,") for source in reader.values("src"))
    assert not reader.named("link")
    loaded = [a["xlink:href"] for a in reader.named("image") + reader.named("use")]
    assert all(address.startswith(("data:", "#")) for address in loaded)
    outside = [a["href"] for a in reader.named("a") if not a["href"].startswith("#")]
    assert outside
    assert all(address.startswith("https://") for address in outside)


def test_the_policy_allows_the_page_s_own_script_and_nothing_else(page: str) -> None:
    (policy,) = (a["content"] for a in PageReader(page).named("meta") if a.get("http-equiv"))
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    assert policy == "; ".join([
        "default-src 'none'",
        "img-src data:",
        "style-src 'unsafe-inline'",
        f"script-src 'sha256-{digests[0]}'",
    ])  # fmt: skip
    assert len(scripts) == 1
    assert not [name for _, attributes in PageReader(page).elements for name in attributes if name.startswith("on")]


def test_the_data_of_the_scripts_is_json_that_cannot_end_its_element(page: str) -> None:
    match = re.search(r'<script type="application/json" id="lesson-data">(.*?)</script>', page, flags=re.DOTALL)
    assert match
    assert json.loads(match[1])["note"] == "</script>"


def test_every_widget_holds_a_static_figure(page: str) -> None:
    for name in WIDGETS:
        content = page.split(f'id="widget-{name}">')[1]
        assert re.match(r"\s*<figure", content), name


def test_questions_about_a_widget_stand_outside_of_it(page: str) -> None:
    questions = re.findall(r'</div>\s*<p class="ask">(.*?)</p>', page, flags=re.DOTALL)
    assert len(questions) >= 6
    assert page.count('class="ask"') == len(questions)


def test_what_may_be_skipped_is_marked(page: str) -> None:
    assert page.count("You can skip it.") == 2
    assert page.count('<div class="box">') == 3


def test_pictures_have_a_text_that_is_not_their_caption(page: str) -> None:
    reader = PageReader(page)
    texts = [a["alt"] for a in reader.named("img")] + [
        a["aria-label"] for a in reader.named("div") if a.get("role") == "img"
    ]
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", page, flags=re.DOTALL)
    assert min(map(len, texts)) > 5
    assert not set(texts) & set(captions)


def test_each_part_opens_with_a_sentence(page: str) -> None:
    for anchor in PARTS:
        if anchor != "words":  # begins with a heading
            opening = page.split(f'<h2 id="{anchor}-title">')[1].split("</h2>")[1]
            assert re.match(r"\s*<p>", opening), anchor


def test_the_text_uses_no_retired_word_and_shows_no_code_of_the_template(page: str) -> None:
    text = " ".join(PageReader(page).text)
    assert not [match[0] for match in RETIRED_IN_TEXT.finditer(text)]
    assert not re.search(r"\{\{|\{%|\bnan\b|Undefined|None\b", text)


def test_code_blocks_and_formulas_are_there(page: str) -> None:
    assert ">pochade</code>, the Python package" in page.split("<pre", maxsplit=1)[0]  # said before the first code
    for line in ("optimiser.step()", "torch.randn_like", "ConvTranspose2d(", "def calibrated_loss", "def summed_loss"):
        assert line in page
    assert page.count("<math ") >= 6


def test_values_that_are_not_finite_become_null() -> None:
    assert json.loads(script_json({"a": [float("nan"), 1.5, "</x>"], "b": (float("inf"),)})) == {
        "a": [None, 1.5, "</x>"],
        "b": [None],
    }


def test_the_policy_names_the_digest_of_the_script() -> None:
    assert "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='" in security_policy("")


def test_usual_values_may_be_open_on_one_side() -> None:
    texts = [band_text({"low": low, "high": high}) for low, high in ((None, 2), (1, None), (1, 2))]
    assert texts == ["below 2.00", "above 1.00", "1.00 to 2.00"]
