/** The map's data, and what the person has opened on it. The visible part is remembered until the page is closed. */
import { SvelteMap } from "svelte/reactivity";
import { api, type Groups, type MapData } from "../api";
import { captionsOf, type GroupCaption } from "./group-captions";
import { Points } from "./points";

/** What the panel beside the map shows. Pictures are given as indices of points; `nearest` has pairs of index and distance. */
export type Panel =
  | { kind: "picture"; index: number }
  | { kind: "empty"; x: number; y: number; nearest: [number, number][] }
  | { kind: "selection"; indices: number[] }
  | { kind: "groups" };

class MapState {
  data = $state.raw<MapData | null>(null);
  points = $state.raw<Points | null>(null);
  captions = $state.raw<GroupCaption[]>([]);
  error = $state.raw<unknown>(null);
  panel = $state.raw<Panel | null>(null);
  lastViewport: { x: number; y: number; scale: number } | null = null;
  private paths = new SvelteMap<string, string>(); // by key, as far as they were requested
  private requested = new Set<string>();

  async load(): Promise<void> {
    try {
      const [data, groups] = await Promise.all([api.map(), api.groups()]);
      const isSame = this.data && JSON.stringify(this.data) === JSON.stringify(data);
      if (!isSame) [this.data, this.points, this.panel] = [data, new Points(data, aspectOfView()), null];
      this.setGroups(groups);
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  setGroups(groups: Groups): void {
    this.captions = this.points ? captionsOf(groups.groups, this.points) : [];
  }

  key(index: number): string {
    return this.points?.keys[index] ?? "";
  }

  /** A picture's path; empty until `requestPaths` has loaded it. */
  path(key: string): string {
    return this.paths.get(key) ?? "";
  }

  /** Load the paths of some pictures in one request. */
  async requestPaths(keys: string[]): Promise<void> {
    const newKeys = keys.filter((key) => !this.requested.has(key));
    if (!newKeys.length) return;
    for (const key of newKeys) this.requested.add(key);
    try {
      const columns = await api.pictures({ selection: (await api.createSelection(newKeys)).id });
      columns.keys.forEach((key, index) => this.paths.set(key, columns.paths[index]!));
    } catch {
      for (const key of newKeys) this.requested.delete(key); // the map also works without names
    }
  }
}

/** Width by height of the room that a view has: the window without what surrounds views. */
function aspectOfView(): number {
  const main = document.querySelector("main");
  const top = main?.getBoundingClientRect().top ?? 0;
  return (main?.clientWidth ?? innerWidth) / Math.max(1, innerHeight - Math.max(0, top));
}

export const mapState = new MapState();
