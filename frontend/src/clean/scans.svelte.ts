/** The scans to clean, and the settings for it; they last until the page is closed. */
import { api, type Scan, type Strengths } from "../api";
import { latestOnly } from "../latest-only";
import { renderMask, type Stroke } from "./mask";

/** Each kind of damage with its name and a description. */
export const DAMAGE_KINDS = [
  ["light", "Uneven light", "Shadows of the page and of the lamp"],
  ["paper", "Paper", "The colour of the paper turns white"],
  ["grain", "Grain", "The texture of the paper, and the scanner's noise"],
  ["specks", "Specks", "Dust, hairs, scratches and folds"],
  ["smudges", "Smudges", "Smears, stains, and what shows through from the other side"],
] as const satisfies readonly (readonly [keyof Strengths, string, string])[];

export const FULL_STRENGTHS: Strengths = { light: 100, paper: 100, grain: 100, specks: 100, smudges: 100 };
const MASK_DELAY = 150; // milliseconds

/** A scan with its mask and the part of it that is visible. */
export class OpenScan {
  /** The top left corner of the visible part, in pixels of the scan. */
  left = $state(0);
  top = $state(0);
  strokes = $state.raw<Stroke[]>([]);
  hasMask = $state(false);
  /** Grows when the mask on the server has changed. */
  maskVersion = $state(0);
  error = $state.raw<unknown>(null);
  private sendLatest = latestOnly<Stroke[]>((strokes) => this.sendMask(strokes), MASK_DELAY);

  constructor(readonly scan: Scan) {
    this.hasMask = scan.has_mask;
  }

  /** Replace the strokes of the mask, and send it to the server. */
  paint(strokes: Stroke[]): void {
    this.strokes = strokes;
    this.sendLatest(strokes);
  }

  undoStroke(): void {
    this.paint(this.strokes.slice(0, -1));
  }

  private async sendMask(strokes: Stroke[]): Promise<void> {
    try {
      if (strokes.length) await api.saveMask(this.scan.id, await renderMask(strokes, this.scan.width, this.scan.height));
      else await api.deleteMask(this.scan.id);
      [this.hasMask, this.error] = [strokes.length > 0, null];
      this.maskVersion += 1;
    } catch (caught) {
      this.error = caught;
    }
  }
}

class ScanList {
  all = $state.raw<OpenScan[]>([]);
  current = $state.raw<OpenScan | null>(null);
  strengths = $state<Strengths>({ ...FULL_STRENGTHS });
  /** The number of files that are being uploaded. */
  uploading = $state(0);
  errors = $state.raw<unknown[]>([]);
  private isLoaded = false;

  /** Load the scans that the server still has from earlier. */
  async load(): Promise<void> {
    if (this.isLoaded) return;
    this.isLoaded = true;
    await this.add(await api.scans());
  }

  /** Add scans by their ids; the key of a picture is also an id. */
  async add(ids: string[]): Promise<void> {
    for (const id of ids.filter((id) => !this.has(id))) {
      await this.attempt(async () => this.append(await api.scan(id)));
    }
  }

  async upload(files: File[]): Promise<void> {
    this.uploading += files.length;
    for (const file of files) {
      await this.attempt(async () => this.append(await api.uploadScan(file)));
      this.uploading -= 1;
    }
  }

  async remove(removed: OpenScan): Promise<void> {
    const index = this.all.indexOf(removed);
    this.all = this.all.filter((open) => open !== removed);
    if (this.current === removed) this.current = this.all[Math.min(index, this.all.length - 1)] ?? null;
    await this.attempt(() => api.deleteScan(removed.scan.id));
  }

  private has(id: string): boolean {
    return this.all.some((open) => open.scan.id === id);
  }

  private append(scan: Scan): void {
    if (this.has(scan.id)) return; // requested twice at the same time
    const open = new OpenScan(scan);
    this.all = [...this.all, open];
    this.current ??= open;
  }

  /** Run a task; an error is added to the list of errors. */
  private async attempt(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (caught) {
      this.errors = [...this.errors, caught];
    }
  }
}

export const scanList = new ScanList();
