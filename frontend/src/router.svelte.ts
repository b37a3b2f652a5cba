/** The address that the page shows, and the way back. The server answers every address with the same page. */
import { Places } from "./places";
import { routeOf } from "./routes";

/** What the browser keeps with each step of its history. */
interface Step {
  /** Tells the steps apart. */
  id: string;
  /** The address that a person returns to from here; null if the page was opened here. */
  origin: string | null;
  /** How many steps back that is: pictures opened from pictures are passed over. */
  stepsToOrigin: number;
}

const PICTURES = "/piece/";

class Router {
  path = $state(location.pathname);
  query = $state.raw(new URLSearchParams(location.search));
  /** The address that `leave` returns to; null if the page was opened here. */
  origin = $state<string | null>(null);
  /** Whether the browser went back or forward to this address, so that a view shows what it showed before. */
  isReturning = false;
  private places = new Places();
  private step: Step;

  constructor() {
    history.scrollRestoration = "manual"; // the browser would scroll before the content is there
    this.step = (history.state as Step | null) ?? newStep(null, 0);
    history.replaceState(this.step, "");
    this.origin = this.step.origin;
    void this.restorePlace(this.step.id, null); // if the page was reloaded
    addEventListener("popstate", (event) => this.returnTo(event.state as Step | null));
    addEventListener("pagehide", () => this.places.record(this.step.id));
    document.addEventListener("click", (event) => this.followLink(event));
  }

  /** Go to an address of the page; `replace` adds no step to the history. */
  go(address: string, options: { replace?: boolean } = {}): void {
    this.places.stopFinding();
    this.isReturning = false;
    if (options.replace) history.replaceState(this.step, "", address);
    else this.push(address);
    this.read();
  }

  /** Return to the view from which this one was opened, with its filters and its scroll position; without one, go to the wall. */
  leave(): void {
    if (this.step.origin === null) this.go("/");
    else history.go(-this.step.stepsToOrigin);
  }

  /** Change some query parameters; null removes one. */
  setQuery(parameters: Record<string, string | null>): void {
    const query = new URLSearchParams(this.query);
    for (const [name, value] of Object.entries(parameters)) value ? query.set(name, value) : query.delete(name);
    const search = query.toString();
    this.go(search ? `${this.path}?${search}` : this.path, { replace: true });
  }

  private push(address: string): void {
    this.places.record(this.step.id);
    const isPictureOfPicture = this.path.startsWith(PICTURES) && address.startsWith(PICTURES) && this.step.origin !== null;
    this.step = isPictureOfPicture
      ? newStep(this.step.origin, this.step.stepsToOrigin + 1)
      : newStep(location.pathname + location.search, 1);
    history.pushState(this.step, "", address);
  }

  /** Show a step of the history that the browser went to, as the person left it. */
  private returnTo(step: Step | null): void {
    this.places.record(this.step.id);
    const lastPicture = this.path.startsWith(PICTURES) ? this.path : null;
    this.step = step ?? newStep(null, 0);
    this.isReturning = true;
    this.read();
    void this.restorePlace(this.step.id, lastPicture);
  }

  /** Scroll to where the person was, when the view is there. */
  private async restorePlace(id: string, lastPicture: string | null): Promise<void> {
    await routeOf(this.path)?.route.load().catch(() => undefined); // the page says what went wrong
    requestAnimationFrame(() => {
      if (id === this.step.id) this.places.find(id, lastPicture);
    });
  }

  private read(): void {
    this.path = location.pathname;
    this.query = new URLSearchParams(location.search);
    this.origin = this.step.origin;
  }

  /** Handle a plain click on a link within the page; the browser handles every other click. */
  private followLink(event: MouseEvent): void {
    const link = (event.target as Element).closest?.("a");
    const isModified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
    if (!link || isModified || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
    if (link.origin !== location.origin || link.pathname.startsWith("/api/") || link.hash) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}

function newStep(origin: string | null, stepsToOrigin: number): Step {
  return { id: crypto.getRandomValues(new Uint32Array(2)).join("-"), origin, stepsToOrigin };
}

export const router = new Router();
