/** Where the person was in each view: how far they had scrolled, and what had the focus. Going back finds that place again. */

interface Place {
  scroll: number;
  /** A selector of the element that had the focus; null if nothing in the view had it. */
  focus: string | null;
}

const STORAGE_KEY = "places";
const MAX_PLACES = 100;
const MAX_MILLISECONDS = 10_000; // to wait until enough of the view is there
const HANDS = ["wheel", "touchstart", "pointerdown", "keydown"] as const; // from then on, the person decides where to be

export class Places {
  private places = readPlaces();
  private stop = (): void => undefined;

  /** Remember the place in the view that is shown, under the id of a step of the history. */
  record(id: string): void {
    this.places.delete(id); // so that it becomes the newest
    this.places.set(id, { scroll: scrollY, focus: selectorOf(document.activeElement) });
    for (const oldest of [...this.places.keys()].slice(0, -MAX_PLACES)) this.places.delete(oldest);
    writePlaces(this.places);
  }

  /**
   * Scroll to a remembered place, and focus what had the focus there. The view may still be loading: this goes on until it is there.
   *
   * @param id The id of the step.
   * @param lastPicture The address of the picture that the person comes from, which gets the focus instead, if the view shows it.
   */
  find(id: string, lastPicture: string | null): void {
    this.stopFinding();
    const place = this.places.get(id);
    if (!place) return;
    const end = performance.now() + MAX_MILLISECONDS;
    const selectors = [lastPicture && linkTo(lastPicture), place.focus].filter((selector) => selector !== null);
    let frame = 0;
    const step = (): void => {
      const isThere = scrollAsFarAsPossible(place.scroll);
      const isLate = performance.now() > end; // the view has become shorter
      if (((isThere || isLate) && focusFirst(selectors)) || isLate) this.stopFinding();
      else frame = requestAnimationFrame(step);
    };
    this.stop = () => {
      cancelAnimationFrame(frame);
      for (const name of HANDS) removeEventListener(name, this.stop, true);
    };
    for (const name of HANDS) addEventListener(name, this.stop, { capture: true, passive: true });
    step();
  }

  /** Stay where the person is. */
  stopFinding(): void {
    this.stop();
    this.stop = () => undefined;
  }
}

/** Scroll towards a place; returns whether the view is long enough for it. */
function scrollAsFarAsPossible(scroll: number): boolean {
  if (document.querySelector("main [aria-busy='true']")) return false; // what is shown is not yet what was asked for
  scrollTo(0, scroll);
  return Math.abs(scrollY - scroll) <= 1;
}

/** Focus the first of some elements that the view has; returns whether that is done. */
function focusFirst(selectors: string[]): boolean {
  const elements = selectors.map((selector) => document.querySelector<HTMLElement>(`main ${selector}`));
  const element = elements.find((candidate) => candidate !== null);
  element?.focus({ preventScroll: true });
  element?.scrollIntoView({ block: "nearest" });
  return element !== undefined || !selectors.length;
}

function selectorOf(element: Element | null): string | null {
  if (!element?.closest("main") || element.matches("main")) return null;
  const [link, name] = [element.getAttribute("href"), element.getAttribute("aria-label")];
  if (link) return linkTo(link);
  return name ? `${element.tagName.toLowerCase()}[aria-label="${CSS.escape(name)}"]` : null;
}

function linkTo(address: string): string {
  return `a[href="${CSS.escape(address)}"]`;
}

function readPlaces(): Map<string, Place> {
  try {
    return new Map(JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "[]") as [string, Place][]);
  } catch {
    return new Map();
  }
}

function writePlaces(places: Map<string, Place>): void {
  try {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify([...places]));
  } catch {
    // without storage, the places last until the page is closed
  }
}
