"""How a browser moves through Pochade's page."""

import re

from playwright.sync_api import Locator, Page, expect


def wall_tiles(page: Page) -> Locator:
    """The pictures on the wall."""
    return page.get_by_role("list", name="Pictures").get_by_role("link")


def open_view(page: Page, view: str) -> None:
    """Click on a view in the navigation; on a phone, most views are in its sheet."""
    link = page.get_by_role("navigation", name="Views").get_by_role("link", name=view)
    more = page.get_by_role("button", name="More…")
    expect(link.or_(more).first).to_be_visible()
    if link.count():
        link.click()
    else:
        more.click()
        page.get_by_role("navigation", name="All views").get_by_role("link", name=view).click()


def paper(page: Page) -> Locator:
    """What one draws on in the view "Draw to find"."""
    return page.get_by_role("img", name=re.compile("^Paper"))


def draw_line(page: Page, *points: tuple[float, float]) -> None:
    """Draw a line through points, as shares of the paper's sides."""
    box = paper(page).bounding_box()
    assert box
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()
