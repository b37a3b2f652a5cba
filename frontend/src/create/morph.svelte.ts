/** The way from picture to picture: what lies on it, and its frames. */
import { api, shown, type Created } from "../api";

/** A piece, or a picture that was drawn. */
export interface Stop {
  id: number;
  picture: string;
  address: string;
  name: string;
}

export const MOST = 8; // pictures on a way
const AT_ONCE = 6; // frames

class Path {
  stops = $state.raw<Stop[]>([]);
  frames = $state.raw<Created[]>([]);
  wanted = $state(0);
  at = $state(0);
  count = $state(24);
  loop = $state(false);
  error = $state.raw<unknown>(null);
  said = $state(""); // for screen readers: what changed
  private last = 0;
  private turn = 0;
  drawing = $derived(this.wanted > this.frames.length);
  now = $derived(this.frames[Math.min(this.at, this.frames.length - 1)]);

  addPiece(key: string, name: string, before?: number): void {
    this.add(key, shown.thumbnail(key), name, before);
  }

  addCreated(one: Created, before?: number): void {
    this.add(one.id, one.address, `drawn from seed ${one.seed}`, before);
  }

  remove(id: number): void {
    this.said = `${this.stops.find((one) => one.id === id)?.name ?? "It"} left the path`;
    this.stops = this.stops.filter((one) => one.id !== id);
  }

  /** Put a stop at a place, counted from 0. */
  move(id: number, to: number): void {
    const from = this.stops.findIndex((one) => one.id === id);
    const stop = this.stops[from];
    if (!stop || to < 0 || to >= this.stops.length) return;
    this.stops = this.stops.toSpliced(from, 1).toSpliced(to, 0, stop);
    this.said = `${stop.name} is now ${to + 1} of ${this.stops.length}`;
  }

  /** Draw the frames, a few at a time; a way that was begun before ends. */
  async draw(): Promise<void> {
    const turn = ++this.turn;
    const wish = { pictures: this.stops.map((one) => one.picture), frames: this.count, loop: this.loop };
    [this.frames, this.at, this.error, this.wanted] = [[], 0, null, this.count];
    try {
      while (this.drawing) {
        const more = await api.morph({ ...wish, first: this.frames.length, count: AT_ONCE });
        if (turn !== this.turn) return;
        this.frames = [...this.frames, ...more];
      }
    } catch (caught) {
      if (turn === this.turn) [this.error, this.wanted] = [caught, this.frames.length];
    }
  }

  private add(picture: string, address: string, name: string, before = this.stops.length): void {
    if (this.stops.length >= MOST) {
      this.said = `A path has ${MOST} pictures at most`;
      return;
    }
    this.stops = this.stops.toSpliced(before, 0, { id: ++this.last, picture, address, name });
    this.said = `${name} is ${before + 1} of ${this.stops.length} on the path`;
  }
}

export const path = new Path();
