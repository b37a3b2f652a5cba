/** What lies over the upper and lower edge of a view, so that nothing is scrolled below it. */

/** The heights of what covers the window's edges, in pixels. Elements that stick there say so with `data-covers`. */
export function coveredHeights(): { top: number; bottom: number } {
  const page = getComputedStyle(document.documentElement);
  let [top, bottom] = [parseFloat(page.scrollPaddingTop) || 0, parseFloat(page.scrollPaddingBottom) || 0];
  for (const element of document.querySelectorAll<HTMLElement>("[data-covers]")) {
    const style = getComputedStyle(element);
    if (element.dataset["covers"] === "top") top = Math.max(top, (parseFloat(style.top) || 0) + element.offsetHeight);
    else bottom = Math.max(bottom, (parseFloat(style.bottom) || 0) + element.offsetHeight);
  }
  return { top, bottom };
}
