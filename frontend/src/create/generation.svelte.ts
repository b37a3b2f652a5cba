/** The created pictures in batches, and the selected one; they last until the page is closed. */
import { api, type CreatedPicture, type Generator } from "../api";

export interface Batch {
  id: number;
  title: string;
  total: number; // pictures when it is complete
  pictures: CreatedPicture[]; // rough plans at first
  finished: number; // of them, from the first on
  error: unknown;
}

const PLANS_PER_REQUEST = 4; // few, so that the first ones are seen soon
const PICTURES_PER_REQUEST = 1; // drawing one takes seconds
const MAX_EARLIER = 32;

type Send = (n: number, seed: number, rough: boolean) => Promise<CreatedPicture[]>;

class Generation {
  generator = $state.raw<Generator | null>(null);
  error = $state.raw<unknown>(null);
  batches = $state.raw<Batch[]>([]);
  selected = $state.raw<CreatedPicture | null>(null);
  isBusy = $state(false);
  private lastId = 0;

  async load(): Promise<void> {
    try {
      this.error = null;
      this.generator = await api.generator();
      if (!this.batches.length) this.addEarlier(await api.created());
    } catch (caught) {
      this.error = caught;
    }
  }

  /** Create a batch in several requests with consecutive seeds: first all rough plans, then each picture in its place. */
  async create(title: string, total: number, seed: number, send: Send): Promise<void> {
    const batch: Batch = { id: ++this.lastId, title, total, pictures: [], finished: 0, error: null };
    this.batches = [batch, ...this.batches];
    this.isBusy = true;
    try {
      await this.request(batch, seed, PLANS_PER_REQUEST, (n, partSeed) => send(n, partSeed, true), false);
      await this.request(batch, seed, PICTURES_PER_REQUEST, (n, partSeed) => send(n, partSeed, false), true);
    } catch (error) {
      this.change(batch.id, (current) => ({ ...current, error, total: current.pictures.length, finished: current.pictures.length }));
    } finally {
      this.isBusy = false;
    }
  }

  /** Request the pictures of a batch, some at a time; each takes the place of the one that was there. */
  private async request(batch: Batch, seed: number, size: number, send: (n: number, seed: number) => Promise<CreatedPicture[]>, areFinished: boolean): Promise<void> {
    for (let done = 0; done < batch.total && this.has(batch.id); done += size) {
      const pictures = await send(Math.min(size, batch.total - done), seed + done);
      const replaced = this.batches.find(({ id }) => id === batch.id)?.pictures.slice(done, done + size) ?? [];
      this.change(batch.id, (current) => ({
        ...current,
        pictures: current.pictures.toSpliced(done, pictures.length, ...pictures),
        finished: areFinished ? done + pictures.length : 0,
      }));
      const selected = replaced.findIndex(({ id }) => id === this.selected?.id);
      if (selected >= 0 || (!done && !areFinished)) this.selected = pictures[Math.max(0, selected)] ?? null;
    }
  }

  close(id: number): void {
    this.batches = this.batches.filter((batch) => batch.id !== id);
  }

  private has(id: number): boolean {
    return this.batches.some((batch) => batch.id === id);
  }

  private change(id: number, update: (batch: Batch) => Batch): void {
    this.batches = this.batches.map((batch) => (batch.id === id ? update(batch) : batch));
  }

  private addEarlier(all: CreatedPicture[]): void {
    const created = all.filter(({ way }) => way === "imagine" || way === "vary");
    const finished = created.filter(({ regions }) => regions); // none if the model draws alone, as small pictures
    const pictures = (finished.length ? finished : created).slice(-MAX_EARLIER);
    const batch: Batch = { id: ++this.lastId, title: "Earlier", total: pictures.length, pictures, finished: pictures.length, error: null };
    if (pictures.length) this.batches = [...this.batches, batch]; // after a batch that was started meanwhile
  }
}

export const generation = new Generation();
