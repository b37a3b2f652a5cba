/** What hangs on the wall now, and where the person was; kept while they look at one piece. */
import { api, type Columns, type Wanted } from "../api";

export const SORTS = [
  ["", "By name", {}],
  ["newest", "Newest first", { sort: "modified", descending: true }],
  ["oldest", "Oldest first", { sort: "modified" }],
  ["large", "Largest files first", { sort: "bytes", descending: true }],
  ["small", "Smallest files first", { sort: "bytes" }],
  ["pixels", "Most pixels first", { sort: "pixels", descending: true }],
] as const satisfies readonly (readonly [string, string, Wanted])[];

/** What can be chosen by; each is a part of the page's address. */
export const FILTERS = ["folder", "format", "colour", "shape", "label", "group", "selection"] as const;

const TALL = "tall"; // under which the size of the pictures is kept in this browser

class Wall {
  columns = $state.raw<Columns | null>(null);
  error = $state.raw<unknown>(null);
  active = $state(0);
  tall = $state(Number(kept(TALL)) || 190);
  scroll = 0;
  /** Whether a piece was looked at since the wall was seen: then it has the focus when the wall is seen again. */
  returning = false;
  private asked = "";
  private version = -1;
  private request: AbortController | null = null;

  /** Where it hangs, with what it was chosen by. */
  get address(): string {
    return this.asked ? `/?${this.asked}` : "/";
  }

  /** Where to go on, for a wall that is seen again; nothing where it was chosen otherwise. */
  left(query: URLSearchParams): { scroll: number; focus: boolean } | undefined {
    return this.columns && query.toString() === this.asked ? { scroll: this.scroll, focus: this.returning } : undefined;
  }

  /** Hang what is asked for; nothing happens when it hangs already. */
  async hang(query: URLSearchParams, version: number): Promise<void> {
    const asked = query.toString();
    if (asked === this.asked && version === this.version && this.columns) return;
    if (asked !== this.asked && this.columns) {
      [this.active, this.scroll] = [0, 0];
      scrollTo(0, 0);
    }
    [this.asked, this.version] = [asked, version];
    this.request?.abort();
    const request = (this.request = new AbortController());
    try {
      const columns = await api.pieces(wanted(query), request.signal);
      if (request.signal.aborted) return;
      [this.columns, this.error] = [columns, null];
      this.active = Math.min(this.active, Math.max(0, columns.keys.length - 1));
    } catch (error) {
      if (!request.signal.aborted) this.error = error;
    }
  }

  /** The pieces before and after one, as they hang. */
  beside(key: string): { before: string | null; after: string | null } {
    const keys = this.columns?.keys ?? [];
    const at = keys[this.active] === key ? this.active : keys.indexOf(key);
    return { before: (at > 0 && keys[at - 1]) || null, after: (at >= 0 && keys[at + 1]) || null };
  }

  /** The person went on to another piece: the wall follows. */
  stand(key: string): void {
    const at = this.columns?.keys.indexOf(key) ?? -1;
    if (at >= 0 && this.columns?.keys[this.active] !== key) this.active = at;
  }

  resize(tall: number): void {
    this.tall = tall;
    keep(TALL, String(tall));
  }
}

function wanted(query: URLSearchParams): Wanted {
  const sort = SORTS.find(([word]) => word === (query.get("sort") ?? ""))?.[2] ?? {};
  const chosen = Object.fromEntries(FILTERS.flatMap((name) => (query.get(name) ? [[name, query.get(name)]] : [])));
  return { ...sort, ...chosen };
}

function kept(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // a browser that keeps nothing forgets it with the page
  }
}

export const wall = new Wall();
