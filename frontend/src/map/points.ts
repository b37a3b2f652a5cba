/** The pictures as points in a plane: columns of numbers, a grid to find neighbours, and levels that say which pictures are drawn first. */
import type { MapData } from "../api";

const POINTS_PER_CELL = 4;
const COARSEST_DISTANCE = 4; // map units between the pictures of level 0
const MAX_STRETCH = 2.5;
const LEVELS = 44; // the distance of each level is that of the level before, divided by the square root of two

export class Points {
  readonly count: number;
  readonly keys: readonly string[];
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly groups: readonly (number | null)[];
  readonly colours: readonly string[];
  readonly indexByKey: ReadonlyMap<string, number>;
  /** The level of each picture. Pictures up to a level keep at least that level's distance from each other. */
  readonly level: Uint8Array;
  /** The indices of all points, coarse levels first. */
  readonly byLevel: Uint32Array;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  private readonly cellSize: number; // map units
  private readonly columns: number;
  private readonly rows: number;
  private readonly cellStarts: Uint32Array; // where each cell begins in `cellPoints`
  private readonly cellPoints: Uint32Array; // indices of points, cell by cell

  /**
   * @param data The places of the pictures.
   * @param aspect Width by height of where the map is shown. The map is stretched to it, as far as `MAX_STRETCH` allows: only
   *   what is near means something, so a map has no shape of its own.
   */
  constructor(data: MapData, aspect: number) {
    this.count = data.keys.length;
    [this.keys, this.groups, this.colours] = [data.keys, data.groups, data.colours];
    const stretch = Math.sqrt(stretchTo(aspect, range(data.x), range(data.y)));
    [this.x, this.y] = [Float32Array.from(data.x, (x) => x * stretch), Float32Array.from(data.y, (y) => y / stretch)];
    this.indexByKey = new Map(data.keys.map((key, index) => [key, index]));
    const [left, right] = range(this.x);
    const [top, bottom] = range(this.y);
    [this.left, this.top, this.width, this.height] = [left, top, Math.max(1e-6, right - left), Math.max(1e-6, bottom - top)];
    this.cellSize = Math.sqrt((this.width * this.height * POINTS_PER_CELL) / Math.max(1, this.count)) || 1;
    this.columns = Math.floor(this.width / this.cellSize) + 1;
    this.rows = Math.floor(this.height / this.cellSize) + 1;
    [this.cellStarts, this.cellPoints] = this.buildGrid();
    this.level = this.assignLevels();
    this.byLevel = Uint32Array.from({ length: this.count }, (_, index) => index)
      .sort((first, second) => this.level[first]! - this.level[second]!);
  }

  /** Call a function for every point within a rectangle. */
  within(left: number, top: number, right: number, bottom: number, visit: (index: number) => void): void {
    const { x, y, cellStarts, cellPoints } = this;
    const first = this.columnOf(left);
    const last = this.columnOf(right);
    for (let row = this.rowOf(top), lastRow = this.rowOf(bottom); row <= lastRow; row++) {
      const stop = cellStarts[row * this.columns + last + 1]!;
      for (let place = cellStarts[row * this.columns + first]!; place < stop; place++) {
        const index = cellPoints[place]!;
        if (x[index]! >= left && x[index]! <= right && y[index]! >= top && y[index]! <= bottom) visit(index);
      }
    }
  }

  /** The points nearest to a position, with their distances, nearest first. */
  nearest(x: number, y: number, count: number, except = -1): [number, number][] {
    let radius = this.cellSize * 2;
    for (;;) {
      const neighbours: [number, number][] = [];
      this.within(x - radius, y - radius, x + radius, y + radius, (index) => {
        const distance = Math.hypot(this.x[index]! - x, this.y[index]! - y);
        if (index !== except && distance <= radius) neighbours.push([index, distance]);
      });
      const coversAll = radius > 4 * (this.width + this.height + Math.abs(x) + Math.abs(y));
      if (neighbours.length >= Math.min(count, this.count - 1) || coversAll) {
        return neighbours.sort(([, first], [, second]) => first - second).slice(0, count);
      }
      radius *= 2;
    }
  }

  /** The nearest point in a direction, at most 45 degrees off; null if there is none. */
  nextInDirection(from: number, dx: number, dy: number): number | null {
    let [best, lowestCost] = [-1, Infinity];
    for (let index = 0; index < this.count; index++) {
      const [x, y] = [this.x[index]! - this.x[from]!, this.y[index]! - this.y[from]!];
      const [forward, sideways] = [x * dx + y * dy, Math.abs(x * dy - y * dx)];
      if (index === from || forward <= 0 || sideways > forward) continue;
      const cost = forward + 2 * sideways; // prefers points straight ahead
      if (cost < lowestCost) [best, lowestCost] = [index, cost];
    }
    return best < 0 ? null : best;
  }

