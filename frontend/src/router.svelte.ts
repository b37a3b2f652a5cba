/** Where the person is. Addresses are the page's own paths; the server answers all of them with the page. */

class Place {
  path = $state(location.pathname);
  query = $state.raw(new URLSearchParams(location.search));

  constructor() {
    history.scrollRestoration = "manual"; // views know better where they were
    addEventListener("popstate", () => this.read());
    document.addEventListener("click", (event) => this.clicked(event));
  }

  /** Go to an address of the page; `replace` leaves no step to go back to. */
  go(to: string, how: { replace?: boolean } = {}): void {
    if (how.replace) history.replaceState(history.state, "", to);
    else history.pushState(null, "", to);
    this.read();
  }

  /** Change parts of the query; null takes one away. */
  ask(parts: Record<string, string | null>): void {
    const query = new URLSearchParams(this.query);
    for (const [name, value] of Object.entries(parts)) value ? query.set(name, value) : query.delete(name);
    const words = query.toString();
    this.go(words ? `${this.path}?${words}` : this.path, { replace: true });
  }

  private read(): void {
    this.path = location.pathname;
    this.query = new URLSearchParams(location.search);
  }

  /** A plain click on a link of the page's own is a step in it; every other stays the browser's. */
  private clicked(event: MouseEvent): void {
    const link = (event.target as Element).closest?.("a");
    const altered = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
    if (!link || altered || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
    if (link.origin !== location.origin || link.pathname.startsWith("/api/") || link.hash) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}

export const place = new Place();
