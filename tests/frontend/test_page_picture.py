"""A single picture in a real browser: its size, where it leads to, and the way back to where it was opened."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs the extra 'dev'")

from playwright.sync_api import Browser, Locator, Page, expect

from pochade import Collection
from pochade.system.progress import ignore_progress
from pochade.web.jobs.job_tasks import run_task
from tests.support.browser import MAX_WAIT, Visit, needs_browser, open_page
from tests.support.drawings import drawing, folder_of_art

pytestmark = [needs_browser, pytest.mark.slow]
expect.set_options(timeout=MAX_WAIT)

PHONE = {"width": 390, "height": 600}  # CSS pixels: narrow enough that the wall must be scrolled
SHAPES = {"large.png": (1500, 1000), "wide.png": (1600, 40), "tall.png": (40, 1600)}


@pytest.fixture(scope="module")
def art(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with families, groups and a map: 12 small drawings, two copies of one, and three other shapes."""
    art = folder_of_art(tmp_path_factory.mktemp("picture") / "art", 12)
    for seed, (name, size) in enumerate(SHAPES.items(), 50):
        drawing(seed).resize(size).save(art / name)
    (art / "old" / "same.png").write_bytes((art / "drawing 2.png").read_bytes())
    drawing(2).resize((100, 100)).save(art / "small.jpg")
    with Collection.open(art) as collection:
        collection.learn(minutes=0)
    for kind in ("families", "groups", "map"):
        run_task({"folder": str(art), "index": None, "keep": None, "anew": False, "kind": kind}, ignore_progress)
    return art


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """A visit to the wall."""
    with open_page(browser, address) as visit:
        expect(tiles(visit.page).first).to_be_visible()
        yield visit


def tiles(page: Page, name: str = "Pictures") -> Locator:
    """The pictures in a list."""
    return page.get_by_role("list", name=name).get_by_role("link")


def tile(page: Page, name: str) -> Locator:
    """A picture on the wall, by the beginning of its file's name."""
    return tiles(page).filter(has_text=name)


def title(page: Page) -> Locator:
    """The main heading of the view."""
    return page.get_by_role("heading", level=1)


def shown(page: Page, name: str) -> Locator:
    """The picture in the middle of its view."""
    return page.get_by_role("group", name=re.compile(f"^{re.escape(name)}")).get_by_role("img", name=name)


def size_of(element: Locator) -> tuple[float, float]:
    """The width and height of an element, in CSS pixels."""
    box = element.bounding_box()
    assert box is not None
    return box["width"], box["height"]


def scroll_to(page: Page, element: Locator) -> int:
    """Scroll down until an element is in the middle of the screen; return how far that is, in CSS pixels."""
    page.evaluate("scrollTo(0, document.body.scrollHeight)")  # only tiles near the visible part exist
    element.evaluate("element => element.scrollIntoView({block: 'center'})")
    element.hover()  # waits until nothing moves any more
    scroll = round(page.evaluate("scrollY"))
    assert scroll > PHONE["height"]
    return scroll


def wait_for_scroll(page: Page, scroll: int) -> None:
    """Wait until the page is scrolled that far."""
    page.wait_for_function("wanted => Math.abs(scrollY - wanted) <= 1", arg=scroll)


# Size ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("density", [1, 2])
@pytest.mark.parametrize(("name", "pixels"), [("drawing 4.png", (200, 200)), ("large.png", (1500, 1000))])
def test_one_to_one_shows_a_pixel_of_the_picture_on_a_pixel_of_the_screen(
    browser: Browser, address: str, density: int, name: str, pixels: tuple[int, int]
) -> None:
    with browser.new_context(viewport={"width": 1280, "height": 800}, device_scale_factor=density) as context:
        page = context.new_page()
        page.goto(address)
        tile(page, name).click()
        expect(shown(page, name)).to_be_visible()
        page.get_by_role("button", name="1:1").click()
        expect(page.get_by_role("button", name="100%: show the whole picture")).to_be_visible()
        assert size_of(shown(page, name)) == pytest.approx([side / density for side in pixels], abs=0.01)
        left = shown(page, name).evaluate("image => image.getBoundingClientRect().left * devicePixelRatio")
        assert left == pytest.approx(round(left), abs=0.01)  # on whole pixels, so that it is sharp
        page.get_by_role("button", name="Zoom in").click()
        expect(page.get_by_role("button", name="140%: show the whole picture")).to_be_visible()
        page.get_by_role("button", name="140%").click()
        width, _ = size_of(shown(page, name))
        assert width <= pixels[0] / density + 0.01  # a small picture is not enlarged unasked


