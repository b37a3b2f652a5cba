/** The pieces as points on a plane: columns of numbers, a grid by which neighbours are found, and who is drawn first. */
import type { Places } from "../api";

const PER_CELL = 4;
const COARSEST = 4; // what is one step of distance at the first level, in the map's own measure
const LEVELS = 44; // each a step of the square root of two finer

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
    this.level = this.levels();
    this.byLevel = Uint32Array.from({ length: this.count }, (_, at) => at).sort((one, other) => this.level[one]! - this.level[other]!);
  }

  /** Every point within a rectangle of the map. */
  within(left: number, top: number, right: number, bottom: number, take: (at: number) => void): void {
    const { x, y, starts, inCells } = this;
    const first = this.column(left);
    const last = this.column(right);
    for (let row = this.row(top), end = this.row(bottom); row <= end; row++) {
      const stop = starts[row * this.across + last + 1]!;
      for (let place = starts[row * this.across + first]!; place < stop; place++) {
        const at = inCells[place]!;
        if (x[at]! >= left && x[at]! <= right && y[at]! >= top && y[at]! <= bottom) take(at);
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

  /** Level by level those points are taken, in an order of chance, that lie far enough from all that were taken. */
  private levels(): Uint8Array {
    const level = new Uint8Array(this.count).fill(LEVELS + 1);
    let waiting = shuffled(this.count);
    for (let now = 0; now <= LEVELS && waiting.length; now++) {
      const step = distanceOf(now);
      waiting = step > this.cell / 12 ? this.takenByCells(waiting, level, now, step) : this.takenByNeighbours(waiting, level, now, step);
    }
    return level;
  }

  /** While the distance is large: each cell of that size has one point at most that was taken. Gives what still waits. */
  private takenByCells(waiting: Uint32Array, level: Uint8Array, now: number, step: number): Uint32Array {
    const { x, y, left, top } = this;
    const across = Math.ceil(this.width / step) + 3;
    const grid = new Int32Array(across * (Math.ceil(this.height / step) + 3)).fill(-1);
    const cellOf = (at: number) => (Math.floor((y[at]! - top) / step) + 1) * across + Math.floor((x[at]! - left) / step) + 1;
    for (let at = 0; at < this.count; at++) if (level[at]! < now) grid[cellOf(at)] = at;
    let rest = 0;
    for (let place = 0; place < waiting.length; place++) {
      const at = waiting[place]!;
      const middle = cellOf(at);
      let isFree = true;
      for (let row = middle - across; isFree && row <= middle + across; row += across) {
        for (let cell = row - 1; cell <= row + 1; cell++) {
          const other = grid[cell]!;
          if (other >= 0 && Math.abs(x[at]! - x[other]!) < step && Math.abs(y[at]! - y[other]!) < step) isFree = false;
        }
      }
      if (isFree) grid[middle] = at;
      if (isFree) level[at] = now;
      else waiting[rest++] = at;
    }
    return waiting.subarray(0, rest);
  }

  /** When it is small: a few neighbours are looked at. */
  private takenByNeighbours(waiting: Uint32Array, level: Uint8Array, now: number, step: number): Uint32Array {
    const { x, y } = this;
    return waiting.filter((at) => {
      let isFree = true;
      this.within(x[at]! - step, y[at]! - step, x[at]! + step, y[at]! + step, (other) => {
        if (level[other]! <= now && Math.abs(x[at]! - x[other]!) < step && Math.abs(y[at]! - y[other]!) < step) isFree = false;
      });
      if (isFree) level[at] = now;
      return !isFree;
    });
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
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
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

/** 0 to count, by chance, and the same ones whenever the page is opened. */
function shuffled(count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, at) => at);
  let seed = 20_240_229;
  for (let at = count - 1; at > 0; at--) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const other = seed % (at + 1);
    const one = order[at]!;
    order[at] = order[other]!;
    order[other] = one;
  }
  return order;
}
