/** Pictures for the map, in three sizes: a few are loaded at a time, those in the centre first, and the most recent ones stay in memory. */
import { imageUrl } from "../api";

const MAX_REQUESTS = 6; // at a time
const MAX_CACHED = { small: 1500, medium: 400, large: 120 };
const SMALL_SIDE = 128; // pixels of the longer side
const MEDIUM_SIDE = 256;
const LARGE_SIDE = 512;
const MAX_BLUR = 1.25; // pixels of the screen for each pixel of a picture
type Size = keyof typeof MAX_CACHED;
const SIZES = ["large", "medium", "small"] as const;

export class ThumbnailCache {
  private bitmaps = { small: new Map<string, ImageBitmap>(), medium: new Map<string, ImageBitmap>(), large: new Map<string, ImageBitmap>() };
  private loading = new Set<string>();
  private failed = new Set<string>();
  private queue: [string, Size][] = [];
  private isClosed = false;
  private generation = 0; // grows with `clear`

  constructor(private readonly onload: () => void) {}

  /** A picture, or the same one in another size if only that is loaded. */
  get(key: string, size: Size): ImageBitmap | undefined {
    const bitmap = this.bitmaps[size].get(key);
    if (bitmap) {
      this.bitmaps[size].delete(key);
      this.bitmaps[size].set(key, bitmap); // the most recently used is last
    }
    return bitmap ?? SIZES.map((other) => this.bitmaps[other].get(key)).find((other) => other !== undefined);
  }

  sizeFor(pixels: number): Size {
    if (pixels > MEDIUM_SIDE * MAX_BLUR) return "large";
    return pixels > SMALL_SIDE * MAX_BLUR ? "medium" : "small";
  }

  /** Forget all pictures, because the addresses of new ones differ. */
  clear(): void {
    this.queue = [];
    this.generation += 1;
    this.failed.clear();
    for (const size of SIZES) {
      for (const bitmap of this.bitmaps[size].values()) bitmap.close();
      this.bitmaps[size].clear();
    }
  }

  /** Load the pictures that are visible now, in this order; earlier requests that have not started are dropped. */
  request(keys: string[], size: Size): void {
    this.queue = keys.filter((key) => !this.bitmaps[size].has(key)).map((key) => [key, size]);
    this.loadNext();
  }

  close(): void {
    this.isClosed = true;
    this.clear();
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
    const { generation } = this;
    const response = await fetch(imageUrl.picture(key, size === "large" ? LARGE_SIDE : MEDIUM_SIDE));
    if (!response.ok) throw new Error(String(response.status));
    const full = await createImageBitmap(await response.blob());
    const bitmap = size === "small" ? await shrink(full) : full;
    if (this.isClosed) return bitmap.close();
    if (generation !== this.generation) return (bitmap.close(), this.onload()); // which requests it again
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
