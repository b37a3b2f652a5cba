"""The things to touch, used in a real browser without a network, on a phone's width and on a desktop's."""

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, expect

from pochade.models.vae import VAE
from tests.support.browser import Scheme, launch_browser, needs_browser
from tests.support.widget_page import WIDGETS, drag, drawings, open_widgets, sample_models, widget, write_page

pytestmark = [needs_browser, pytest.mark.slow]

SIZES: dict[str, tuple[tuple[int, int, int], tuple[int, ...], int | None]] = {
    "grey": ((1, 28, 28), (16, 32, 64), None),
    "colour": ((3, 24, 28), (4, 8), None),
    "small": ((1, 21, 20), (4,), 2),  # one layer, two numbers, and a height that the layer does not halve evenly
}
PHONE, DESKTOP = 390, 1_300
MAX_DIFFERENCE = 1e-3
on_both_widths = pytest.mark.parametrize("width", [PHONE, DESKTOP])
RUN = """([name, part, numbers]) => {
    const given = Float32Array.from(numbers);
    return Array.from(part === "decode" ? lesson.models[name].decode(given) : lesson.models[name].encode(given));
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch_browser() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def models() -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Untrained models and the data of the scripts, for each of the sizes."""
    return {name: sample_models(*size) for name, size in SIZES.items()}


@pytest.fixture(scope="module")
def pages(models: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: write_page(tmp_path_factory.mktemp(name), data) for name, (_, data) in models.items()}


@pytest.mark.parametrize("size", SIZES)
def test_the_scripts_compute_what_torch_computes(
    size: str, browser: Browser, models: dict[str, Any], pages: dict[str, Path]
) -> None:
    torch_models, data = models[size]
    shape = SIZES[size][0]
    generator = torch.Generator().manual_seed(0)
    picture = torch.rand((1, *shape), generator=generator)
    with open_widgets(browser, pages[size], DESKTOP) as visit, torch.inference_mode():

        def difference(name: str, part: str, given: torch.Tensor, wanted: torch.Tensor) -> float:
            found = np.array(visit.page.evaluate(RUN, [name, part, given.flatten().tolist()]))
            return float(np.abs(found - wanted.flatten().numpy()).max())

        for name, layers in data["models"].items():
            model = torch_models[name]
            latent = torch.randn((1, *model.latent_shape), generator=generator)
            assert difference(name, "decode", latent, model.decode(latent)) < MAX_DIFFERENCE
            if "encoder" in layers:
                encoded = model.encode(picture).mean if isinstance(model, VAE) else model.encode(picture)
                assert difference(name, "encode", picture, encoded) < MAX_DIFFERENCE


@pytest.mark.parametrize("size", SIZES)
@on_both_widths
def test_every_widget_replaces_its_static_figure(
    size: str, width: int, browser: Browser, pages: dict[str, Path]
) -> None:
    with open_widgets(browser, pages[size], width) as visit:
        for name in WIDGETS:
            expect(widget(visit.page, name)).not_to_contain_text("static figure")
            expect(widget(visit.page, name)).to_have_class("widget w-live")


@on_both_widths
def test_a_drag_and_the_arrow_keys_move_the_point_in_a_map(
    width: int, browser: Browser, pages: dict[str, Path]
) -> None:
    with open_widgets(browser, pages["grey"], width) as visit:
        vae = widget(visit.page, "maps").locator(".w-map-box").nth(1)
        canvas, status = vae.locator(".w-map"), vae.locator(".w-status")
        drag(visit.page, canvas, (0.5, 0.5), (1, 1))  # from the middle to the corner at the lower right
        expect(status).to_contain_text(re.compile(r"z = \(3\.\d\d, −3\.\d\d\): far from every picture"))
        corner = drawings(vae)
        canvas.press("ArrowUp")
        expect(status).to_contain_text(re.compile(r"z = \(3\.\d\d, −2\.\d\d\)"))
        canvas.press("Shift+ArrowLeft")
        expect(status).to_contain_text(re.compile(r"z = \(2\.\d\d, −2\.\d\d\)"))
        assert all(before != after for before, after in zip(corner, drawings(vae), strict=True))


