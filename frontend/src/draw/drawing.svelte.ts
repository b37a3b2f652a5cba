/** The drawing that one searches with, the wanted colours, and what they find. All of it stays until the page is closed. */
import { api, type PictureColumns } from "../api";
import { latestOnly } from "../latest-only";
import { paint, type Mark, type Stroke } from "./strokes";

export interface WantedColour {
  id: number;
  colour: string;
  /** Relative to the shares of the other colours, 1 to 100. */
  share: number;
}

export const MAX_COLOURS = 5;
const SEARCHED_SIDE = 192; // pixels: as much as the server looks at, and quickly sent

class Drawing {
  marks = $state.raw<Mark[]>([]);
  wanted = $state<WantedColour[]>([]);
  matches = $state.raw<PictureColumns | null>(null);
  error = $state.raw<unknown>(null);
  isBusy = $state(false);
  private lastId = 0;

  isEmpty = $derived(this.marks.length === 0);

  add(mark: Mark): void {
    this.marks = [...this.marks, mark];
    this.search();
  }

  undo(): void {
    this.marks = this.marks.slice(0, -1);
    this.search();
  }

  clear(): void {
    this.marks = [];
    this.search();
  }

  addColour(colour: string): void {
    if (this.wanted.length >= MAX_COLOURS) return;
    this.wanted.push({ id: ++this.lastId, colour, share: 50 });
    this.search();
  }

  removeColour(id: number): void {
    this.wanted = this.wanted.filter((colour) => colour.id !== id);
    this.search();
  }

  /** The share of a wanted colour among all of them, 0 to 1. */
  shareOf(wanted: WantedColour): number {
    return wanted.share / this.wanted.reduce((sum, { share }) => sum + share, 0);
  }

  /** Search with what is there now, and with a stroke that isn't finished. Of several searches, only the latest is run. */
  search(unfinished: Stroke | null = null): void {
    this.request(unfinished);
  }

  private request = latestOnly(async (unfinished: Stroke | null) => {
    const marks = unfinished ? [...this.marks, { stroke: unfinished }] : this.marks;
    const colours = this.wanted.map(({ colour, share }) => `${colour.slice(1)}:${share}`);
    this.isBusy = true;
    try {
      this.matches = await api.drawToFind(marks.length ? await pngOf(marks) : null, colours);
      this.error = null;
    } catch (error) {
      this.error = error;
    } finally {
      this.isBusy = false;
    }
  });
}

async function pngOf(marks: readonly Mark[]): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SEARCHED_SIDE;
  paint(canvas.getContext("2d")!, marks, SEARCHED_SIDE);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the drawing couldn't be encoded"))), "image/png");
  });
}

export const drawing = new Drawing();
