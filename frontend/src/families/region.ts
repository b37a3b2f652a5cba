/** The region in which two pictures of a family differ. */
import type { Family, FamilyMember } from "../api";

export type Region = NonNullable<FamilyMember["difference"]>;

const MAX_SHAPE_RATIO = 1.1; // up to which one picture shows what the other shows, at the same places

/**
 * The region of a picture that differs from another one, in its pixels; null if it isn't known.
 *
 * The server knows it for each member and the cover, in the member's pixels. In the cover, it is at the same place, if both
 * have the same shape.
 */
export function differingRegion(family: Family, member: FamilyMember, other: FamilyMember): Region | null {
  const cover = family.members[0]!;
  if (other.key === cover.key) return member.difference;
  if (member.key !== cover.key || !other.difference || !haveSameShape(member, other)) return null;
  const [across, down] = [member.width / other.width, member.height / other.height];
  const { x, y, width, height } = other.difference;
  return { x: x * across, y: y * down, width: width * across, height: height * down };
}

function haveSameShape(first: FamilyMember, second: FamilyMember): boolean {
  const ratio = (first.width * second.height) / (first.height * second.width);
  return Math.max(ratio, 1 / ratio) <= MAX_SHAPE_RATIO;
}

/**
 * The zoom and the shift, in pixels of the page before zooming, that bring a region into the middle of a pane.
 *
 * The picture fills the pane as far as its shape allows.
 */
export function zoomToRegion(
  region: Region, picture: { width: number; height: number }, pane: { width: number; height: number }, maxZoom: number,
): { zoom: number; x: number; y: number } {
  const scale = Math.min(pane.width / picture.width, pane.height / picture.height);
  const room = 0.6 * Math.min(pane.width / (region.width * scale), pane.height / (region.height * scale));
  const shift = (start: number, length: number, whole: number) => (whole / 2 - start - length / 2) * scale;
  return {
    zoom: Math.min(maxZoom, Math.max(1, room)), x: shift(region.x, region.width, picture.width), y: shift(region.y, region.height, picture.height),
  };
}
