/** The map as it is drawn on a canvas: points, pictures that don't cover each other, names, what is chosen. It draws only when something changed. */
import { Dots, packed } from "./dots";
import { readable, type Named } from "./names";
import { Pictures } from "./pictures";
import { levelFor, type Points } from "./points";
import { View } from "./view";

const FLIGHT = 380; // milliseconds
const MANY = 3000; // pieces from which on pictures begin smaller, so that the whole can be seen
const NEAR = 12; // pixels about a dot that still mean it
const LARGEST = 240; // pixels of a picture that stands alone, where one is near
const SHARE = 0.94; // of its room that a picture takes
const LABEL = "13px system-ui, sans-serif";
const OWN = "italic 16px ui-serif, Georgia, 'Noto Serif', 'Liberation Serif', serif";

type Paint = readonly [number, number, number];
export interface Colours {
  ground: Paint;
  ink: Paint;
  accent: Paint;
}
interface Drawn {
  at: number;
  left: number;
  top: number;
  width: number;
  height: number;
}

export class Chart {
  readonly view = new View();
  chosen: Uint8Array;
  current = -1; // the piece that the person looks at
  hovered = -1;
  place: [number, number] | null = null; // an empty one that was asked about
  lasso: [number, number][] = []; // in pixels
  names: readonly Named[] = [];
  private readonly least: number; // pixels of a picture's room
  colours: Colours = { ground: [255, 255, 255], ink: [0, 0, 0], accent: [150, 64, 15] };
  private readonly pen: CanvasRenderingContext2D;
  private readonly dots = new Dots();
  private readonly pictures = new Pictures(() => this.dirty());
  private drawn: Drawn[] = [];
  private widths = new Map<string, number>();
  private frame = 0;
  private flight: { from: View; to: View; since: number } | null = null;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    readonly points: Points,
  ) {
    this.pen = canvas.getContext("2d", { alpha: false })!;
    this.chosen = new Uint8Array(points.count);
    this.least = points.count > MANY ? 38 : 56;
  }

  resize(width: number, height: number, ratio: number): void {
    const first = this.view.width === 1;
    [this.canvas.width, this.canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    [this.view.width, this.view.height] = [width, height];
    const whole = this.whole();
    this.view.bound(whole.scale);
    if (first) Object.assign(this.view, whole);
    this.draw(); // at once: the canvas has just been emptied
  }

  whole(): View {
    const { left, top, width, height } = this.points;
    return this.view.fit(left, top, width, height);
  }

  /** Fly there, or be there at once where the system asks for no motion. */
  fly(to: View): void {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) Object.assign(this.view, to);
    else this.flight = { from: Object.assign(new View(), this.view), to, since: performance.now() };
    this.dirty();
  }

  /** Stop where one is: the hand leads. */
  hold(): void {
    this.flight = null;
  }

  /** Have a piece in view, as it is or nearer. */
  show(at: number, times = 1): void {
    const to = Object.assign(new View(), this.view);
    to.zoom(times);
    const [right, down, edge] = [this.view.right(this.points.x[at]!), this.view.down(this.points.y[at]!), 90];
    const seen = right > edge && down > edge && right < this.view.width - edge && down < this.view.height - edge;
    if (seen && times === 1) return this.dirty();
    [to.x, to.y] = [this.points.x[at]!, this.points.y[at]!];
    this.fly(to);
  }

  /** The piece at a place on the page, or -1. */
  at(right: number, down: number): number {
    for (const one of this.drawn) {
      if (right >= one.left && down >= one.top && right <= one.left + one.width && down <= one.top + one.height) return one.at;
    }
    const [[nearest, distance] = [-1, Infinity]] = this.points.nearest(this.view.across(right), this.view.along(down), 1);
    return distance * this.view.scale <= NEAR ? nearest : -1;
  }

  /** The pieces that a line drawn around them holds. */
  inside(line: [number, number][]): number[] {
    const corners = line.map(([right, down]) => [this.view.across(right), this.view.along(down)] as const);
    const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
    const found: number[] = [];
    this.points.within(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys), (at) => {
      const [x, y] = [this.points.x[at]!, this.points.y[at]!];
      let isIn = false;
      for (let one = 0, before = corners.length - 1; one < corners.length; before = one++) {
        const [[x1, y1], [x2, y2]] = [corners[one]!, corners[before]!];
        if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) isIn = !isIn;
      }
      if (isIn) found.push(at);
    });
    return found;
  }

  dirty(): void {
    this.frame ||= requestAnimationFrame(() => this.draw());
  }

  close(): void {
    cancelAnimationFrame(this.frame);
    this.pictures.close();
  }

  private draw(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.step();
    const ratio = this.canvas.width / this.view.width;
    this.pen.setTransform(1, 0, 0, 1, 0, 0);
    this.dots.draw(this.pen, this.points, this.view, ratio, packed(this.colours.ground), packed(this.colours.accent), this.chosen);
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.drawPictures(ratio);
    this.drawNames();
    this.drawMarks();
  }

  private step(): void {
    if (!this.flight) return;
    const { from, to, since } = this.flight;
    const part = Math.min(1, (performance.now() - since) / FLIGHT);
    Object.assign(this.view, from);
    this.view.toward(to, 1 - (1 - part) ** 3);
    if (part === 1) this.flight = null;
    else this.dirty();
  }

  private drawPictures(ratio: number): void {
    const level = levelFor(this.least / this.view.scale);
    const most = Math.min(LARGEST, 1.5 * this.least * Math.max(1, Math.sqrt(this.view.scale / this.whole().scale)));
    const seen = this.seen(level, LARGEST);
    const rooms = this.rooms(seen, most);
    const size = this.pictures.sizeFor((rooms.reduce((sum, room) => sum + room, 0) / Math.max(1, rooms.length)) * ratio);
    this.drawn = [];
    for (const [place, at] of seen.entries()) {
      const picture = this.pictures.get(this.points.keys[at]!, size);
      if (!picture) continue;
      const scale = (rooms[place]! * SHARE) / Math.max(picture.width, picture.height);
      const [width, height] = [picture.width * scale, picture.height * scale];
      const [left, top] = [this.view.right(this.points.x[at]!) - width / 2, this.view.down(this.points.y[at]!) - height / 2];
      this.pen.drawImage(picture, left, top, width, height);
      if (this.chosen[at]) this.frameOf(left, top, width, height, 3);
      this.drawn.push({ at, left, top, width, height });
    }
    this.pictures.want(seen.map((at) => this.points.keys[at]!), size);
  }

  /** How large each picture may be: up to where the nearest other begins, if both keep to it. */
  private rooms(seen: number[], most: number): number[] {
    const { x, y } = this.points;
    const rooms = seen.map(() => most / this.view.scale);
    for (let one = 0; one < seen.length; one++) {
      for (let other = one + 1; other < seen.length; other++) {
        const apart = Math.max(Math.abs(x[seen[one]!]! - x[seen[other]!]!), Math.abs(y[seen[one]!]! - y[seen[other]!]!));
        if (apart < rooms[one]!) rooms[one] = apart;
        if (apart < rooms[other]!) rooms[other] = apart;
      }
    }
    return rooms.map((room) => room * this.view.scale);
  }

  /** The pieces whose pictures have room now, those in the middle first. */
  private seen(level: number, room: number): number[] {
    const { view, points } = this;
    const edge = room / view.scale;
    const found: number[] = [];
    const [left, top, right, bottom] = [view.across(0) - edge, view.along(0) - edge, view.across(view.width) + edge, view.along(view.height) + edge];
    const take = (at: number) => { if (points.level[at]! <= level) found.push(at); };
    if (level > 24) points.within(left, top, right, bottom, take);
    else {
      for (const at of points.byLevel) {
        if (points.level[at]! > level) break;
        if (points.x[at]! >= left && points.x[at]! <= right && points.y[at]! >= top && points.y[at]! <= bottom) found.push(at);
      }
    }
    const far = (at: number) => (points.x[at]! - view.x) ** 2 + (points.y[at]! - view.y) ** 2;
    return found.sort((one, other) => far(one) - far(other));
  }

  private drawNames(): void {
    const { pen, colours } = this;
    [pen.textBaseline, pen.lineJoin] = ["middle", "round"];
    for (const { name, left, top, width } of readable(this.names, this.view, (named) => this.wide(named))) {
      pen.font = name.own ? OWN : LABEL;
      pen.globalAlpha = 0.88;
      pen.fillStyle = css(colours.ground);
      pen.beginPath();
      pen.roundRect(left - 8, top, width + 16, 24, 12);
      pen.fill();
      pen.globalAlpha = 1;
      pen.fillStyle = css(colours.ink);
      pen.fillText(name.title, left, top + 12.5);
    }
  }

  private wide(name: Named): number {
    const known = this.widths.get(name.title);
    if (known !== undefined) return known;
    this.pen.font = name.own ? OWN : LABEL;
    const width = this.pen.measureText(name.title).width;
    this.widths.set(name.title, width);
    return width;
  }

  private drawMarks(): void {
    const { pen, view, points } = this;
    for (const at of [this.hovered, this.current]) {
      if (at < 0) continue;
      const box = this.drawn.find((one) => one.at === at);
      const [right, down] = [view.right(points.x[at]!), view.down(points.y[at]!)];
      if (box) this.frameOf(box.left, box.top, box.width, box.height, at === this.current ? 4 : 2);
      else this.frameOf(right - 6, down - 6, 12, 12, at === this.current ? 3 : 2);
    }
    pen.strokeStyle = css(this.colours.accent);
    if (this.place) this.cross(view.right(this.place[0]), view.down(this.place[1]));
    if (this.lasso.length < 2) return;
    pen.beginPath();
    for (const [right, down] of this.lasso) pen.lineTo(right, down);
    pen.closePath();
    pen.fillStyle = css(this.colours.accent, 0.15);
    pen.lineWidth = 2;
    pen.fill();
    pen.stroke();
  }

  private frameOf(left: number, top: number, width: number, height: number, thick: number): void {
    this.pen.strokeStyle = css(this.colours.accent);
    this.pen.lineWidth = thick;
    this.pen.strokeRect(left - thick / 2, top - thick / 2, width + thick, height + thick);
  }

  private cross(right: number, down: number): void {
    this.pen.lineWidth = 2;
    this.pen.beginPath();
    for (const [x, y] of [[1, 0], [0, 1]] as const) {
      this.pen.moveTo(right - 9 * x, down - 9 * y);
      this.pen.lineTo(right + 9 * x, down + 9 * y);
    }
    this.pen.stroke();
  }
}

function css([red, green, blue]: Paint, alpha = 1): string {
  return `rgb(${red} ${green} ${blue} / ${alpha})`;
}