def test_a_percentage_is_true_while_the_picture_still_loads(visit: Visit) -> None:
    page = visit.page
    page.route(re.compile(r"/api/cutouts/\w+\?side=(?!256)"), lambda _: None)  # it never arrives
    tile(page, "large.png").click()
    expect(page.get_by_text("Loading…")).to_be_visible()
    page.get_by_role("button", name="1:1").click()
    expect(page.get_by_role("button", name="100%: show the whole picture")).to_be_visible()
    assert size_of(shown(page, "large.png")) == pytest.approx((1500, 1000), abs=0.01)


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE])
@pytest.mark.parametrize("name", SHAPES)
def test_a_sketch_and_a_thumbnail_keep_the_shape_of_their_picture(
    visit: Visit, viewport: dict[str, int], name: str
) -> None:
    page, (width, height) = visit.page, SHAPES[name]
    tile(page, name).click()
    page.set_viewport_size({"width": viewport["width"], "height": viewport["height"]})
    sketch = page.get_by_role("img", name=f"{name}, redrawn from its sketch")
    expect(sketch).to_be_visible()
    shown_width, shown_height = size_of(sketch)
    assert shown_width / shown_height == pytest.approx(width / height, rel=0.02)
    boxes = page.locator("img").evaluate_all("images => images.map(image => getComputedStyle(image).objectFit)")
    assert set(boxes) <= {"contain", "fill"}
    filling = "images => images.filter(image => getComputedStyle(image).objectFit === 'fill').length"
    assert page.locator("img").evaluate_all(filling) == 2  # the picture and its sketch, whose boxes have its shape


# The way back --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["Escape", "button", "browser"])
def test_the_wall_is_found_again_as_it_was_left(visit: Visit, way: str) -> None:
    page = visit.page
    page.set_viewport_size({"width": 390, "height": 600})
    page.get_by_role("combobox", name="Filter by shape").select_option("square")
    expect(tile(page, "large.png")).to_have_count(0)
    last = tile(page, "drawing 9.png")
    scroll = scroll_to(page, last)
    last.click()
    expect(title(page)).to_have_text("drawing 9.png")
    go_back(page, way)
    expect(last).to_be_focused()
    wait_for_scroll(page, scroll)
    expect(page.get_by_role("combobox", name="Filter by shape")).to_have_value("square")


def go_back(page: Page, way: str) -> None:
    """Leave a picture in one of three ways."""
    if way == "Escape":
        page.keyboard.press("Escape")
    elif way == "button":
        page.get_by_title("Back (Escape)").click()
    else:
        page.go_back()


def test_the_wall_is_found_again_after_another_wall_and_a_reload(visit: Visit) -> None:
    page = visit.page
    page.set_viewport_size({"width": 390, "height": 600})
    scroll = scroll_to(page, tile(page, "drawing 9.png"))
    tile(page, "drawing 9.png").click()
    page.get_by_role("link", name="square").click()  # the wall of all square pictures
    expect(page.get_by_role("combobox", name="Filter by shape")).to_have_value("square")
    page.go_back()
    expect(title(page)).to_have_text("drawing 9.png")
    page.reload()
    expect(title(page)).to_have_text("drawing 9.png")
    page.keyboard.press("Escape")
    expect(tile(page, "drawing 9.png")).to_be_focused()
    wait_for_scroll(page, scroll)


def test_escape_passes_over_pictures_that_were_opened_from_pictures(visit: Visit) -> None:
    page = visit.page
    tile(page, "drawing 4.png").click()
    expect(title(page)).to_have_text("drawing 4.png")
    page.get_by_role("region", name="Similar pictures").get_by_role("link").first.click()
    expect(title(page)).not_to_have_text("drawing 4.png")
    page.keyboard.press("Escape")
    expect(tiles(page).first).to_be_visible()
    page.go_forward()
    expect(title(page)).to_have_text("drawing 4.png")


