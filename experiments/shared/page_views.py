"""How a browser moves through Pochade's page."""

from playwright.sync_api import Locator, Page


def wall_tiles(page: Page) -> Locator:
    """The pictures on the wall."""
    return page.get_by_role("list", name="Pictures").get_by_role("link")


def open_view(page: Page, view: str) -> None:
    """Click on a view in the navigation bar."""
    page.get_by_role("navigation", name="Views").get_by_role("link", name=view).click()
