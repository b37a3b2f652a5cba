/** The captions of groups on the map: where each is placed, and which ones fit at once. */
import type { Group } from "../api";
import { titleOf } from "../groups/grouping.svelte";
import type { Points } from "./points";
import type { Viewport } from "./viewport";

export interface GroupCaption {
  number: number;
  title: string;
  isNamed: boolean; // by the person
  depth: number;
  order: number; // position in the tree, each group before its subgroups
  count: number;
  x: number;
  y: number;
  radius: number; // the median distance of its pictures from (x, y)
}

export interface PlacedCaption {
  caption: GroupCaption;
  left: number;
  top: number;
  width: number;
}

/** The captions of all groups with pictures on the map, outer and large groups first. */
export function captionsOf(groups: readonly Group[], points: Points): GroupCaption[] {
  const indicesByGroup = new Map<number, number[]>();
  points.groups.forEach((group, index) => {
    if (group === null) return;
    const indices = indicesByGroup.get(group);
    if (indices) indices.push(index);
    else indicesByGroup.set(group, [index]);
  });
  const captions: GroupCaption[] = [];
  let visited = 0;
  const collect = (group: Group, depth: number): number[] => {
    const order = visited++;
    const indices = [...(indicesByGroup.get(group.number) ?? [])];
    for (const subgroup of group.groups) for (const index of collect(subgroup, depth + 1)) indices.push(index);
    if (indices.length) {
      captions.push({
        number: group.number, title: titleOf(group), isNamed: group.name !== null, depth, order, count: indices.length, ...centreOf(indices, points),
      });
    }
    return indices;
  };
  for (const group of groups) collect(group, 0);
  return captions.sort((first, second) => first.depth - second.depth || second.count - first.count);
}

/** The centre and radius of some points, as medians, so that a few distant points don't count. */
function centreOf(indices: number[], points: Points): { x: number; y: number; radius: number } {
  const x = median(indices.map((index) => points.x[index]!));
  const y = median(indices.map((index) => points.y[index]!));
  return { x, y, radius: median(indices.map((index) => Math.hypot(points.x[index]! - x, points.y[index]! - y))) };
}

function median(values: number[]): number {
  return values.sort((first, second) => first - second)[values.length >> 1]!;
}

const MIN_RADIUS = 110; // pixels, for a group with a description
const MIN_NAMED_RADIUS = 30; // pixels, for a group that the person named
const MAX_DESCRIPTIONS = 9; // shown at once
const MAX_RADIUS_SHARE = 0.9; // of the viewport's shorter side; larger groups fill the view and need no caption

/** The captions to show: they are in view and don't overlap. Named groups come first, then large ones. */
export function placeCaptions(captions: readonly GroupCaption[], viewport: Viewport, widthOf: (caption: GroupCaption) => number): PlacedCaption[] {
  const placed: PlacedCaption[] = [];
  const maxRadius = MAX_RADIUS_SHARE * Math.min(viewport.width, viewport.height);
  const namedFirst = [...captions].sort((first, second) => Number(second.isNamed) - Number(first.isNamed));
  for (const caption of namedFirst) {
    const [x, y, radius] = [viewport.toScreenX(caption.x), viewport.toScreenY(caption.y), caption.radius * viewport.scale];
    if (radius < (caption.isNamed ? MIN_NAMED_RADIUS : MIN_RADIUS) || radius > maxRadius) continue;
    if (!caption.isNamed && placed.length >= MAX_DESCRIPTIONS) continue;
    if (x < 0 || y < 0 || x > viewport.width || y > viewport.height) continue;
    const width = widthOf(caption);
    const [left, top] = [x - width / 2, y - 12];
    const overlaps = placed.some((other) => left < other.left + other.width + 16 && other.left < left + width + 16 && Math.abs(top - other.top) < 40);
    const isRepeated = placed.some((other) => other.caption.title === caption.title);
    if (!overlaps && !isRepeated) placed.push({ caption, left, top, width });
  }
  return placed;
}

/** A position in words, such as "upper left" or "middle". */
export function positionInWords(x: number, y: number, points: Points): string {
  const third = (share: number, words: readonly [string, string, string]) => words[share < 1 / 3 ? 0 : share > 2 / 3 ? 2 : 1];
  const vertical = third((y - points.top) / points.height, ["upper", "", "lower"]);
  const horizontal = third((x - points.left) / points.width, ["left", "", "right"]);
  return [vertical, horizontal].filter(Boolean).join(" ") || "middle";
}

/** The title of a group; empty for no group. */
export function titleOfGroup(captions: readonly GroupCaption[], number: number | null): string {
  return captions.find((caption) => caption.number === number)?.title ?? "";
}
