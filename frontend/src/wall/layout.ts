/** Rows of pictures that fill the width: each as tall as it must be for that, near to what is wished. */

export interface Rows {
  count: number;
  /** Of each row, and one more: where it begins, in pixels; the last is the height of all. */
  top: Float64Array;
  /** Of each row, and one more: its first picture. */
  first: Uint32Array;
  /** Of each picture, in pixels. */
  left: Float32Array;
  wide: Float32Array;
  row: Uint32Array;
}

const NARROWEST = 0.4; // width to height: longer ones are shown whole in a frame of this shape
const WIDEST = 3.5;

export function justify(widths: ArrayLike<number>, heights: ArrayLike<number>, across: number, tall: number, gap: number): Rows {
  const count = widths.length;
  const rows: Rows = {
    count: 0, top: new Float64Array(count + 1), first: new Uint32Array(count + 1),
    left: new Float32Array(count), wide: new Float32Array(count), row: new Uint32Array(count),
  };
  let begin = 0;
  let shapes = 0; // the sum of width to height in the row
  for (let index = 0; index < count; index++) {
    const shape = shapeOf(widths, heights, index);
    const room = across - gap * (index - begin);
    if (index > begin && room / (shapes + shape) < tall && isFuller(shapes, shape, across, index - begin, tall, gap)) {
      close(rows, begin, index, (across - gap * (index - begin - 1)) / shapes, gap, widths, heights);
      begin = index;
      shapes = 0;
    }
    shapes += shape;
  }
  if (begin < count) {
    const full = (across - gap * (count - begin - 1)) / shapes;
    close(rows, begin, count, Math.min(full, tall), gap, widths, heights);
  }
  return rows;
}

/** Whether the row is nearer to the wish without one picture more. */
function isFuller(shapes: number, shape: number, across: number, inside: number, tall: number, gap: number): boolean {
  const without = (across - gap * (inside - 1)) / shapes;
  const withIt = (across - gap * inside) / (shapes + shape);
  return Math.abs(Math.log(without / tall)) <= Math.abs(Math.log(withIt / tall));
}

function shapeOf(widths: ArrayLike<number>, heights: ArrayLike<number>, index: number): number {
  return Math.min(WIDEST, Math.max(NARROWEST, widths[index]! / Math.max(1, heights[index]!)));
}

function close(
  rows: Rows, begin: number, end: number, tall: number, gap: number, widths: ArrayLike<number>, heights: ArrayLike<number>,
): void {
  const number = rows.count++;
  let left = 0;
  for (let index = begin; index < end; index++) {
    rows.left[index] = left;
    rows.wide[index] = shapeOf(widths, heights, index) * tall;
    rows.row[index] = number;
    left += rows.wide[index]! + gap;
  }
  rows.first[number] = begin;
  rows.first[number + 1] = end;
  rows.top[number + 1] = rows.top[number]! + tall + gap;
}

/** The row at that many pixels from the top. */
export function rowAt(rows: Rows, y: number): number {
  let low = 0;
  let high = rows.count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (rows.top[middle]! <= y) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}

/** The picture in the row above (-1) or below (1) that stands nearest; the same one where there is no such row. */
export function beside(rows: Rows, index: number, step: -1 | 1): number {
  const row = rows.row[index]! + step;
  if (row < 0 || row >= rows.count) return index;
  const middle = rows.left[index]! + rows.wide[index]! / 2;
  let best = rows.first[row]!;
  for (let other = best; other < rows.first[row + 1]!; other++) {
    const distance = (each: number) => Math.abs(rows.left[each]! + rows.wide[each]! / 2 - middle);
    if (distance(other) < distance(best)) best = other;
  }
  return best;
}
