/** A few real pieces, coded one after another as the archive would code them. */
import { api, type Fidelity, type Sample } from "../api";

const COUNT = 5;
const PLACES = [0.01, 0.08, 0.22, 0.45, 0.75]; // among all, the largest first: large ones matter most

export interface Tried {
  key: string;
  path: string;
  sample: Sample | null;
  error: unknown;
}

class Samples {
  fidelity = $state<Fidelity>("lossless");
  tried = $state.raw<Tried[]>([]);
  picked = $state<string | null>(null);
  busy = $state(false);
  error = $state.raw<unknown>(null);
  private turn = 0;
  private round = 0;

  /** Others, from all sizes of files. */
  async others(): Promise<void> {
    try {
      const { total } = await api.pieces({ limit: 0 });
      const shift = this.turn++ * 0.037;
      const offsets = new Set(PLACES.map((place) => Math.floor(((place + shift) % 1) * total)));
      const columns = await Promise.all([...offsets].map((offset) => api.pieces({ sort: "bytes", descending: true, offset, limit: 1 })));
      await this.of(columns.flatMap((one) => (one.keys[0] ? [[one.keys[0], one.paths[0] ?? ""] as const] : [])));
    } catch (caught) {
      this.error = caught;
    }
  }

  /** Pieces that the person chose. */
  async chosen(keys: string[]): Promise<void> {
    const pieces = await Promise.all(keys.slice(0, COUNT).map(async (key) => [key, (await api.facts(key)).files[0]?.path ?? ""] as const));
    await this.of(pieces);
  }

  /** The same pieces at another fidelity. */
  async again(): Promise<void> {
    await this.of(this.tried.map(({ key, path }) => [key, path] as const));
  }

  private async of(pieces: (readonly [string, string])[]): Promise<void> {
    const [round, fidelity] = [++this.round, this.fidelity];
    const once = new Map(pieces);
    this.tried = [...once].map(([key, path]) => ({ key, path, sample: null, error: null }));
    if (!this.picked || !once.has(this.picked)) this.picked = this.tried[0]?.key ?? null;
    [this.busy, this.error] = [true, null];
    for (const { key } of this.tried) {
      const found = await this.one(key, fidelity);
      if (round !== this.round) return; // another fidelity, or other pieces, were asked for meanwhile
      this.tried = this.tried.map((one) => (one.key === key ? { ...one, ...found } : one));
      if (found.sample && this.tried.find((one) => one.key === this.picked)?.error) this.picked = key; // there is something to see
    }
    this.busy = false;
  }

  private async one(key: string, fidelity: Fidelity): Promise<Pick<Tried, "sample" | "error">> {
    try {
      return { sample: await api.sample(key, fidelity), error: null };
    } catch (error) {
      return { sample: null, error };
    }
  }
}

export const samples = new Samples();
