/** The searches that a person saved, and what changes them. */
import { api, type SavedSearch } from "../api";
import { address } from "../api/http";
import { notices } from "../notices.svelte";
import { router } from "../router.svelte";

/** What a saved search has of the address of the wall; a selection is forgotten by the server, so it can't be saved. */
const SAVED = ["q", "folder", "technique", "format", "shape", "year", "colour", "label", "group", "sort"] as const;
const SUBJECT = "saved searches";

class SavedSearches {
  all = $state.raw<SavedSearch[]>([]);

  async load(): Promise<void> {
    this.all = await api.searches().catch(() => this.all); // the wall says what goes wrong
  }

  /** The filters of the wall that can be saved. */
  get filters(): Record<string, string> {
    const values = SAVED.map((name) => [name, router.query.get(name) ?? ""] as const);
    return Object.fromEntries(values.filter(([, value]) => value));
  }

  /** The saved search that the wall shows, if it shows one. */
  get current(): SavedSearch | null {
    const shown = router.path === "/" ? addressOf(this.filters) : null;
    return this.all.find(({ filters }) => addressOf(filters) === shown) ?? null;
  }

  /** Save a search. Throws what goes wrong. */
  async save(name: string, filters: Record<string, string>): Promise<void> {
    await api.saveSearch({ name, filters });
    await this.load();
  }

  async remove(search: SavedSearch): Promise<void> {
    try {
      await api.deleteSearch(search.name);
      await this.load();
      const run = () => this.save(search.name, search.filters);
      notices.show(`Deleted the search “${search.name}”`, { label: "Undo", run, subject: SUBJECT });
    } catch {
      await this.load(); // somebody else deleted it
    }
  }
}

/** The address of the wall with these filters, always in the same order. */
export function addressOf(filters: Record<string, string>): string {
  return address("/", Object.fromEntries(SAVED.flatMap((name) => (filters[name] ? [[name, filters[name]]] : []))));
}

export const savedSearches = new SavedSearches();
