/** The names of groups on the map: where each stands, and which can be read at once. */
import type { Group } from "../api";
import { titleOf } from "../groups/groups.svelte";
import type { Points } from "./points";
import type { View } from "./view";

export interface Named {
  number: number;
  title: string;
  own: boolean; // the person named it
  depth: number;
  order: number; // in the tree, each before those in it
  count: number;
  x: number;
  y: number;
  reach: number; // how far most of its pieces lie from its middle
}

/** Every group that has pieces on the map, larger ones first. */
export function namesOf(groups: readonly Group[], points: Points): Named[] {
  const inside = new Map<number, number[]>();
  points.groups.forEach((group, at) => {
    if (group === null) return;
    const there = inside.get(group);
    if (there) there.push(at);
    else inside.set(group, [at]);
  });
  const found: Named[] = [];
  let entered = 0;
  const gather = (group: Group, depth: number): number[] => {
    const order = entered++;
    const own = [...(inside.get(group.number) ?? [])];
    for (const inner of group.groups) for (const at of gather(inner, depth + 1)) own.push(at);
    if (own.length) found.push({ number: group.number, title: titleOf(group), own: group.name !== null, depth, order, count: own.length, ...middle(own, points) });
    return own;
  };
  for (const group of groups) gather(group, 0);
  return found.sort((one, other) => one.depth - other.depth || other.count - one.count);
}

/** Where a group's pieces lie, by medians, which few that lie apart don't draw away. */
function middle(places: number[], points: Points): { x: number; y: number; reach: number } {
  const x = median(places.map((at) => points.x[at]!));
  const y = median(places.map((at) => points.y[at]!));
  return { x, y, reach: median(places.map((at) => Math.hypot(points.x[at]! - x, points.y[at]! - y))) };
}

function median(values: number[]): number {
  return values.sort((one, other) => one - other)[values.length >> 1]!;
}

const LEAST = 110; // pixels that a group must reach for its description to stand there
const LEAST_OWN = 30; // and for a name that the person gave
const MANY = 9; // descriptions at once
const MOST = 0.9; // of the view's shorter side: larger groups are the ground one walks on

/** The names that stand in a view and don't cover each other: those the person gave first, then large groups. */
export function readable(names: readonly Named[], view: View, wide: (name: Named) => number): { name: Named; left: number; top: number; width: number }[] {
  const found: { name: Named; left: number; top: number; width: number }[] = [];
  const most = MOST * Math.min(view.width, view.height);
  const order = [...names].sort((one, other) => Number(other.own) - Number(one.own));
  for (const name of order) {
    const [x, y, reach] = [view.right(name.x), view.down(name.y), name.reach * view.scale];
    if (reach < (name.own ? LEAST_OWN : LEAST) || reach > most || (!name.own && found.length >= MANY) || x < 0 || y < 0 || x > view.width || y > view.height) continue;
    const width = wide(name);
    const [left, top] = [x - width / 2, y - 12];
    const covers = found.some((other) => left < other.left + other.width + 16 && other.left < left + width + 16 && Math.abs(top - other.top) < 40);
    const isSaid = found.some((other) => other.name.title === name.title);
    if (!covers && !isSaid) found.push({ name, left, top, width });
  }
  return found;
}

/** "upper left", "middle", for those who hear the map. */
export function whereabouts(x: number, y: number, points: Points): string {
  const third = (part: number, words: readonly [string, string, string]) => words[part < 1 / 3 ? 0 : part > 2 / 3 ? 2 : 1];
  const rows = third((y - points.top) / points.height, ["upper", "", "lower"]);
  const columns = third((x - points.left) / points.width, ["left", "", "right"]);
  return [rows, columns].filter(Boolean).join(" ") || "middle";
}

/** What a group is called; empty for none. */
export function titleOfGroup(names: readonly Named[], number: number | null): string {
  return names.find((name) => name.number === number)?.title ?? "";
}
