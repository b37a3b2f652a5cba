/** The scans that are to be cleaned, and how; kept while the page is open. */
import { api, type Scan, type Strengths } from "../api";
import { newestOnly } from "../newest";
import { maskOf, type Stroke } from "./mask";

export const KINDS = [
  ["light", "Uneven light", "shadows of the page and of the lamp"],
  ["paper", "Paper", "its colour becomes white"],
  ["grain", "Grain", "the paper's tooth, and the scanner's noise"],
  ["specks", "Specks", "dust, hairs, scratches, folds"],
  ["smudges", "Smudges", "smears, stains, what shows through"],
] as const satisfies readonly (readonly [keyof Strengths, string, string])[];

export const FULL: Strengths = { light: 100, paper: 100, grain: 100, specks: 100, smudges: 100 };

/** One scan on the table. */
export class Held {
  /** The left upper corner of what is looked at. */
  left = $state(0);
  top = $state(0);
  strokes = $state.raw<Stroke[]>([]);
  hasMask = $state(false);
  /** Grows when the server has another mask. */
  maskVersion = $state(0);
  error = $state.raw<unknown>(null);
  private keep = newestOnly<Stroke[]>((strokes) => this.send(strokes), 150);

  constructor(readonly scan: Scan) {
    this.hasMask = scan.has_mask;
  }

  /** What is painted from now on; the server is told. */
  paint(strokes: Stroke[]): void {
    this.strokes = strokes;
    this.keep(strokes);
  }

  private async send(strokes: Stroke[]): Promise<void> {
    try {
      if (strokes.length) await api.protect(this.scan.id, await maskOf(strokes, this.scan.width, this.scan.height));
      else await api.unprotect(this.scan.id);
      [this.hasMask, this.error] = [strokes.length > 0, null];
      this.maskVersion += 1;
    } catch (caught) {
      this.error = caught;
    }
  }
}

class Table {
  held = $state.raw<Held[]>([]);
  current = $state.raw<Held | null>(null);
  strengths = $state<Strengths>({ ...FULL });
  sending = $state(0);
  errors = $state.raw<unknown[]>([]);
  private looked = false;

  /** What was dropped earlier is still there. */
  async load(): Promise<void> {
    if (this.looked) return;
    this.looked = true;
    await this.add(await api.scans());
  }

  /** Scans by their ids; a piece's key is one, too. */
  async add(ids: string[]): Promise<void> {
    for (const id of ids.filter((one) => !this.held.some((held) => held.scan.id === one))) {
      await this.tried(async () => this.lay(await api.scan(id)));
    }
  }

  async drop(files: File[]): Promise<void> {
    this.sending += files.length;
    for (const file of files) {
      await this.tried(async () => this.lay(await api.drop(file)));
      this.sending -= 1;
    }
  }

  async remove(held: Held): Promise<void> {
    const place = this.held.indexOf(held);
    this.held = this.held.filter((one) => one !== held);
    if (this.current === held) this.current = this.held[Math.min(place, this.held.length - 1)] ?? null;
    await this.tried(() => api.forget(held.scan.id));
  }

  private lay(scan: Scan): void {
    if (this.held.some((one) => one.scan.id === scan.id)) return; // asked for twice at once
    const held = new Held(scan);
    this.held = [...this.held, held];
    this.current ??= held;
  }

  private async tried(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (caught) {
      this.errors = [...this.errors, caught];
    }
  }
}

export const table = new Table();
