/** The pieces as points on a plane: columns of numbers, a grid by which neighbours are found, and who is drawn first. */
import type { Places } from "../api";

const PER_CELL = 4;
const COARSEST = 4; // what is one step of distance at the first level, in the map's own measure
const LEVELS = 44; // each a step of the square root of two finer
const DENSE = 2048; // cells on a side up to which a grid is an array

export class Points {
  readonly count: number;
  readonly keys: readonly string[];
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly groups: readonly (number | null)[];
  readonly colours: readonly string[];
  readonly places: ReadonlyMap<string, number>;
  /** From which level on a piece is drawn as a picture: up to there, none of a lower level lies nearer than that level's distance. */
  readonly level: Uint8Array;
  /** All points, coarse levels first. */
  readonly byLevel: Uint32Array;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  private readonly cell: number;
  private readonly across: number;
  private readonly down: number;
  private readonly starts: Uint32Array; // of each cell in `inCells`
  private readonly inCells: Uint32Array;

  constructor(told: Places) {
    this.count = told.keys.length;
    [this.keys, this.groups, this.colours] = [told.keys, told.groups, told.colours];
    [this.x, this.y] = [Float32Array.from(told.x), Float32Array.from(told.y)];
    this.places = new Map(told.keys.map((key, at) => [key, at]));
    const [left, right] = ends(this.x);
    const [top, bottom] = ends(this.y);
    [this.left, this.top, this.width, this.height] = [left, top, Math.max(1e-6, right - left), Math.max(1e-6, bottom - top)];
    this.cell = Math.sqrt((this.width * this.height * PER_CELL) / Math.max(1, this.count)) || 1;
    this.across = Math.floor(this.width / this.cell) + 1;
    this.down = Math.floor(this.height / this.cell) + 1;
    [this.starts, this.inCells] = this.gridded();
    this.level = levels(this.x, this.y, left, top, Math.max(this.width, this.height));
    this.byLevel = Uint32Array.from({ length: this.count }, (_, at) => at).sort((one, other) => this.level[one]! - this.level[other]!);
  }

  /** Every point within a rectangle of the map. */
  within(left: number, top: number, right: number, bottom: number, take: (at: number) => void): void {
    const [first, last] = [this.column(left), this.column(right)];
    for (let row = this.row(top); row <= this.row(bottom); row++) {
      for (let place = this.starts[row * this.across + first]!; place < this.starts[row * this.across + last + 1]!; place++) {
        const at = this.inCells[place]!;
        if (this.x[at]! >= left && this.x[at]! <= right && this.y[at]! >= top && this.y[at]! <= bottom) take(at);
      }
    }
  }

  /** The points nearest to a place, with their distances, nearest first. */
  nearest(x: number, y: number, many: number, without = -1): [number, number][] {
    let reach = this.cell * 2;
    for (;;) {
      const found: [number, number][] = [];
      this.within(x - reach, y - reach, x + reach, y + reach, (at) => {
        const distance = Math.hypot(this.x[at]! - x, this.y[at]! - y);
        if (at !== without && distance <= reach) found.push([at, distance]);
      });
      if (found.length >= Math.min(many, this.count - 1) || reach > 4 * (this.width + this.height + Math.abs(x) + Math.abs(y))) {
        return found.sort(([, one], [, other]) => one - other).slice(0, many);
      }
      reach *= 2;
    }
  }

  /** The nearest point that lies in a direction, within 45 degrees of it; null where there is none. */
  toward(from: number, dx: number, dy: number): number | null {
    let [best, least] = [-1, Infinity];
    for (let at = 0; at < this.count; at++) {
      const [x, y] = [this.x[at]! - this.x[from]!, this.y[at]! - this.y[from]!];
      const [along, aside] = [x * dx + y * dy, Math.abs(x * dy - y * dx)];
      if (at === from || along <= 0 || aside > along) continue;
      const far = along + 2 * aside; // what lies straight on comes first
      if (far < least) [best, least] = [at, far];
    }
    return best < 0 ? null : best;
  }

  private gridded(): [Uint32Array, Uint32Array] {
    const starts = new Uint32Array(this.across * this.down + 1);
    const cells = Uint32Array.from({ length: this.count }, (_, at) => this.row(this.y[at]!) * this.across + this.column(this.x[at]!));
    for (const cell of cells) starts[cell + 1]! += 1;
    for (let cell = 1; cell < starts.length; cell++) starts[cell]! += starts[cell - 1]!;
    const [next, inside] = [starts.slice(), new Uint32Array(this.count)];
    cells.forEach((cell, at) => (inside[next[cell]!++] = at));
    return [starts, inside];
  }

  private column(x: number): number {
    return Math.min(this.across - 1, Math.max(0, Math.floor((x - this.left) / this.cell)));
  }

  private row(y: number): number {
    return Math.min(this.down - 1, Math.max(0, Math.floor((y - this.top) / this.cell)));
  }
}

function ends(values: Float32Array): [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return values.length ? [least, most] : [-1, 1];
}

/** The distance that pictures of a level keep from each other. */
function distanceOf(level: number): number {
  return COARSEST * 2 ** (-level / 2);
}

/** The finest level whose distance is that large. */
export function levelFor(distance: number): number {
  return Math.min(LEVELS, Math.floor(2 * Math.log2(COARSEST / distance)));
}

/** Level by level those points are taken, in an order of chance, that lie far enough from all that were taken. */
function levels(x: Float32Array, y: Float32Array, left: number, top: number, extent: number): Uint8Array {
  const level = new Uint8Array(x.length).fill(LEVELS + 1);
  const dense = new Int32Array(DENSE ** 2);
  const taken: number[] = [];
  let waiting = shuffled(x.length);
  for (let now = 0; now <= LEVELS && waiting.length; now++) {
    const step = distanceOf(now);
    const column = (at: number) => Math.floor((x[at]! - left) / step) + 1;
    const row = (at: number) => Math.floor((y[at]! - top) / step) + 1;
    const across = Math.ceil(extent / step) + 3;
    const grid = across <= DENSE ? dense.fill(0, 0, across * across) : new Map<number, number>();
    const there = (cell: number) => (grid instanceof Map ? (grid.get(cell) ?? 0) : grid[cell]!) - 1;
    const put = (at: number) => (grid instanceof Map ? grid.set(row(at) * across + column(at), at + 1) : (grid[row(at) * across + column(at)] = at + 1));
    const isFree = (at: number) => {
      const middle = row(at) * across + column(at);
      for (const beside of [middle, middle - 1, middle + 1]) {
        for (const cell of [beside, beside - across, beside + across]) {
          const other = there(cell);
          if (other >= 0 && Math.abs(x[at]! - x[other]!) < step && Math.abs(y[at]! - y[other]!) < step) return false;
        }
      }
      return true;
    };
    for (const at of taken) put(at);
    waiting = waiting.filter((at) => {
      if (!isFree(at)) return true;
      put(at);
      taken.push(at);
      level[at] = now;
      return false;
    });
  }
  return level;
}

/** 0 to count, by chance, and the same ones whenever the page is opened. */
function shuffled(count: number): number[] {
  const order = Array.from({ length: count }, (_, at) => at);
  let seed = 20_240_229;
  for (let at = count - 1; at > 0; at--) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const other = seed % (at + 1);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}
