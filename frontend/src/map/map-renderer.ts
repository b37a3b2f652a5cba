/** Draws the map on a canvas: dots, pictures that don't overlap, captions and selections. It draws only when something has changed. */
import { DotLayer, packColour } from "./dots";
import { overlaps, placeCaptions, type GroupCaption, type PlacedCaption } from "./group-captions";
import { levelFor, type Points } from "./points";
import { ThumbnailCache } from "./thumbnail-cache";
import { Viewport } from "./viewport";

const FLIGHT_MILLISECONDS = 380;
const MANY_POINTS = 3000; // from which on pictures are smaller, so that the whole map stays readable
const MIN_ROOM = { few: 44, many: 38 }; // pixels that a picture needs to be drawn
const MAX_PICTURE = 240; // pixels of a picture that has much room
const ROOM_SHARE = 0.94; // of its room that a picture fills
const DOT_TOLERANCE = 12; // pixels around a dot that still hit it
const SCAN_LEVEL = 24; // up to which all points of the level are scanned; finer levels use the grid
const PANEL = { width: 304, minWidth: 704, heightShare: 0.45 }; // beside a map that is wide enough, else at its foot: see MapView
const EDGE = 90; // pixels: a picture closer to the edge than that is brought into view
const TOOLS = { left: 0, top: 0, width: 390, height: 60 }; // pixels: the buttons on the map
const CAPTION_SPACE = 3; // pixels between a caption and a picture
const DESCRIPTION_FONT = "500 13px 'Inter Variable', system-ui, sans-serif";
const NAME_FONT = "650 14px 'Inter Variable', system-ui, sans-serif";

type Colour = readonly [red: number, green: number, blue: number];
export interface MapColours {
  ground: Colour;
  paper: Colour; // of captions
  ink: Colour;
  accent: Colour;
}
type ScreenPoint = [x: number, y: number];
interface DrawnPicture {
  index: number;
  left: number;
  top: number;
  width: number;
  height: number;
}

