/** The map of a created picture: which real picture lent which place. */
import type { CreatedPicture } from "../api";

export type Regions = NonNullable<CreatedPicture["regions"]>;

/** The lender of every place, line by line: an index of `lenders`, or -1 for bare paper. */
export function lendersByPlace({ side, runs }: Regions): Int16Array {
  const places = new Int16Array(side * side);
  let start = 0;
  for (const [lender, length] of runs) {
    places.fill(lender, start, start + length);
    start += length;
  }
  return places;
}

/** The places of a lender as the path of an SVG whose sides have `side` units. */
export function outlineOf(regions: Regions, places: Int16Array, lender: number): string {
  const { side } = regions;
  const parts: string[] = [];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (places[y * side + x] !== lender) continue;
      if (x === 0 || places[y * side + x - 1] !== lender) parts.push(`M${x} ${y}v1`);
      if (x === side - 1 || places[y * side + x + 1] !== lender) parts.push(`M${x + 1} ${y}v1`);
      if (y === 0 || places[(y - 1) * side + x] !== lender) parts.push(`M${x} ${y}h1`);
      if (y === side - 1 || places[(y + 1) * side + x] !== lender) parts.push(`M${x} ${y + 1}h1`);
    }
  }
  return parts.join("");
}
