/** A justified layout: rows of pictures that fill the width, each about as high as asked. */

export interface Rows {
  count: number;
  /** Where each row begins, in pixels; one more entry holds the height of the whole layout. (count + 1) */
  top: Float64Array;
  /** The first picture of each row; one more entry holds the number of pictures. (count + 1) */
  first: Uint32Array;
  /** Where each picture begins within its row, in pixels. */
  left: Float32Array;
  /** The width of each picture, in pixels. */
  width: Float32Array;
  /** The row of each picture. */
  row: Uint32Array;
}

type Lengths = ArrayLike<number>;

// Width divided by height. Longer pictures are shown whole within a frame of this shape.
const MIN_ASPECT = 0.4;
const MAX_ASPECT = 3.5;

/**
 * Arrange pictures in rows.
 *
 * @param widths The width of each picture; only the ratio to its height counts.
 * @param heights The height of each picture.
 * @param available The width to fill, in pixels.
 * @param target The height that a row should have, in pixels.
 * @param gap The pixels between pictures and between rows.
 */
export function justify(widths: Lengths, heights: Lengths, available: number, target: number, gap: number): Rows {
  const count = widths.length;
  const rows: Rows = {
    count: 0, top: new Float64Array(count + 1), first: new Uint32Array(count + 1),
    left: new Float32Array(count), width: new Float32Array(count), row: new Uint32Array(count),
  };
  let begin = 0;
  let aspectSum = 0; // of the pictures in the current row
  for (let index = 0; index < count; index++) {
    const aspect = aspectOf(widths, heights, index);
    const room = available - gap * (index - begin);
    if (index > begin && room / (aspectSum + aspect) < target && isFull(aspectSum, aspect, available, index - begin, target, gap)) {
      closeRow(rows, begin, index, (available - gap * (index - begin - 1)) / aspectSum, gap, widths, heights);
      begin = index;
      aspectSum = 0;
    }
    aspectSum += aspect;
  }
  if (begin < count) {
    const fillingHeight = (available - gap * (count - begin - 1)) / aspectSum;
    closeRow(rows, begin, count, Math.min(fillingHeight, target), gap, widths, heights);
  }
  return rows;
}

/** Whether the row's height is closer to the target without one more picture. */
function isFull(aspectSum: number, aspect: number, available: number, inRow: number, target: number, gap: number): boolean {
  const without = (available - gap * (inRow - 1)) / aspectSum;
  const withIt = (available - gap * inRow) / (aspectSum + aspect);
  return Math.abs(Math.log(without / target)) <= Math.abs(Math.log(withIt / target));
}

function aspectOf(widths: Lengths, heights: Lengths, index: number): number {
  return Math.min(MAX_ASPECT, Math.max(MIN_ASPECT, widths[index]! / Math.max(1, heights[index]!)));
}

function closeRow(rows: Rows, begin: number, end: number, height: number, gap: number, widths: Lengths, heights: Lengths): void {
  const number = rows.count++;
  let left = 0;
  for (let index = begin; index < end; index++) {
    rows.left[index] = left;
    rows.width[index] = aspectOf(widths, heights, index) * height;
    rows.row[index] = number;
    left += rows.width[index]! + gap;
  }
  rows.first[number] = begin;
  rows.first[number + 1] = end;
  rows.top[number + 1] = rows.top[number]! + height + gap;
}

/** The row at a distance from the top, in pixels. */
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

/** The nearest picture in the row above (-1) or below (1); the same picture if there is no such row. */
export function verticalNeighbour(rows: Rows, index: number, step: -1 | 1): number {
  const row = rows.row[index]! + step;
  if (row < 0 || row >= rows.count) return index;
  const middle = rows.left[index]! + rows.width[index]! / 2;
  let nearest = rows.first[row]!;
  for (let other = nearest; other < rows.first[row + 1]!; other++) {
    const distance = (picture: number) => Math.abs(rows.left[picture]! + rows.width[picture]! / 2 - middle);
    if (distance(other) < distance(nearest)) nearest = other;
  }
  return nearest;
}

/** A rectangle in a layout, in pixels from its upper left corner. */
export interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The pictures that an area touches. */
export function picturesIn(rows: Rows, area: Area, gap: number): number[] {
  const pictures: number[] = [];
  for (let row = rowAt(rows, area.top); row < rows.count && rows.top[row]! < area.bottom; row++) {
    if (rows.top[row + 1]! - gap <= area.top) continue; // the area begins in the gap below
    for (let picture = rows.first[row]!; picture < rows.first[row + 1]!; picture++) {
      const left = rows.left[picture]!;
      if (left < area.right && left + rows.width[picture]! > area.left) pictures.push(picture);
    }
  }
  return pictures;
}