def test_the_last_picture_has_the_focus_after_looking_at_its_neighbours(visit: Visit) -> None:
    page = visit.page
    page.set_viewport_size({"width": 390, "height": 600})
    tiles(page).first.click()
    expect(title(page)).to_have_text("drawing 0.png")
    for _ in range(9):  # so far that the wall must be scrolled
        name = title(page).inner_text()
        page.keyboard.press("ArrowRight")
        expect(title(page)).not_to_have_text(name)
    name = title(page).inner_text()
    page.keyboard.press("Escape")
    expect(page.locator("a[data-index='9']")).to_be_focused()
    expect(page.locator("a[data-index='9']")).to_be_in_viewport()
    assert name in page.locator("a[data-index='9']").inner_text()


@pytest.mark.parametrize("view", ["similar", "group", "family", "map"])
def test_other_views_are_found_again(visit: Visit, view: str) -> None:
    page = visit.page
    tile(page, "drawing 2.png").click()
    similar = page.get_by_role("navigation", name="This picture").get_by_role("link", name="Find similar")
    expect(similar).to_be_visible()
    picture_link = page.locator("main a[href^='/piece/']")
    if view == "similar":
        similar.click()
        expect(tiles(page, "Similar pictures").nth(3)).to_be_visible()
        picture_link = tiles(page, "Similar pictures")
    elif view == "group":
        page.goto(page.url.partition("/piece")[0] + "/groups")
        page.locator("a.title").first.click()
        picture_link = page.get_by_role("list", name="Pictures").get_by_role("link")
    elif view == "family":
        page.get_by_role("link", name="Show its family").click()
        expect(page.get_by_role("article")).to_have_count(1)
        picture_link = page.get_by_role("article").get_by_role("link")
    else:
        page.get_by_role("link", name="Show on the map").click()
        picture_link = page.get_by_role("complementary", name="Details").get_by_role("heading").get_by_role("link")
    opened = picture_link.first
    expect(opened).to_be_visible()
    address = page.url
    href = opened.get_attribute("href")
    opened.click()
    expect(page.get_by_role("region", name="Labels")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(f"main a[href='{href}']").and_(page.locator(":focus"))).to_have_count(1)
    assert page.url == address


# A file that is gone -------------------------------------------------------------------------------------------------


def test_a_moved_file_is_shown_as_a_small_preview_with_the_next_step(visit: Visit, art: Path) -> None:
    page = visit.page
    (art / "large.png").rename(art / "moved away.tmp")
    try:
        tile(page, "large.png").click()
        expect(page.get_by_text("This file is no longer at large.png")).to_be_visible()
        expect(page.get_by_role("button", name="Learn again")).to_be_visible()
        preview = page.get_by_role("figure").filter(has_text="Preview").get_by_role("img", name="large.png")
        assert size_of(preview) == pytest.approx((256, 171), abs=1)
        expect(page.get_by_role("link", name="Clean", exact=True).and_(page.locator("main a"))).to_have_count(0)
        assert not visit.accessibility_violations()
    finally:
        (art / "moved away.tmp").rename(art / "large.png")


def test_a_file_that_changed_says_so_and_is_shown_as_a_preview(browser: Browser, address: str, art: Path) -> None:
    changed = art / "old" / "drawing 7.png"  # that no other test looks at: the server keeps what it has shown
    before = changed.read_bytes()
    drawing(99).save(changed)
    try:
        with browser.new_context() as context:  # the refusal is an error on the console, which `open_page` would report
            page = context.new_page()
            page.goto(address)
            tile(page, "drawing 7.png").click()
            expect(page.get_by_text("'drawing 7.png' changed since it was learnt")).to_be_visible()
            expect(page.get_by_text("Preview from the time")).to_be_visible()
    finally:
        changed.write_bytes(before)


# Counts --------------------------------------------------------------------------------------------------------------


def test_the_wall_counts_pictures_as_its_filters_do(visit: Visit) -> None:
    page = visit.page
    expect(page.get_by_text("16 pictures in 17 files")).to_be_visible()
    expect(tiles(page)).to_have_count(16)
    page.get_by_role("combobox", name="Filter by format").select_option("PNG")
    expect(page.get_by_text("15 of 16 pictures")).to_be_visible()
    expect(page.get_by_role("option", name="PNG (15)")).to_have_count(1)
    tile(page, "drawing 2.png").click()
    expect(page.get_by_text("In 2 files")).to_be_visible()