def test_a_touch_moves_the_point_in_a_map(browser: Browser, pages: dict[str, Path]) -> None:
    with open_widgets(browser, pages["grey"], PHONE) as visit:
        vae = widget(visit.page, "maps").locator(".w-map-box").nth(1)
        vae.locator(".w-map").tap(position={"x": 3, "y": 3})
        expect(vae.locator(".w-status")).to_contain_text(
            re.compile(r"z = \(−2\.\d\d, 2\.\d\d\)|z = \(−3\.\d\d, 3\.\d\d\)")
        )


@on_both_widths
def test_both_maps_take_the_same_random_numbers(width: int, browser: Browser, pages: dict[str, Path]) -> None:
    with open_widgets(browser, pages["grey"], width) as visit:
        maps = widget(visit.page, "maps")
        before = maps.locator(".w-status").all_inner_texts()
        maps.get_by_role("button", name="Same random numbers").click()
        after = maps.locator(".w-status").all_inner_texts()
        first, second = (re.findall(r"−?\d+\.\d+", text)[:2] for text in after)
        assert before != after
        assert first == second


@on_both_widths
def test_a_chosen_picture_shows_its_place_and_its_posterior(
    width: int, browser: Browser, models: dict[str, Any], pages: dict[str, Path]
) -> None:
    mean = models["grey"][1]["clouds"]["mean"][2]
    with open_widgets(browser, pages["grey"], width) as visit:
        vae = widget(visit.page, "maps").locator(".w-map-box").nth(1)
        before = drawings(vae.locator(".w-map"))
        widget(visit.page, "maps").locator(".w-strip input").nth(1).focus()
        visit.page.keyboard.press("ArrowRight")
        expected = ", ".join(f"{value:.2f}".replace("-", "−") for value in mean)
        expect(vae.locator(".w-status")).to_contain_text(f"z = ({expected})")
        assert drawings(vae.locator(".w-map")) != before


def test_the_map_of_the_autoencoder_shows_a_chosen_picture_where_its_position_is_known(
    browser: Browser, models: dict[str, Any], tmp_path: Path
) -> None:
    data = dict(models["colour"][1])
    positions = [[0.25 * index, -1.0] for index in range(len(data["pictures"]["labels"]))]
    data["maps"] = data["maps"] | {"autoencoder_2": data["maps"]["autoencoder_2"] | {"pictures": positions}}
    with open_widgets(browser, write_page(tmp_path, data), DESKTOP) as visit:
        place = widget(visit.page, "maps")
        place.locator(".w-strip input").nth(3).check()
        expect(place.locator(".w-status").first).to_contain_text("z = (0.75, −1.00)")


@on_both_widths
def test_new_random_numbers_change_the_picture_of_every_model(
    width: int, browser: Browser, pages: dict[str, Path]
) -> None:
    with open_widgets(browser, pages["grey"], width) as visit:
        place = widget(visit.page, "random")
        expect(place.locator(".w-spoken")).to_contain_text("nearest")  # decoded after the page appeared
        pictures = place.locator(".w-card > canvas")
        earlier = place.locator(".w-card .w-earlier canvas:first-child")
        before = drawings(pictures)
        place.get_by_role("button", name="New random numbers").press("Enter")
        assert not set(before) & set(drawings(pictures))
        assert drawings(earlier) == before


@on_both_widths
def test_the_slider_and_the_lists_change_the_walk(width: int, browser: Browser, pages: dict[str, Path]) -> None:
    with open_widgets(browser, pages["colour"], width) as visit:
        place = widget(visit.page, "walk")
        cards, slider = place.locator(".w-card canvas"), place.get_by_role("slider")
        halfway = drawings(cards)
        slider.focus()
        visit.page.keyboard.press("Home")
        expect(place.locator(".w-status")).to_contain_text("0 % of the way")
        start = drawings(cards)
        assert not set(halfway) & set(start)
        assert start[2] == drawings(place.locator(".w-select canvas"))[0]  # the crossfade starts with the first picture
        place.get_by_label("From").select_option(label="Bag 2")
        expect(place.locator(".w-status")).to_contain_text("from Bag 2 to Trouser 1")
        assert not set(start) & set(drawings(cards))
        place.get_by_role("button", name="Ankle boot to Shirt").click()
        expect(place.locator(".w-status")).to_contain_text("from Ankle boot 1 to Shirt 1")
        slider.fill("100")
        assert drawings(cards)[2] == drawings(place.locator(".w-select canvas"))[1]


