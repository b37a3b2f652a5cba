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

  /** A piece's path, which comes a little later when it is not known yet. */
  path(key: string): string {
    if (!this.asked.has(key)) {
      this.asked.add(key);
      void api.facts(key).then((facts) => this.paths.set(key, facts.files[0]?.path ?? ""), () => this.asked.delete(key));
    }
    return this.paths.get(key) ?? "";
  }
}

export const atlas = new Atlas();