# Undo ----------------------------------------------------------------------------------------------------------------


def test_undo_is_about_the_picture_whose_label_was_removed(visit: Visit) -> None:
    page = visit.page
    tile(page, "drawing 4.png").click()
    page.get_by_role("combobox", name="New label").fill("boats")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("button", name="Remove boats").click()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    page.get_by_role("button", name="Next picture").click()
    expect(title(page)).to_have_text("drawing 6.png")
    undo.click()
    expect(undo).to_have_count(0)
    page.get_by_role("button", name="Previous picture").click()
    expect(page.get_by_role("link", name="boats", exact=True)).to_be_visible()
    page.get_by_role("button", name="Next picture").click()
    expect(title(page)).to_have_text("drawing 6.png")
    expect(page.get_by_role("button", name="Remove boats")).to_have_count(0)


def test_undo_is_gone_once_another_change_makes_it_invalid(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Groups").click()
    undo = page.get_by_role("status").get_by_role("button", name="Undo")
    for name in ("first", "second"):
        page.get_by_role("button", name="Rename").first.click()
        page.get_by_label("Group name").fill(name)
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
        expect(undo).to_have_count(1)
    undo.click()
    expect(page.get_by_role("link", name="first", exact=True)).to_be_visible()
    expect(undo).to_have_count(0)


# Keys ----------------------------------------------------------------------------------------------------------------


def test_single_keys_act_only_in_their_view_and_are_listed(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Families").click()
    families = page.get_by_role("article")
    expect(families.first).to_be_visible()
    page.keyboard.press("j")
    expect(families.first).to_be_focused()
    for key in ("Control+c", "Alt+c", "Shift+C"):
        page.keyboard.press(key)
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Families").focus()
    page.keyboard.press("c")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("link", name="Pochade").click()
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog")).to_contain_text("Find similar pictures")
    page.keyboard.press("s")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert not visit.accessibility_violations()


# Find similar, and the other views of a picture ----------------------------------------------------------------------


def test_find_similar_works_by_keyboard(visit: Visit) -> None:
    page = visit.page
    tile(page, "drawing 4.png").focus()
    page.keyboard.press("Tab")
    button = page.get_by_role("button", name="Find pictures similar to drawing 4.png")
    expect(button).to_be_focused()
    expect(button).to_have_css("opacity", "1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="drawing 4.png")).to_be_visible()
    assert not visit.accessibility_violations()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    tile(page, "drawing 4.png").focus()
    page.keyboard.press("s")
    expect(tiles(page, "Similar pictures").first).to_be_visible()


def test_find_similar_works_by_touch(browser: Browser, address: str) -> None:
    with browser.new_context(viewport={"width": 390, "height": 600}, has_touch=True, is_mobile=True) as context:
        page = context.new_page()
        page.goto(address)
        page.get_by_role("button", name="Find pictures similar to drawing 10.png").tap()
        expect(tiles(page, "Similar pictures").first).to_be_visible()
        page.get_by_role("button", name="Wall").tap()
        expect(page.get_by_role("link", name="choose a picture")).to_be_visible()


def test_a_picture_leads_to_its_family_the_map_cleaning_and_creating(visit: Visit) -> None:
    page = visit.page
    tile(page, "drawing 2.png").click()
    views = page.get_by_role("navigation", name="This picture").get_by_role("link")
    expect(views).to_have_text(["Find similar", "Show on the map", "Show its family", "Clean", "Vary"])
    addresses = ("/like/", "/map/", "/families/", "/clean/", "/create?vary=")
    for index, address in enumerate(addresses):
        views.nth(index).click()
        expect(page).to_have_url(re.compile(re.escape(address) + "[0-9a-f]{16}$"))
        page.go_back()
        expect(views).to_have_count(5)
    tile_less = page.get_by_role("button", name="Next picture")
    tile_less.click()
    expect(title(page)).to_have_text("drawing 4.png")
    expect(views).to_have_text(["Find similar", "Show on the map", "Clean", "Vary"])
