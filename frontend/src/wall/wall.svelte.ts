/** The pictures on the wall, and where the person is among them; this stays while they look at one picture. */
import type { ActionPicture } from "../actions/action-dialogs.svelte";
import { ApiError, api, type MeaningColumns, type PictureColumns, type PictureQuery } from "../api";

export const SORTS = [
  ["", "By folder and name", {}],
  ["newest", "Newest first", { sort: "modified", descending: true }],
  ["oldest", "Oldest first", { sort: "modified" }],
  ["large", "Largest files first", { sort: "bytes", descending: true }],
  ["small", "Smallest files first", { sort: "bytes" }],
  ["pixels", "Most pixels first", { sort: "pixels", descending: true }],
] as const satisfies readonly (readonly [string, string, PictureQuery])[];

/** The filters; each is a query parameter of the page's address. */
export const FILTERS = ["q", "folder", "technique", "format", "shape", "year", "colour", "label", "group", "selection"] as const;

const ROW_HEIGHT_KEY = "tall"; // under which this browser stores the height of the rows
const DEFAULT_ROW_HEIGHT = 190; // pixels

class Wall {
  columns = $state.raw<PictureColumns | null>(null);
  error = $state.raw<unknown>(null);
  active = $state(0);
  /** What the eye of the collection sees in the words of the search; null without such words or without such an eye. */
  meaning = $state.raw<MeaningColumns | null>(null);
  activeMeaning = $state(0);
  isAskingEye = $state(false);
  rowHeight = $state(Number(readSetting(ROW_HEIGHT_KEY)) || DEFAULT_ROW_HEIGHT);
  /** Whether the pictures of other filters are still shown. */
  isLoading = $state(false);
  private query = "";
  private version = -1;
  private request: AbortController | null = null;

  /** What is wrong with the words of the search, in one sentence with the next step; null if it is something else. */
  get searchProblem(): string | null {
    const error = this.error;
    const isOfSearch = error instanceof ApiError && error.kind === "UsageError" && new URLSearchParams(this.query).has("q");
    return isOfSearch ? `${error.message}${error.hint ? `: ${error.hint}` : ""}` : null;
  }

  /** The keys of all pictures that are shown: first those of the query, then those that were found by meaning. */
  get keys(): string[] {
    return [...(this.columns?.keys ?? []), ...(this.meaning?.keys ?? [])];
  }

  /** Load the pictures of a query, unless this version of them is loaded already; then ask the eye if it knows words. */
  async load(parameters: URLSearchParams, version: number, knowsWords = false): Promise<void> {
    const query = parameters.toString();
    if (query === this.query && version === this.version && this.columns) return;
    const hasOtherFilters = query !== this.query && this.columns !== null;
    if (hasOtherFilters) scrollTo(0, 0);
    [this.query, this.version, this.isLoading] = [query, version, this.isLoading || hasOtherFilters];
    this.request?.abort();
    const request = (this.request = new AbortController());
    try {
      const columns = await api.pictures(pictureQuery(parameters), request.signal);
      if (request.signal.aborted) return;
      const activeKey = this.columns?.keys[this.active] ?? "";
      [this.active, this.columns, this.error] = [this.isLoading ? 0 : Math.max(0, columns.keys.indexOf(activeKey)), columns, null];
      if (hasOtherFilters) [this.meaning, this.activeMeaning] = [null, 0];
      void this.askEye(parameters, knowsWords, request);
    } catch (error) {
      if (!request.signal.aborted) this.error = error;
    } finally {
      if (request === this.request) this.isLoading = false;
    }
  }

  /** Load what is found by meaning, behind the pictures of the query. */
  private async askEye(parameters: URLSearchParams, knowsWords: boolean, request: AbortController): Promise<void> {
    const q = parameters.get("q");
    this.isAskingEye = Boolean(q && knowsWords);
    try {
      const meaning = q && knowsWords ? await api.picturesByMeaning({ ...pictureQuery(parameters), q }, request.signal) : null;
      if (!request.signal.aborted) this.meaning = meaning;
    } catch {
      if (!request.signal.aborted) this.meaning = null; // the words were found wanting before, or the server is gone
    } finally {
      if (request === this.request) this.isAskingEye = false;
    }
  }

  /** The pictures before and after one, in the order of the wall. */
  neighboursOf(key: string): { previous: string | null; next: string | null } {
    const keys = this.keys;
    const index = keys[this.active] === key ? this.active : keys.indexOf(key);
    return { previous: (index > 0 && keys[index - 1]) || null, next: (index >= 0 && keys[index + 1]) || null };
  }

  /** The pictures with some keys, each with its path; those that the wall doesn't show are left out. */
  picturesOf(keys: readonly string[]): ActionPicture[] {
    const chosen = new Set(keys);
    const paths = [...(this.columns?.paths ?? []), ...(this.meaning?.paths ?? [])];
    return this.keys.flatMap((key, index) => (chosen.has(key) ? [{ key, path: paths[index] ?? "" }] : []));
  }

  /** Make a picture the active one, which has the focus when the wall is shown again. */
  activate(key: string): void {
    const index = this.columns?.keys.indexOf(key) ?? -1;
    if (index >= 0 && this.columns?.keys[this.active] !== key) this.active = index;
  }

  resize(rowHeight: number): void {
    this.rowHeight = rowHeight;
    writeSetting(ROW_HEIGHT_KEY, String(rowHeight));
  }
}

function pictureQuery(parameters: URLSearchParams): PictureQuery {
  const sort = SORTS.find(([name]) => name === (parameters.get("sort") ?? ""))?.[2] ?? {};
  const filters = Object.fromEntries(FILTERS.flatMap((name) => (parameters.get(name) ? [[name, parameters.get(name)]] : [])));
  return { ...sort, ...filters };
}

function readSetting(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function writeSetting(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // without storage, the setting lasts until the page is closed
  }
}

export const wall = new Wall();
