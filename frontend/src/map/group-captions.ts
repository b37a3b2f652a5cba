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
  parents: readonly number[]; // the numbers of the groups around it
  order: number; // position in the tree, each group before its subgroups
  count: number;
  x: number;
  y: number;
  radius: number; // the median distance of its pictures from (x, y)
}

/** Where a caption is on the screen, with the room around its text. */
export interface PlacedCaption {
  caption: GroupCaption;
  left: number;
  top: number;
  width: number;
  height: number;
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
  const collect = (group: Group, parents: readonly number[]): number[] => {
    const order = visited++;
    const indices = [...(indicesByGroup.get(group.number) ?? [])];
    for (const subgroup of group.groups) for (const index of collect(subgroup, [...parents, group.number])) indices.push(index);
    if (indices.length) {
      captions.push({
        number: group.number, title: titleOf(group), isNamed: group.name !== null, depth: parents.length, parents, order, count: indices.length, ...centreOf(indices, points),
      });
    }
    return indices;
  };
  for (const group of groups) collect(group, []);
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

const MIN_RADIUS = 90; // pixels, for a group with a description
const MIN_NAMED_RADIUS = 30; // pixels, for a group that the person named
const MAX_DESCRIPTIONS = 12; // shown at once
const HEIGHT = 28; // pixels of a caption
const PADDING = 12; // pixels beside its text
const SPACE = 10; // pixels between two captions
const MAX_RADIUS_SHARE = 0.9; // of the viewport's shorter side; larger groups fill the view and need no caption

/**
 * The captions to show: they are in view, don't overlap, and stand above the middle of their group. Named groups come first, then
 * large ones; without a name, a group has a caption only if the groups around it are too large for one.
 *
 * @param taken What else is on the screen.
 */
export function placeCaptions(
  captions: readonly GroupCaption[], viewport: Viewport, widthOf: (caption: GroupCaption) => number, taken: readonly Box[],
): PlacedCaption[] {
  const placed: PlacedCaption[] = [];
  const maxRadius = MAX_RADIUS_SHARE * Math.min(viewport.width, viewport.height);
  const namedFirst = [...captions].sort((first, second) => Number(second.isNamed) - Number(first.isNamed));
  for (const caption of namedFirst) {
    const [x, y, radius] = [viewport.toScreenX(caption.x), viewport.toScreenY(caption.y), caption.radius * viewport.scale];
    if (radius < (caption.isNamed ? MIN_NAMED_RADIUS : MIN_RADIUS) || radius > maxRadius) continue;
    if (!caption.isNamed && placed.length >= MAX_DESCRIPTIONS) continue;
    if (!caption.isNamed && placed.some((other) => caption.parents.includes(other.caption.number))) continue;
    if (x < 0 || y < 0 || x > viewport.width || y > viewport.height) continue;
    const width = widthOf(caption) + 2 * PADDING;
    const left = clamp(x - width / 2, SPACE, viewport.width - width - SPACE);
    const place = { caption, left, top: clamp(y - radius - HEIGHT, SPACE, viewport.height - HEIGHT - SPACE), width, height: HEIGHT };
    const isRepeated = placed.some((other) => other.caption.title === caption.title);
    if (!isRepeated && ![...placed, ...taken].some((other) => overlaps(place, other, SPACE))) placed.push(place);
  }
  return placed;
}

function clamp(value: number, lowest: number, highest: number): number {
  return Math.max(lowest, Math.min(highest, value));
}

export type Box = Pick<PlacedCaption, "left" | "top" | "width" | "height">;

/** Whether two boxes on the screen are closer to each other than a space, in pixels. */
export function overlaps(one: Box, other: Box, space: number): boolean {
  const isBeside = one.left > other.left + other.width + space || other.left > one.left + one.width + space;
  return !isBeside && one.top <= other.top + other.height + space && other.top <= one.top + one.height + space;
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
