/** The part of a scan that is seen, before and after. The middle comes first where the whole would take too long. */
import { api, type Look, type Strengths } from "../api";
import { newestOnly } from "../newest";

export interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
}
export type Show = Look["show"];
export interface Part extends Area {
  scan: string;
  show: Show;
  pixels: ImageBitmap;
}
export interface Wish {
  scan: string;
  area: Area;
  strengths: Strengths;
  show: "after" | "removed";
}

const SEEN = 1_600_000; // pixels that the server cleans for one look
const AROUND = 2 * 144; // pixels that it reads beside them
const SECONDS = 0.6; // a preview should take no longer
const SETTLE = 80; // milliseconds without another wish

export class Looking {
  before = $state.raw<Part | null>(null);
  /** Cleaned, or what was removed; the last one lies uppermost. */
  after = $state.raw<Part[]>([]);
  busy = $state(false);
  error = $state.raw<unknown>(null);
  private newest: Wish | null = null;
  private perSecond = 400_000; // pixels that the server cleaned in a second
  private work = newestOnly<Wish>((wish) => this.look(wish), SETTLE);

  ask(wish: Wish): void {
    this.newest = wish;
    this.busy = true;
    this.work(wish);
  }

  private async look(wish: Wish): Promise<void> {
    try {
      const same = this.before?.scan === wish.scan && covers(this.before, wish.area);
      if (!same) this.before = await this.part(wish, wish.area, "before");
      const middle = this.quick(wish.area);
      if (middle) {
        const part = await this.timed(wish, middle);
        this.after = [...this.after.filter((one) => one.scan === wish.scan && one.show === wish.show).slice(-1), part];
        if (this.newest !== wish) return; // a newer wish makes the rest needless
      }
      this.after = [await this.timed(wish, wish.area)];
      this.error = null;
    } catch (caught) {
      this.error = caught;
    } finally {
      if (this.newest === wish) this.busy = false;
    }
  }

  /** The middle of an area, as much as is cleaned soon enough; nothing where that is all of it. */
  private quick({ left, top, width, height }: Area): Area | null {
    const cost = (share: number) => (share * width + AROUND) * (share * height + AROUND);
    if (cost(1) <= SECONDS * this.perSecond) return null;
    let share = 0.9;
    while (share > 0.3 && cost(share) > SECONDS * this.perSecond) share -= 0.1;
    const [wide, high] = [Math.round(share * width), Math.round(share * height)];
    return { left: left + Math.round((width - wide) / 2), top: top + Math.round((height - high) / 2), width: wide, height: high };
  }

  private async timed(wish: Wish, area: Area): Promise<Part> {
    const began = performance.now();
    const part = await this.part(wish, area, wish.show);
    const now = ((area.width + AROUND) * (area.height + AROUND)) / ((performance.now() - began) / 1000);
    this.perSecond = (this.perSecond + now) / 2;
    return part;
  }

  private async part(wish: Wish, area: Area, show: Show): Promise<Part> {
    const picture = await api.look(wish.scan, { ...area, show, ...(show !== "before" && { strengths: wish.strengths }) });
    return { scan: wish.scan, show, ...area, pixels: await createImageBitmap(picture) };
  }
}

function covers(outer: Area, inner: Area): boolean {
  return outer.left === inner.left && outer.top === inner.top && outer.width === inner.width && outer.height === inner.height;
}

/** What is seen of a scan through a window of that size, in whole pixels, and no more than is cleaned at once. */
export function seen(scan: { width: number; height: number }, left: number, top: number, wide: number, high: number): Area {
  const share = Math.min(1, Math.sqrt(SEEN / Math.max(1, wide * high)));
  const width = Math.min(scan.width, Math.floor(wide * share));
  const height = Math.min(scan.height, Math.floor(high * share));
  return { left: Math.round(left), top: Math.round(top), width, height };
}
