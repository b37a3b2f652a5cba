/** The address that the page shows. The server answers every address with the same page. */

class Router {
  path = $state(location.pathname);
  query = $state.raw(new URLSearchParams(location.search));

  constructor() {
    history.scrollRestoration = "manual"; // views restore their own scroll position
    addEventListener("popstate", () => this.read());
    document.addEventListener("click", (event) => this.followLink(event));
  }

  /** Go to an address of the page; `replace` adds no step to the history. */
  go(address: string, options: { replace?: boolean } = {}): void {
    if (options.replace) history.replaceState(history.state, "", address);
    else history.pushState(null, "", address);
    this.read();
  }

  /** Change some query parameters; null removes one. */
  setQuery(parameters: Record<string, string | null>): void {
    const query = new URLSearchParams(this.query);
    for (const [name, value] of Object.entries(parameters)) value ? query.set(name, value) : query.delete(name);
    const search = query.toString();
    this.go(search ? `${this.path}?${search}` : this.path, { replace: true });
  }

  private read(): void {
    this.path = location.pathname;
    this.query = new URLSearchParams(location.search);
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

export const router = new Router();
