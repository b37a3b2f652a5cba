/** What the person does on the map: where the pieces lie, which one they look at, what they chose. Where they stood is kept while the page is open. */
import { SvelteMap } from "svelte/reactivity";
import { api, type Groups, type Places } from "../api";
import { Points } from "./points";
import { namesOf, type Named } from "./names";

export type Looked =
  | { kind: "piece"; at: number }
  | { kind: "empty"; x: number; y: number; nearest: [number, number][] }
  | { kind: "chosen"; places: number[] }
  | { kind: "groups" };

class Atlas {
  told = $state.raw<Places | null>(null);
  points = $state.raw<Points | null>(null);
  names = $state.raw<Named[]>([]);
  error = $state.raw<unknown>(null);
  looked = $state.raw<Looked | null>(null);
  stood: { x: number; y: number; scale: number } | null = null;
  /** Paths of pieces, as far as they were asked for. */
  private paths = new SvelteMap<string, string>();
  private asked = new Set<string>();

  async load(): Promise<void> {
    try {
      const [told, groups] = await Promise.all([api.map(), api.groups()]);
      const same = this.told && JSON.stringify(this.told) === JSON.stringify(told);
      if (!same) [this.told, this.points, this.looked] = [told, new Points(told), null];
      this.name(groups);
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  name(groups: Groups): void {
    this.names = this.points ? namesOf(groups.groups, this.points) : [];
  }

  key(at: number): string {
    return this.points?.keys[at] ?? "";
  }

  /** A piece's path, as far as it was asked for. */
  path(key: string): string {
    return this.paths.get(key) ?? "";
  }

  /** Ask for the paths of pieces, all at once; they come a little later. */
  async ask(keys: string[]): Promise<void> {
    const unknown = keys.filter((key) => !this.asked.has(key));
    if (!unknown.length) return;
    for (const key of unknown) this.asked.add(key);
    try {
      const columns = await api.pieces({ selection: (await api.select(unknown)).id });
      columns.keys.forEach((key, at) => this.paths.set(key, columns.paths[at]!));
    } catch {
      for (const key of unknown) this.asked.delete(key); // without names the pictures still say what they are
    }
  }
}

export const atlas = new Atlas();
