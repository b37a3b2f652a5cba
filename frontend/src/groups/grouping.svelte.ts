/** The tree of groups and the person's changes to it. The server records every change, so that it can be undone. */
import { SvelteSet } from "svelte/reactivity";
import { api, type Group, type Groups } from "../api";
import { notices } from "../notices.svelte";

const SUBJECT = "groups"; // of notices: see `Notices.withdraw`
const INDENT = "\u2003";

export function titleOf(group: Group): string {
  return group.name ?? (group.description || `Group ${group.number}`);
}

/** A group and the groups around it, outermost first; empty if there is no such group. */
export function pathTo(groups: readonly Group[], number: number): Group[] {
  for (const group of groups) {
    if (group.number === number) return [group];
    const inner = pathTo(group.groups, number);
    if (inner.length) return [group, ...inner];
  }
  return [];
}

/** All groups with their depths; each group comes before its subgroups. */
export function flatten(groups: readonly Group[], depth = 0): [Group, number][] {
  return groups.flatMap((group) => [[group, depth], ...flatten(group.groups, depth + 1)] as [Group, number][]);
}

/** All groups as options, indented by their depths. */
export function groupOptions(groups: readonly Group[], except?: number): [string, string][] {
  return flatten(groups)
    .filter(([group]) => group.number !== except)
    .map(([group, depth]) => [String(group.number), `${INDENT.repeat(depth)}${titleOf(group)}`]);
}

class Grouping {
  data = $state.raw<Groups | null>(null);
  error = $state.raw<unknown>(null);
  isBusy = $state(false);
  /** The numbers of the groups whose subgroups are shown. */
  open = new SvelteSet<number>();
  selected = new SvelteSet<number>();

  groups = $derived(this.data?.groups ?? []);
  all = $derived(flatten(this.groups));
  levels = $derived(Math.max(0, ...this.all.map(([, depth]) => depth)) + 1);

  async load(): Promise<void> {
    try {
      const data = await api.groups();
      if (data.change !== this.data?.change) notices.withdraw(SUBJECT);
      [this.data, this.error] = [data, null];
    } catch (error) {
      this.error = error;
    }
  }

  /** Show that many levels of the tree. */
  showLevels(levels: number): void {
    this.open.clear();
    for (const [group, depth] of this.all) if (depth < levels - 1 && group.groups.length) this.open.add(group.number);
  }

  rename = (group: Group, name: string) => this.change(() => api.renameGroup(group.number, name), `Renamed to “${name}”`);
  split = (group: Group) => this.change(() => api.splitGroup(group.number), `Split “${titleOf(group)}”`);
  move = (keys: string[], target: Group) => this.change(() => api.moveToGroup(target.number, keys), `Moved to “${titleOf(target)}”`);

  /** Merge the two selected groups into the one that was selected first. */
  merge(): Promise<boolean> {
    const [first, second] = [...this.selected].map((number) => pathTo(this.groups, number).at(-1));
    if (!first || !second) return Promise.resolve(false);
    return this.change(() => api.mergeGroups(first.number, second.number), `Merged “${titleOf(second)}” into “${titleOf(first)}”`);
  }

  /** Undo the last change. */
  undo(): Promise<boolean> {
    const { change, undoes } = this.data ?? {};
    return change ? this.change(() => api.undoGroups(change), `Undid ${undoes}`, false) : Promise.resolve(false);
  }

  /** Make a change on the server, and show a notice; returns whether it succeeded. */
  private async change(send: () => Promise<Groups>, message: string, canUndo = true): Promise<boolean> {
    try {
      this.isBusy = true;
      const data = await send();
      this.show(data);
      notices.show(message, canUndo && data.change ? { label: "Undo", run: () => this.undoOnly(data.change!), subject: SUBJECT } : undefined);
      return true;
    } catch (error) {
      this.error = error;
      return false;
    } finally {
      this.isBusy = false;
    }
  }

  /** Undo one change, if it is still the last one. */
  private async undoOnly(change: number): Promise<void> {
    this.show(await api.undoGroups(change));
  }

  private show(data: Groups): void {
    notices.withdraw(SUBJECT); // what they offer to undo is no longer the last change
    [this.data, this.error] = [data, null];
    this.selected.clear();
  }
}

export const grouping = new Grouping();
