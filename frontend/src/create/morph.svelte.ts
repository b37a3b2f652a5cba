/** A morph: the pictures on its path, and its frames. */
import { api, imageUrl, type CreatedPicture } from "../api";

/** A picture on the path: one of the collection, or a created one. */
export interface Stop {
  id: number;
  picture: string;
  address: string;
  name: string;
}

export const MAX_STOPS = 8;
const FRAMES_PER_REQUEST = 6;

class Morph {
  stops = $state.raw<Stop[]>([]);
  frames = $state.raw<CreatedPicture[]>([]);
  /** The number of frames when the animation is complete. */
  total = $state(0);
  /** The index of the frame that is shown. */
  position = $state(0);
  frameCount = $state(24); // chosen for the next animation
  loop = $state(false);
  error = $state.raw<unknown>(null);
  /** What has changed, for screen readers. */
  announcement = $state("");
  private lastId = 0;
  private run = 0;
  isBusy = $derived(this.total > this.frames.length);
  currentFrame = $derived(this.frames[Math.min(this.position, this.frames.length - 1)]);

  addPicture(key: string, name: string, index?: number): void {
    this.add(key, imageUrl.thumbnail(key), name, index);
  }

  addCreated(picture: CreatedPicture, index?: number): void {
    this.add(picture.id, picture.address, `created from seed ${picture.seed}`, index);
  }

  remove(id: number): void {
    this.announcement = `${this.stops.find((stop) => stop.id === id)?.name ?? "It"} was removed from the path`;
    this.stops = this.stops.filter((stop) => stop.id !== id);
  }

  /** Move a stop to an index, counted from 0. */
  move(id: number, to: number): void {
    const from = this.stops.findIndex((stop) => stop.id === id);
    const stop = this.stops[from];
    if (!stop || to < 0 || to >= this.stops.length) return;
    this.stops = this.stops.toSpliced(from, 1).toSpliced(to, 0, stop);
    this.announcement = `${stop.name} is now ${to + 1} of ${this.stops.length}`;
  }

  /** Create the frames, a few at a time; this ends an earlier run. */
  async animate(): Promise<void> {
    const run = ++this.run;
    const body = { pictures: this.stops.map((stop) => stop.picture), frames: this.frameCount, loop: this.loop };
    [this.frames, this.position, this.error, this.total] = [[], 0, null, this.frameCount];
    try {
      while (this.isBusy) {
        const frames = await api.morph({ ...body, first: this.frames.length, count: FRAMES_PER_REQUEST });
        if (run !== this.run) return;
        this.frames = [...this.frames, ...frames];
      }
    } catch (caught) {
      if (run === this.run) [this.error, this.total] = [caught, this.frames.length];
    }
  }

  private add(picture: string, address: string, name: string, index = this.stops.length): void {
    if (this.stops.length >= MAX_STOPS) {
      this.announcement = `A path has at most ${MAX_STOPS} pictures`;
      return;
    }
    this.stops = this.stops.toSpliced(index, 0, { id: ++this.lastId, picture, address, name });
    this.announcement = `${name} is ${index + 1} of ${this.stops.length} on the path`;
  }
}

export const morph = new Morph();
