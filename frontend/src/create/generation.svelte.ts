/** The created pictures in batches, and the selected one; they last until the page is closed. */
import { api, type CreatedPicture, type Generator } from "../api";

export interface Batch {
  id: number;
  title: string;
  total: number; // pictures when it is complete
  pictures: CreatedPicture[];
  error: unknown;
}

const PICTURES_PER_REQUEST = 4; // few, so that the first ones are seen soon
const MAX_EARLIER = 32;

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

  /** Create a batch in several requests with consecutive seeds; the pictures are the same as those of a single request. */
  async create(title: string, total: number, seed: number, send: (n: number, seed: number) => Promise<CreatedPicture[]>): Promise<void> {
    const batch: Batch = { id: ++this.lastId, title, total, pictures: [], error: null };
    this.batches = [batch, ...this.batches];
    this.isBusy = true;
    try {
      for (let done = 0; done < total && this.has(batch.id); done += PICTURES_PER_REQUEST) {
        const pictures = await send(Math.min(PICTURES_PER_REQUEST, total - done), seed + done);
        this.change(batch.id, (current) => ({ ...current, pictures: [...current.pictures, ...pictures] }));
        if (!done) this.selected = pictures[0] ?? null;
      }
    } catch (error) {
      this.change(batch.id, (current) => ({ ...current, error, total: current.pictures.length }));
    } finally {
      this.isBusy = false;
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
    const pictures = all.filter(({ way }) => way === "imagine" || way === "vary").slice(-MAX_EARLIER);
    const batch: Batch = { id: ++this.lastId, title: "Earlier", total: pictures.length, pictures, error: null };
    if (pictures.length) this.batches = [...this.batches, batch]; // after a batch that was started meanwhile
  }
}

export const generation = new Generation();