  /** Fill the levels one by one, in random order, with points that are far enough from all points of this and coarser levels. */
  private assignLevels(): Uint8Array {
    const level = new Uint8Array(this.count).fill(LEVELS + 1);
    let waiting = shuffledIndices(this.count);
    for (let current = 0; current <= LEVELS && waiting.length; current++) {
      const distance = distanceOfLevel(current);
      const isLarge = distance > this.cellSize / 12;
      waiting = isLarge ? this.fillByCells(waiting, level, current, distance) : this.fillByNeighbours(waiting, level, current, distance);
    }
    return level;
  }

  /** Fill a level with a large distance: a cell of that size holds at most one point. Returns the points that still wait. */
  private fillByCells(waiting: Uint32Array, level: Uint8Array, current: number, distance: number): Uint32Array {
    const { x, y, left, top } = this;
    const columns = Math.ceil(this.width / distance) + 3;
    const grid = new Int32Array(columns * (Math.ceil(this.height / distance) + 3)).fill(-1);
    const cellOf = (index: number) => (Math.floor((y[index]! - top) / distance) + 1) * columns + Math.floor((x[index]! - left) / distance) + 1;
    for (let index = 0; index < this.count; index++) if (level[index]! < current) grid[cellOf(index)] = index;
    let stillWaiting = 0;
    for (let place = 0; place < waiting.length; place++) {
      const index = waiting[place]!;
      const centre = cellOf(index);
      let isFree = true;
      for (let row = centre - columns; isFree && row <= centre + columns; row += columns) {
        for (let cell = row - 1; cell <= row + 1; cell++) {
          const other = grid[cell]!;
          if (other >= 0 && Math.abs(x[index]! - x[other]!) < distance && Math.abs(y[index]! - y[other]!) < distance) isFree = false;
        }
      }
      if (isFree) grid[centre] = index;
      if (isFree) level[index] = current;
      else waiting[stillWaiting++] = index;
    }
    return waiting.subarray(0, stillWaiting);
  }

  /** Fill a level with a small distance by looking at the few neighbours of each point. Returns the points that still wait. */
  private fillByNeighbours(waiting: Uint32Array, level: Uint8Array, current: number, distance: number): Uint32Array {
    const { x, y } = this;
    return waiting.filter((index) => {
      let isFree = true;
      this.within(x[index]! - distance, y[index]! - distance, x[index]! + distance, y[index]! + distance, (other) => {
        if (level[other]! <= current && Math.abs(x[index]! - x[other]!) < distance && Math.abs(y[index]! - y[other]!) < distance) isFree = false;
      });
      if (isFree) level[index] = current;
      return !isFree;
    });
  }

  /** Sort the points into the cells of the grid. */
  private buildGrid(): [Uint32Array, Uint32Array] {
    const starts = new Uint32Array(this.columns * this.rows + 1);
    const cells = Uint32Array.from({ length: this.count }, (_, index) => this.rowOf(this.y[index]!) * this.columns + this.columnOf(this.x[index]!));
    for (const cell of cells) starts[cell + 1]! += 1;
    for (let cell = 1; cell < starts.length; cell++) starts[cell]! += starts[cell - 1]!;
    const [next, sorted] = [starts.slice(), new Uint32Array(this.count)];
    cells.forEach((cell, index) => (sorted[next[cell]!++] = index));
    return [starts, sorted];
  }

  private columnOf(x: number): number {
    return Math.min(this.columns - 1, Math.max(0, Math.floor((x - this.left) / this.cellSize)));
  }

  private rowOf(y: number): number {
    return Math.min(this.rows - 1, Math.max(0, Math.floor((y - this.top) / this.cellSize)));
  }
}

/** How much wider a map becomes in relation to its height. */
function stretchTo(aspect: number, [left, right]: [number, number], [top, bottom]: [number, number]): number {
  const own = (right - left) / (bottom - top);
  const stretch = own > 0 && Number.isFinite(own) ? aspect / own : 1;
  return Math.min(MAX_STRETCH, Math.max(1 / MAX_STRETCH, stretch));
}

/** The lowest and the highest value. */
function range(values: ArrayLike<number>): [number, number] {
  let [lowest, highest] = [Infinity, -Infinity];
  for (let index = 0; index < values.length; index++) {
    lowest = Math.min(lowest, values[index]!);
    highest = Math.max(highest, values[index]!);
  }
  return values.length ? [lowest, highest] : [-1, 1];
}

/** The distance between the pictures of a level, in map units. */
function distanceOfLevel(level: number): number {
  return COARSEST_DISTANCE * 2 ** (-level / 2);
}

/** The finest level with at least that distance between its pictures. */
export function levelFor(distance: number): number {
  return Math.min(LEVELS, Math.floor(2 * Math.log2(COARSEST_DISTANCE / distance)));
}

/** The indices from 0 to count - 1 in random order, the same order on every visit. */
function shuffledIndices(count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  let seed = 20_240_229;
  for (let index = count - 1; index > 0; index--) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const other = seed % (index + 1);
    const swapped = order[index]!;
    order[index] = order[other]!;
    order[other] = swapped;
  }
  return order;
}
