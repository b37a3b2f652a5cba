/** Thumbnails as they are drawn on the map: a few at a time are asked for, those in the middle first, and the latest are kept. */
import { shown } from "../api";

const AT_ONCE = 6;
const MOST = { small: 1500, large: 400 };
const SMALL = 128; // pixels of the longer side
type Size = keyof typeof MOST;

export class Pictures {
  private kept = { small: new Map<string, ImageBitmap>(), large: new Map<string, ImageBitmap>() };
  private asked = new Set<string>();
  private failed = new Set<string>();
  private wanted: [string, Size][] = [];
  private closed = false;

  constructor(private readonly came: () => void) {}

  /** A picture that is there, or another size of it meanwhile. */
  get(key: string, size: Size): ImageBitmap | undefined {
    const found = this.kept[size].get(key);
    if (found) {
      this.kept[size].delete(key);
      this.kept[size].set(key, found); // the latest last
    }
    return found ?? this.kept[size === "small" ? "large" : "small"].get(key);
  }

  sizeFor(pixels: number): Size {
    return pixels > SMALL * 1.2 ? "large" : "small";
  }

  /** What is seen now, most wanted first; what was wanted before and is not now is forgotten. */
  want(keys: string[], size: Size): void {
    this.wanted = keys.filter((key) => !this.kept[size].has(key)).map((key) => [key, size]);
    this.ask();
  }

  close(): void {
    this.closed = true;
    this.wanted = [];
    for (const size of ["small", "large"] as const) for (const picture of this.kept[size].values()) picture.close();
  }

  private ask(): void {
    while (this.asked.size < AT_ONCE && this.wanted.length) {
      const [key, size] = this.wanted.shift()!;
      const name = `${key} ${size}`;
      if (this.asked.has(name) || this.failed.has(name) || this.kept[size].has(key)) continue;
      this.asked.add(name);
      void this.fetch(key, size).catch(() => this.failed.add(name)).finally(() => {
        this.asked.delete(name);
        this.ask();
      });
    }
  }

  private async fetch(key: string, size: Size): Promise<void> {
    const answer = await fetch(shown.thumbnail(key));
    if (!answer.ok) throw new Error(String(answer.status));
    const whole = await createImageBitmap(await answer.blob());
    const picture = size === "large" ? whole : await smaller(whole);
    if (this.closed) return picture.close();
    const kept = this.kept[size];
    kept.set(key, picture);
    for (const [oldest, old] of kept) {
      if (kept.size <= MOST[size]) break;
      kept.delete(oldest);
      old.close();
    }
    this.came();
  }
}

async function smaller(whole: ImageBitmap): Promise<ImageBitmap> {
  const scale = SMALL / Math.max(whole.width, whole.height);
  if (scale >= 1) return whole;
  const made = await createImageBitmap(whole, {
    resizeWidth: Math.max(1, Math.round(whole.width * scale)), resizeHeight: Math.max(1, Math.round(whole.height * scale)), resizeQuality: "medium",
  });
  whole.close();
  return made;
}
