/** A few pictures of the collection, compressed one after another as the archive would compress them. */
import { api, type Fidelity, type Sample } from "../api";

const COUNT = 5;
const RANKS = [0.01, 0.08, 0.22, 0.45, 0.75]; // among all files, largest first: large files matter most
const RANK_SHIFT = 0.037; // added for each new choice

export interface SamplePicture {
  key: string;
  path: string;
  sample: Sample | null;
  error: unknown;
}
type KeyAndPath = readonly [key: string, path: string];

class Samples {
  fidelity = $state<Fidelity>("lossless");
  pictures = $state.raw<SamplePicture[]>([]);
  selected = $state<string | null>(null);
  isBusy = $state(false);
  error = $state.raw<unknown>(null);
  private choices = 0;
  private round = 0;

  /** Choose other pictures, from files of all sizes. */
  async chooseOthers(): Promise<void> {
    try {
      const { total } = await api.pictures({ limit: 0 });
      const shift = this.choices++ * RANK_SHIFT;
      const offsets = new Set(RANKS.map((rank) => Math.floor(((rank + shift) % 1) * total)));
      const answers = await Promise.all([...offsets].map((offset) => api.pictures({ sort: "bytes", descending: true, offset, limit: 1 })));
      await this.compress(answers.flatMap(({ keys, paths }) => (keys[0] ? [[keys[0], paths[0] ?? ""] as const] : [])));
    } catch (caught) {
      this.error = caught;
    }
  }

  /** Use the pictures that the person chose. */
  async choose(keys: string[]): Promise<void> {
    const pictures = await Promise.all(keys.slice(0, COUNT).map(async (key) => [key, (await api.facts(key)).files[0]?.path ?? ""] as const));
    await this.compress(pictures);
  }

  /** Compress the same pictures again, after the fidelity has changed. */
  async repeat(): Promise<void> {
    await this.compress(this.pictures.map(({ key, path }) => [key, path] as const));
  }

  private async compress(keysAndPaths: KeyAndPath[]): Promise<void> {
    const [round, fidelity] = [++this.round, this.fidelity];
    const pathByKey = new Map(keysAndPaths);
    this.pictures = [...pathByKey].map(([key, path]) => ({ key, path, sample: null, error: null }));
    if (!this.selected || !pathByKey.has(this.selected)) this.selected = this.pictures[0]?.key ?? null;
    [this.isBusy, this.error] = [true, null];
    for (const { key } of this.pictures) {
      const result = await this.compressOne(key, fidelity);
      if (round !== this.round) return; // another fidelity or other pictures were chosen meanwhile
      this.pictures = this.pictures.map((picture) => (picture.key === key ? { ...picture, ...result } : picture));
      const selectedFailed = this.pictures.find((picture) => picture.key === this.selected)?.error;
      if (result.sample && selectedFailed) this.selected = key; // so that there is something to see
    }
    this.isBusy = false;
  }

  private async compressOne(key: string, fidelity: Fidelity): Promise<Pick<SamplePicture, "sample" | "error">> {
    try {
      return { sample: await api.sample(key, fidelity), error: null };
    } catch (error) {
      return { sample: null, error };
    }
  }
}

export const samples = new Samples();
