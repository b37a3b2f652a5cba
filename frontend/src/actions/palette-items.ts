/** What the palette offers to go to or to do. */
import type { Group } from "../api";
import { address } from "../api/http";
import { flatten, titleOf } from "../groups/grouping.svelte";
import { count, number } from "../format";
import { router } from "../router.svelte";
import { ROUTES } from "../routes";
import { addressOf, savedSearches } from "../wall/saved-searches.svelte";
import type { ActionPicture } from "./action-dialogs.svelte";
import { attempt, obstacleTo, offeredActions } from "./picture-actions";

const MAX_ITEMS = 40;

export interface PaletteItem {
  kind: "View" | "Selection" | "Label" | "Group" | "Search";
  name: string;
  note: string;
  run: () => void;
}

/** All that can be offered, without the search for what was typed. */
export function paletteItems(selected: readonly ActionPicture[], labels: Record<string, number>, groups: Group[]): PaletteItem[] {
  const total = selected.length;
  const actions = total ? offeredActions().filter((action) => !obstacleTo(action, total)) : [];
  return [
    ...actions.map((action): PaletteItem => ({
      kind: "Selection", name: action.label(total), note: `${count(total, "picture")} selected`,
      run: () => void attempt(() => action.run(selected)),
    })),
    ...ROUTES.filter((route) => route.section !== null).map((route): PaletteItem => ({
      kind: "View", name: route.name, note: "", run: () => router.go(route.at),
    })),
    ...savedSearches.all.map(({ name, filters }): PaletteItem => ({
      kind: "Search", name, note: "saved", run: () => router.go(addressOf(filters)),
    })),
    ...Object.entries(labels).map(([label, pictures]): PaletteItem => ({
      kind: "Label", name: label, note: number(pictures), run: () => router.go(address("/", { label })),
    })),
    ...flatten(groups).map(([group]): PaletteItem => ({
      kind: "Group", name: titleOf(group), note: number(group.count), run: () => router.go(`/?group=${group.number}`),
    })),
  ];
}

/** The items that have all typed words, those first that begin with what was typed; and the search for it. */
export function matchingItems(items: readonly PaletteItem[], typed: string): PaletteItem[] {
  const text = typed.trim().toLowerCase();
  const words = text.split(/\s+/);
  const matches = items.filter(({ kind, name }) => words.every((word) => `${kind} ${name}`.toLowerCase().includes(word)));
  const first = matches.filter(({ name }) => name.toLowerCase().startsWith(text));
  const found = [...first, ...matches.filter((item) => !first.includes(item))].slice(0, MAX_ITEMS);
  return text ? [...found, searchItem(typed.trim())] : found;
}

function searchItem(words: string): PaletteItem {
  return { kind: "Search", name: `Search for “${words}”`, note: "", run: () => router.go(address("/", { q: words })) };
}