@pytest.mark.parametrize("size", ["grey", "colour"])
@on_both_widths
def test_a_picture_can_be_drawn_erased_smudged_and_spoilt(
    size: str, width: int, browser: Browser, pages: dict[str, Path]
) -> None:
    with open_widgets(browser, pages[size], width) as visit:
        place = widget(visit.page, "draw")
        easel, outputs = place.locator(".w-easel canvas"), place.locator(".w-card canvas")
        states = [drawings(easel)[0]]
        answers = [tuple(drawings(outputs))]

        def changed() -> None:
            states.append(drawings(easel)[0])
            answers.append(tuple(drawings(outputs)))

        place.get_by_role("button", name="Add noise").click()
        changed()
        expect(place.locator(".w-status")).to_contain_text(
            "differences from the clean T-shirt/top 1. Your picture: 0.0"
        )
        place.get_by_role("button", name="Clear").click()
        changed()
        expect(place.locator(".w-status")).to_contain_text("differences from your drawing")
        drag(visit.page, easel, (0.3, 0.3), (0.7, 0.6))
        changed()
        place.get_by_label("Smudge").check()
        drag(visit.page, easel, (0.5, 0.45), (0.8, 0.2))
        changed()
        place.get_by_label("Erase").check()
        drag(visit.page, easel, (0.3, 0.3), (0.5, 0.45))
        changed()
        place.locator(".w-strip input").first.check()
        place.locator(".w-strip input").first.click()
        assert len(set(states)) == len(set(answers)) == 6
        assert drawings(easel) == states[:1]  # the picture that it started from


@on_both_widths
def test_the_keyboard_draws(width: int, browser: Browser, pages: dict[str, Path]) -> None:
    with open_widgets(browser, pages["grey"], width) as visit:
        place = widget(visit.page, "draw")
        easel = place.locator(".w-easel canvas")
        place.get_by_role("button", name="Clear").click()
        blank = drawings(easel)
        easel.focus()
        for key in ("ArrowLeft", "ArrowUp"):
            visit.page.keyboard.press(key)
        expect(place.locator(".w-cursor")).to_be_visible()
        assert drawings(easel) == blank
        visit.page.keyboard.press("Space")
        dot = visit.page.evaluate(
            """() => {
                const canvas = document.querySelector("#widget-draw .w-easel canvas");
                return [...canvas.getContext("2d").getImageData(13, 13, 1, 1).data];
            }"""
        )
        assert dot == [0, 0, 0, 255]  # ink, one step up and left of the middle


@on_both_widths
def test_the_trade_slider_chooses_another_vae(width: int, browser: Browser, pages: dict[str, Path]) -> None:
    with open_widgets(browser, pages["grey"], width) as visit:
        place = widget(visit.page, "trade")
        slider, numbers, samples = place.get_by_role("slider"), place.locator("dl"), place.locator("canvas")
        expect(numbers).to_contain_text("8.4")
        first = drawings(samples)
        slider.press("ArrowRight")
        expect(numbers).to_contain_text("16.0")
        expect(slider).to_have_attribute("aria-valuetext", "KL × 0.25: 16.0 nats, error 0.0141")
        second = drawings(samples)
        place.locator("circle").nth(1).click()
        expect(numbers).to_contain_text("8.4")
        assert drawings(samples) == first != second  # the same random numbers
        place.get_by_role("button", name="New random numbers").click()
        assert drawings(samples) != first


@on_both_widths
def test_the_noise_stays_while_mean_and_deviation_move_the_samples(
    width: int, browser: Browser, pages: dict[str, Path]
) -> None:
    with open_widgets(browser, pages["grey"], width) as visit:
        place = widget(visit.page, "noise")
        noise, samples, status = place.locator(".w-noise"), place.locator(".w-sample"), place.locator(".w-status")
        expect(samples).to_have_count(40)
        places = [[line.get_attribute("x1") for line in lines.all()] for lines in (noise, samples)]
        mean, deviation = place.get_by_label("Mean"), place.get_by_label("Deviation")
        mean.fill("-1")
        deviation.fill("2")
        divergence = 0.5 * (1 + 4 - 1 - math.log(4))
        expect(status).to_contain_text(f"KL = {divergence:.3f} nats; its gradient is −1.00 for mu and 1.50 for sigma")
        assert [line.get_attribute("x1") for line in noise.all()] == places[0]
        assert [line.get_attribute("x1") for line in samples.all()] != places[1]
        for _ in range(40):
            place.get_by_role("button", name="Follow the KL gradient").press("Enter")
        expect(status).to_contain_text("KL = 0.00")
        place.get_by_role("button", name="New noise").click()
        assert [line.get_attribute("x1") for line in noise.all()] != places[0]


