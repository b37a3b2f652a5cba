/** The tree of groups, and what the person does with it. The server remembers every step, so that it can be taken back. */
import { SvelteSet } from "svelte/reactivity";
import { api, type Group, type Groups } from "../api";
import { notices } from "../notices.svelte";

export function titleOf(group: Group): string {
  return group.name ?? (group.description || `Group ${group.number}`);
}

/** A group with those that it lies in, outermost first; empty when it is gone. */
export function wayTo(groups: readonly Group[], number: number): Group[] {
  for (const group of groups) {
    if (group.number === number) return [group];
    const inner = wayTo(group.groups, number);
    if (inner.length) return [group, ...inner];
  }
  return [];
}

/** All groups with how deep they lie, each before those in it. */
export function flat(groups: readonly Group[], depth = 0): [Group, number][] {
  return groups.flatMap((group) => [[group, depth], ...flat(group.groups, depth + 1)] as [Group, number][]);
}

/** All groups as choices, indented by how deep they lie. */
export function choices(groups: readonly Group[], without?: number): [string, string][] {
  return flat(groups)
    .filter(([group]) => group.number !== without)
    .map(([group, depth]) => [String(group.number), `${"\u2003".repeat(depth)}${titleOf(group)}`]);
}

class Grouping {
  told = $state.raw<Groups | null>(null);
  error = $state.raw<unknown>(null);
  busy = $state(false);
  /** Groups whose inner ones are shown. */
  open = new SvelteSet<number>();
  selected = new SvelteSet<number>();

  all = $derived(flat(this.told?.groups ?? []));
  deepest = $derived(Math.max(0, ...this.all.map(([, depth]) => depth)) + 1);

  async load(): Promise<void> {
    try {
      [this.told, this.error] = [await api.groups(), null];
    } catch (error) {
      this.error = error;
    }
  }

  /** Show so many depths of the tree. */
  unfold(depths: number): void {
    this.open.clear();
    for (const [group, depth] of this.all) if (depth < depths - 1 && group.groups.length) this.open.add(group.number);
  }

  rename = (group: Group, name: string) => this.change(() => api.renameGroup(group.number, name), `Named “${name}”`);
  split = (group: Group) => this.change(() => api.splitGroup(group.number), `“${titleOf(group)}” was split`);
  pin = (pieces: string[], into: Group) =>
    this.change(() => api.pin(into.number, pieces), `Moved to “${titleOf(into)}”, for good`);

  /** The first that was selected takes in the other. */
  merge(): Promise<boolean> {
    const [one, other] = [...this.selected].map((number) => wayTo(this.told?.groups ?? [], number).at(-1));
    if (!one || !other) return Promise.resolve(false);
    return this.change(() => api.mergeGroups(one.number, other.number), `“${titleOf(other)}” is part of “${titleOf(one)}” now`);
  }

  undo = () => this.change(() => api.undoGroups(), `Took back ${this.told?.undoes ?? "nothing"}`, false);

  private async change(what: () => Promise<Groups>, words: string, undoes = true): Promise<boolean> {
    try {
      this.busy = true;
      [this.told, this.error] = [await what(), null];
      this.selected.clear();
      notices.say(words, undoes && this.told.undoes ? { label: "Undo", run: () => void this.undo() } : undefined);
      return true;
    } catch (error) {
      this.error = error;
      return false;
    } finally {
      this.busy = false;
    }
  }
}

export const grouping = new Grouping();
