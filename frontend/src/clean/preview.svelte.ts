/** The visible part of a scan, before and after cleaning. If all of it would take too long, the middle is cleaned first. */
import { api, type ScanView, type Strengths } from "../api";
import { latestOnly } from "../latest-only";

export interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
}
export interface Tile extends Area {
  scan: string;
  show: ScanView["show"];
  pixels: ImageBitmap;
}
export interface PreviewRequest {
  scan: string;
  area: Area;
  strengths: Strengths;
  show: "after" | "removed";
}

const MAX_AREA = 1_600_000; // pixels that the server cleans in one request
const CONTEXT = 2 * 144; // pixels of width and height that the server reads around an area
const MAX_SECONDS = 0.6; // for a first preview
const DELAY = 80; // milliseconds to wait for another request
const MIN_MIDDLE_SHARE = 0.3; // of the area's width and height

export class ScanPreview {
  before = $state.raw<Tile | null>(null);
  /** Cleaned tiles, or tiles with what was removed; later ones are drawn on top. */
  after = $state.raw<Tile[]>([]);
  isBusy = $state(false);
  error = $state.raw<unknown>(null);
  private latest: PreviewRequest | null = null;
  private pixelsPerSecond = 400_000; // measured speed of the server
  private renderLatest = latestOnly<PreviewRequest>((request) => this.render(request), DELAY);

  request(request: PreviewRequest): void {
    this.latest = request;
    this.isBusy = true;
    this.renderLatest(request);
  }

  private async render(request: PreviewRequest): Promise<void> {
    try {
      const hasBefore = this.before?.scan === request.scan && isSameArea(this.before, request.area);
      if (!hasBefore) this.before = await this.fetchTile(request, request.area, "before");
      const middle = this.quickMiddle(request.area);
      if (middle) {
        const tile = await this.fetchTimed(request, middle);
        this.after = [...this.after.filter(({ scan, show }) => scan === request.scan && show === request.show).slice(-1), tile];
        if (this.latest !== request) return; // a later request replaces this one
      }
      this.after = [await this.fetchTimed(request, request.area)];
      this.error = null;
    } catch (caught) {
      this.error = caught;
    } finally {
      if (this.latest === request) this.isBusy = false;
    }
  }

  /** As much of an area's middle as the server cleans in time; null if it manages the whole area. */
  private quickMiddle({ left, top, width, height }: Area): Area | null {
    const pixels = (share: number) => (share * width + CONTEXT) * (share * height + CONTEXT);
    const budget = MAX_SECONDS * this.pixelsPerSecond;
    if (pixels(1) <= budget) return null;
    let share = 0.9;
    while (share > MIN_MIDDLE_SHARE && pixels(share) > budget) share -= 0.1;
    const [middleWidth, middleHeight] = [Math.round(share * width), Math.round(share * height)];
    return {
      left: left + Math.round((width - middleWidth) / 2), top: top + Math.round((height - middleHeight) / 2), width: middleWidth, height: middleHeight,
    };
  }

  /** Fetch a tile, and update the measured speed. */
  private async fetchTimed(request: PreviewRequest, area: Area): Promise<Tile> {
    const start = performance.now();
    const tile = await this.fetchTile(request, area, request.show);
    const speed = ((area.width + CONTEXT) * (area.height + CONTEXT)) / ((performance.now() - start) / 1000);
    this.pixelsPerSecond = (this.pixelsPerSecond + speed) / 2;
    return tile;
  }

  private async fetchTile(request: PreviewRequest, area: Area, show: Tile["show"]): Promise<Tile> {
    const picture = await api.scanView(request.scan, { ...area, show, ...(show !== "before" && { strengths: request.strengths }) });
    return { scan: request.scan, show, ...area, pixels: await createImageBitmap(picture) };
  }
}

function isSameArea(first: Area, second: Area): boolean {
  return first.left === second.left && first.top === second.top && first.width === second.width && first.height === second.height;
}

/** The part of a scan that a window of that size shows, in whole pixels, limited to what the server cleans in one request. */
export function visibleArea(
  scan: { width: number; height: number }, left: number, top: number, windowWidth: number, windowHeight: number,
): Area {
  const share = Math.min(1, Math.sqrt(MAX_AREA / Math.max(1, windowWidth * windowHeight)));
  const width = Math.min(scan.width, Math.floor(windowWidth * share));
  const height = Math.min(scan.height, Math.floor(windowHeight * share));
  return { left: Math.round(left), top: Math.round(top), width, height };
}