@on_both_widths
def test_hovering_and_arrow_keys_enlarge_a_feature_map(width: int, browser: Browser, pages: dict[str, Path]) -> None:
    with open_widgets(browser, pages["grey"], width) as visit:
        place = widget(visit.page, "layers")
        maps, status, large = place.locator(".w-maps"), place.locator(".w-status"), place.locator(".w-large canvas")
        expect(maps).to_have_count(7)
        maps.nth(2).hover(position={"x": 2, "y": 2})
        expect(status).to_contain_text("encoder 2, channel 1 of 32, shape 7 × 7")
        hovered = drawings(large)
        maps.nth(2).focus()
        visit.page.keyboard.press("ArrowRight")
        expect(status).to_contain_text("channel 2 of 32")
        visit.page.keyboard.press("Tab")
        expect(status).to_contain_text("encoder 3, channel 1 of 64, shape 3 × 3")
        assert drawings(large) != hovered
        before = drawings(maps)
        place.locator(".w-strip input").nth(3).check()
        assert not set(before) & set(drawings(maps))


@on_both_widths
def test_a_convolution_goes_forward_back_and_to_its_end(width: int, browser: Browser, pages: dict[str, Path]) -> None:
    with open_widgets(browser, pages["grey"], width) as visit:
        place = widget(visit.page, "convolution")
        status, slider = place.locator(".w-status"), place.get_by_role("slider")
        expect(status).to_contain_text("Output 7 of 14")
        place.get_by_role("button", name="Next").click()
        expect(status).to_contain_text("Output 8 of 14")
        place.get_by_role("button", name="Previous").press("Enter")
        expect(status).to_contain_text("Output 7 of 14")
        place.get_by_label("7 to 3: padding 0").check()
        expect(place.locator(".w-outside")).to_have_count(0)
        place.get_by_label("14 to 28: output_padding 1").check()
        expect(place).to_contain_text("(14 − 1) × 2 − 2 × 1 + 3 + 1 = 28")
        expect(place.locator(".w-outside")).to_have_count(1)
        place.get_by_label("14 to 27: output_padding 0").check()
        expect(place).to_contain_text("(14 − 1) × 2 − 2 × 1 + 3 + 0 = 27")
        expect(place.locator(".w-outside")).to_have_count(2)
        slider.fill("13")
        place.get_by_role("button", name="Play").click()
        expect(status).to_contain_text("Input 14 of 14")
        expect(place.get_by_role("button", name="Play")).to_be_visible()  # it stopped by itself


def test_nothing_plays_by_itself_and_play_can_pause(browser: Browser, pages: dict[str, Path]) -> None:
    with open_widgets(browser, pages["grey"], DESKTOP) as visit:
        assert visit.page.evaluate("document.getAnimations().length") == 0
        place = widget(visit.page, "convolution")
        place.get_by_role("slider").fill("1")
        place.get_by_role("button", name="Play").click()
        expect(place.locator(".w-status")).to_contain_text("Output 2 of 14")
        place.get_by_role("button", name="Pause").click()
        expect(place.get_by_role("button", name="Play")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@on_both_widths
def test_axe_finds_no_serious_violation(width: int, scheme: Scheme, browser: Browser, pages: dict[str, Path]) -> None:
    with open_widgets(browser, pages["grey"], width, scheme) as visit:
        widget(visit.page, "maps").locator(".w-strip input").first.check()
        assert visit.accessibility_violations() == []


def test_a_widget_whose_model_is_missing_keeps_its_static_figure(
    browser: Browser, models: dict[str, Any], tmp_path: Path
) -> None:
    data = dict(models["colour"][1])
    data["models"] = {name: model for name, model in data["models"].items() if name != "denoiser"}
    with open_widgets(browser, write_page(tmp_path, data), DESKTOP) as visit:
        expect(widget(visit.page, "draw")).to_have_text("static figure of draw")
        expect(widget(visit.page, "walk")).to_have_class("widget w-live")
        assert len(visit.errors) == 1
        assert "draw" in visit.errors.pop()