export class MapRenderer {
  readonly viewport = new Viewport();
  selected: Uint8Array; // 1 for each selected point
  current = -1; // the picture that the panel shows
  hovered = -1;
  emptySpot: [number, number] | null = null; // in map units
  lasso: ScreenPoint[] = [];
  captions: readonly GroupCaption[] = [];
  colours: MapColours = { ground: [255, 255, 255], paper: [255, 255, 255], ink: [0, 0, 0], accent: [150, 64, 15] };
  private readonly minRoom: number;
  private readonly context: CanvasRenderingContext2D;
  private readonly dots = new DotLayer();
  private readonly thumbnails = new ThumbnailCache(() => this.requestDraw());
  private drawn: DrawnPicture[] = [];
  private placedCaptions: PlacedCaption[] = [];
  private captionWidths = new Map<string, number>();
  private frame = 0;
  private flight: { from: Viewport; to: Viewport; start: number } | null = null;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    readonly points: Points,
  ) {
    this.context = canvas.getContext("2d", { alpha: false })!;
    this.selected = new Uint8Array(points.count);
    this.minRoom = points.count > MANY_POINTS ? MIN_ROOM.many : MIN_ROOM.few;
    void document.fonts.ready.then(() => this.measureAgain());
  }

  resize(width: number, height: number, pixelRatio: number): void {
    const isFirst = this.viewport.width === 1;
    [this.canvas.width, this.canvas.height] = [Math.round(width * pixelRatio), Math.round(height * pixelRatio)];
    [this.viewport.width, this.viewport.height] = [width, height];
    const whole = this.wholeMap();
    this.viewport.limitZoom(whole.scale);
    if (isFirst) Object.assign(this.viewport, whole);
    this.draw(); // immediately, because resizing has cleared the canvas
  }

  /** A viewport that shows the whole map. */
  wholeMap(): Viewport {
    const { left, top, width, height } = this.points;
    return this.viewport.fit(left, top, width, height, TOOLS.height);
  }

  /** Fly to a viewport, or jump there if the system asks for reduced motion. */
  fly(target: Viewport): void {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) Object.assign(this.viewport, target);
    else this.flight = { from: this.viewport.copy(), to: target, start: performance.now() };
    this.requestDraw();
  }

  /** Zoom by a factor around the centre. */
  flyZoom(factor: number): void {
    const target = this.viewport.copy();
    target.zoom(factor);
    this.fly(target);
  }

  stopFlight(): void {
    this.flight = null;
  }

  /** Bring a picture into the part of the view that the panel leaves free, zoomed by a factor. */
  show(index: number, factor = 1): void {
    const { width, height } = this.viewport;
    const isBeside = width >= PANEL.minWidth;
    const [freeWidth, freeHeight] = isBeside ? [width - PANEL.width, height] : [width, height * (1 - PANEL.heightShare)];
    const target = this.viewport.copy();
    target.zoom(factor);
    const [x, y] = [this.viewport.toScreenX(this.points.x[index]!), this.viewport.toScreenY(this.points.y[index]!)];
    const isInView = x > EDGE && y > EDGE && x < freeWidth - EDGE && y < freeHeight - EDGE;
    if (isInView && factor === 1) return this.requestDraw();
    target.x = this.points.x[index]! + (width - freeWidth) / 2 / target.scale;
    target.y = this.points.y[index]! + (height - freeHeight) / 2 / target.scale;
    this.fly(target);
  }

  /** The picture at a position on the screen, or -1. */
  pictureAt(x: number, y: number): number {
    for (const { index, left, top, width, height } of this.drawn) {
      if (x >= left && y >= top && x <= left + width && y <= top + height) return index;
    }
    const [[nearest, distance] = [-1, Infinity]] = this.points.nearest(this.viewport.toMapX(x), this.viewport.toMapY(y), 1);
    return distance * this.viewport.scale <= DOT_TOLERANCE ? nearest : -1;
  }

  /** The pictures inside a closed line on the screen. */
  picturesInside(line: ScreenPoint[]): number[] {
    const corners = line.map(([x, y]) => [this.viewport.toMapX(x), this.viewport.toMapY(y)] as const);
    const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
    const inside: number[] = [];
    this.points.within(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys), (index) => {
      const [x, y] = [this.points.x[index]!, this.points.y[index]!];
      let isInside = false; // flips at each edge that a ray from the point crosses
      for (let end = 0, start = corners.length - 1; end < corners.length; start = end++) {
        const [[x1, y1], [x2, y2]] = [corners[end]!, corners[start]!];
        if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) isInside = !isInside;
      }
      if (isInside) inside.push(index);
    });
    return inside;
  }

  /** Load all pictures again, because the ground under them is another one. */
  reloadPictures(): void {
    this.thumbnails.clear();
    this.requestDraw();
  }

  requestDraw(): void {
    this.frame ||= requestAnimationFrame(() => this.draw());
  }

  close(): void {
    cancelAnimationFrame(this.frame);
    this.thumbnails.close();
  }

  private draw(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.stepFlight();
    const pixelRatio = this.canvas.width / this.viewport.width;
    const dotColours = { background: packColour(this.colours.ground), accent: packColour(this.colours.accent) };
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.dots.draw(this.context, this.points, this.viewport, pixelRatio, dotColours, this.selected);
    this.context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    this.placedCaptions = placeCaptions(this.captions, this.viewport, (caption) => this.widthOf(caption), [TOOLS]);
    this.drawPictures(pixelRatio);
    this.drawCaptions();
    this.drawMarks();
    this.drawLasso();
  }

  private stepFlight(): void {
    if (!this.flight) return;
    const { from, to, start } = this.flight;
    const share = Math.min(1, (performance.now() - start) / FLIGHT_MILLISECONDS);
    Object.assign(this.viewport, from);
    this.viewport.interpolate(to, 1 - (1 - share) ** 3);
    if (share === 1) this.flight = null;
    else this.requestDraw();
  }

  private drawPictures(pixelRatio: number): void {
    const level = levelFor(this.minRoom / this.viewport.scale);
    const maxRoom = Math.min(MAX_PICTURE, 1.5 * this.minRoom * Math.max(1, Math.sqrt(this.viewport.scale / this.wholeMap().scale)));
    const visible = this.visiblePictures(level, MAX_PICTURE);
    const rooms = this.roomsFor(visible, maxRoom);
    const meanRoom = rooms.reduce((sum, room) => sum + room, 0) / Math.max(1, rooms.length);
    const size = this.thumbnails.sizeFor(meanRoom * pixelRatio);
    this.drawn = [];
    for (const [place, index] of visible.entries()) {
      const bitmap = this.thumbnails.get(this.points.keys[index]!, size);
      if (!bitmap) continue;
      const scale = (rooms[place]! * ROOM_SHARE) / Math.max(bitmap.width, bitmap.height);
      const [width, height] = [bitmap.width * scale, bitmap.height * scale];
      const left = this.viewport.toScreenX(this.points.x[index]!) - width / 2;
      const top = this.viewport.toScreenY(this.points.y[index]!) - height / 2;
      if (this.placedCaptions.some((caption) => overlaps(caption, { left, top, width, height }, CAPTION_SPACE))) continue;
      this.context.drawImage(bitmap, left, top, width, height);
      if (this.selected[index]) this.drawFrame(left, top, width, height, 3);
      this.drawn.push({ index, left, top, width, height });
    }
    this.thumbnails.request(visible.map((index) => this.points.keys[index]!), size);
  }

  /** The longest side that each picture may have, in pixels: at most the distance to its nearest neighbour, so that the two don't overlap. */
  private roomsFor(visible: number[], maxRoom: number): number[] {
    const { x, y } = this.points;
    const rooms = visible.map(() => maxRoom / this.viewport.scale);
    for (let first = 0; first < visible.length; first++) {
      for (let second = first + 1; second < visible.length; second++) {
        const [here, other] = [visible[first]!, visible[second]!];
        const distance = Math.max(Math.abs(x[here]! - x[other]!), Math.abs(y[here]! - y[other]!));
        if (distance < rooms[first]!) rooms[first] = distance;
        if (distance < rooms[second]!) rooms[second] = distance;
      }
    }
    return rooms.map((room) => room * this.viewport.scale);
  }

  /** The pictures up to a level that are in view or less than a margin (in pixels) outside it, those in the centre first. */
  private visiblePictures(level: number, margin: number): number[] {
    const { viewport, points } = this;
    const mapMargin = margin / viewport.scale;
    const [left, right] = [viewport.toMapX(0) - mapMargin, viewport.toMapX(viewport.width) + mapMargin];
    const [top, bottom] = [viewport.toMapY(0) - mapMargin, viewport.toMapY(viewport.height) + mapMargin];
    const visible: number[] = [];
    if (level > SCAN_LEVEL) points.within(left, top, right, bottom, (index) => { if (points.level[index]! <= level) visible.push(index); });
    else {
      for (const index of points.byLevel) {
        if (points.level[index]! > level) break;
        if (points.x[index]! >= left && points.x[index]! <= right && points.y[index]! >= top && points.y[index]! <= bottom) visible.push(index);
      }
    }
    const squaredDistance = (index: number) => (points.x[index]! - viewport.x) ** 2 + (points.y[index]! - viewport.y) ** 2;
    return visible.sort((first, second) => squaredDistance(first) - squaredDistance(second));
  }

  private drawCaptions(): void {
    const { context, colours } = this;
    [context.textBaseline, context.lineJoin] = ["middle", "round"];
    context.textAlign = "center";
    for (const { caption, left, top, width, height } of this.placedCaptions) {
      context.font = caption.isNamed ? NAME_FONT : DESCRIPTION_FONT;
      context.fillStyle = css(colours.paper);
      context.strokeStyle = css(colours.ink, 0.14);
      context.lineWidth = 1;
      context.beginPath();
      context.roundRect(left, top, width, height, height / 2);
      context.fill();
      context.stroke();
      context.fillStyle = css(colours.ink);
      context.fillText(caption.title, left + width / 2, top + height / 2 + 0.5);
    }
  }

  /** Measure the captions again when the page's own letters are loaded. */
  private measureAgain(): void {
    this.captionWidths.clear();
    this.requestDraw();
  }

  private widthOf(caption: GroupCaption): number {
    const cached = this.captionWidths.get(caption.title);
    if (cached !== undefined) return cached;
    this.context.font = caption.isNamed ? NAME_FONT : DESCRIPTION_FONT;
    const { width } = this.context.measureText(caption.title);
    this.captionWidths.set(caption.title, width);
    return width;
  }

  /** Mark the hovered picture, the current picture and the empty spot. */
  private drawMarks(): void {
    const { viewport, points } = this;
    for (const index of [this.hovered, this.current]) {
      if (index < 0) continue;
      const isCurrent = index === this.current;
      const box = this.drawn.find((picture) => picture.index === index);
      const [x, y] = [viewport.toScreenX(points.x[index]!), viewport.toScreenY(points.y[index]!)];
      if (box) this.drawFrame(box.left, box.top, box.width, box.height, isCurrent ? 4 : 2);
      else this.drawFrame(x - 6, y - 6, 12, 12, isCurrent ? 3 : 2);
    }
    this.context.strokeStyle = css(this.colours.accent);
    if (this.emptySpot) this.drawCross(viewport.toScreenX(this.emptySpot[0]), viewport.toScreenY(this.emptySpot[1]));
  }

  private drawLasso(): void {
    const { context } = this;
    if (this.lasso.length < 2) return;
    context.beginPath();
    for (const [x, y] of this.lasso) context.lineTo(x, y);
    context.closePath();
    context.fillStyle = css(this.colours.accent, 0.15);
    context.strokeStyle = css(this.colours.accent);
    context.lineWidth = 2;
    context.fill();
    context.stroke();
  }

  private drawFrame(left: number, top: number, width: number, height: number, thickness: number): void {
    this.context.strokeStyle = css(this.colours.accent);
    this.context.lineWidth = thickness;
    this.context.strokeRect(left - thickness / 2, top - thickness / 2, width + thickness, height + thickness);
  }

  private drawCross(x: number, y: number): void {
    this.context.lineWidth = 2;
    this.context.beginPath();
    for (const [dx, dy] of [[1, 0], [0, 1]] as const) {
      this.context.moveTo(x - 9 * dx, y - 9 * dy);
      this.context.lineTo(x + 9 * dx, y + 9 * dy);
    }
    this.context.stroke();
  }
}

function css([red, green, blue]: Colour, alpha = 1): string {
  return `rgb(${red} ${green} ${blue} / ${alpha})`;
}
