/** What was drawn, in batches, and what of it is looked at; kept while the page is open. */
import { api, type Created, type Painter } from "../api";

export interface Batch {
  id: number;
  title: string;
  wanted: number;
  pictures: Created[];
  error: unknown;
}

const AT_ONCE = 4; // pictures, so that the first are seen soon

class Easel {
  painter = $state.raw<Painter | null>(null);
  error = $state.raw<unknown>(null);
  batches = $state.raw<Batch[]>([]);
  picked = $state.raw<Created | null>(null);
  drawing = $state(false);
  private last = 0;

  async load(): Promise<void> {
    try {
      this.error = null;
      this.painter = await api.painter();
      if (!this.batches.length) this.earlier(await api.created());
    } catch (caught) {
      this.error = caught;
    }
  }

  /** Draw in small parts with seeds counted on, which comes out the same as all at once. */
  async draw(title: string, wanted: number, seed: number, part: (n: number, seed: number) => Promise<Created[]>): Promise<void> {
    const batch: Batch = { id: ++this.last, title, wanted, pictures: [], error: null };
    this.batches = [batch, ...this.batches];
    this.drawing = true;
    try {
      for (let done = 0; done < wanted && this.has(batch.id); done += AT_ONCE) {
        const more = await part(Math.min(AT_ONCE, wanted - done), seed + done);
        this.change(batch.id, (one) => ({ ...one, pictures: [...one.pictures, ...more] }));
        if (!done) this.picked = more[0] ?? null;
      }
    } catch (error) {
      this.change(batch.id, (one) => ({ ...one, error, wanted: one.pictures.length }));
    } finally {
      this.drawing = false;
    }
  }

  close(id: number): void {
    this.batches = this.batches.filter((one) => one.id !== id);
  }

  private has(id: number): boolean {
    return this.batches.some((one) => one.id === id);
  }

  private change(id: number, how: (batch: Batch) => Batch): void {
    this.batches = this.batches.map((one) => (one.id === id ? how(one) : one));
  }

  private earlier(all: Created[]): void {
    const pictures = all.filter((one) => one.way === "imagine" || one.way === "vary").slice(-32);
    if (pictures.length) this.batches = [{ id: ++this.last, title: "Earlier", wanted: pictures.length, pictures, error: null }];
  }
}

export const easel = new Easel();
