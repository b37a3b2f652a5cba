/** Thumbnails for the map: a few are loaded at a time, those in the centre first, and the most recent ones stay in memory. */
import { imageUrl } from "../api";

const MAX_REQUESTS = 6; // at a time
const MAX_CACHED = { small: 1500, large: 400 };
const SMALL_SIDE = 128; // pixels of the longer side
type Size = keyof typeof MAX_CACHED;

export class ThumbnailCache {
  private bitmaps = { small: new Map<string, ImageBitmap>(), large: new Map<string, ImageBitmap>() };
  private loading = new Set<string>();
  private failed = new Set<string>();
  private queue: [string, Size][] = [];
  private isClosed = false;

  constructor(private readonly onload: () => void) {}

  /** A thumbnail, or the same one in the other size if only that is loaded. */
  get(key: string, size: Size): ImageBitmap | undefined {
    const bitmap = this.bitmaps[size].get(key);
    if (bitmap) {
      this.bitmaps[size].delete(key);
      this.bitmaps[size].set(key, bitmap); // the most recently used is last
    }
    return bitmap ?? this.bitmaps[size === "small" ? "large" : "small"].get(key);
  }

  sizeFor(pixels: number): Size {
    return pixels > SMALL_SIDE * 1.2 ? "large" : "small";
  }

  /** Load the thumbnails that are visible now, in this order; earlier requests that have not started are dropped. */
  request(keys: string[], size: Size): void {
    this.queue = keys.filter((key) => !this.bitmaps[size].has(key)).map((key) => [key, size]);
    this.loadNext();
  }

  close(): void {
    this.isClosed = true;
    this.queue = [];
    for (const size of ["small", "large"] as const) for (const bitmap of this.bitmaps[size].values()) bitmap.close();
  }

  private loadNext(): void {
    while (this.loading.size < MAX_REQUESTS && this.queue.length) {
      const [key, size] = this.queue.shift()!;
      const name = `${key} ${size}`;
      if (this.loading.has(name) || this.failed.has(name) || this.bitmaps[size].has(key)) continue;
      this.loading.add(name);
      void this.load(key, size).catch(() => this.failed.add(name)).finally(() => {
        this.loading.delete(name);
        this.loadNext();
      });
    }
  }

  private async load(key: string, size: Size): Promise<void> {
    const response = await fetch(imageUrl.thumbnail(key));
    if (!response.ok) throw new Error(String(response.status));
    const full = await createImageBitmap(await response.blob());
    const bitmap = size === "large" ? full : await shrink(full);
    if (this.isClosed) return bitmap.close();
    const cached = this.bitmaps[size];
    cached.set(key, bitmap);
    for (const [oldestKey, oldest] of cached) {
      if (cached.size <= MAX_CACHED[size]) break;
      cached.delete(oldestKey);
      oldest.close();
    }
    this.onload();
  }
}

async function shrink(full: ImageBitmap): Promise<ImageBitmap> {
  const scale = SMALL_SIDE / Math.max(full.width, full.height);
  if (scale >= 1) return full;
  const small = await createImageBitmap(full, {
    resizeWidth: Math.max(1, Math.round(full.width * scale)), resizeHeight: Math.max(1, Math.round(full.height * scale)), resizeQuality: "medium",
  });
  full.close();
  return small;
}
