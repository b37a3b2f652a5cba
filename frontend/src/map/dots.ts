/** Draws all points as dots, straight into the pixels of one image: a hundred thousand take a few milliseconds. */
import type { Points } from "./points";
import type { Viewport } from "./viewport";

type Colour = readonly [red: number, green: number, blue: number];
const COLOURS: Record<string, Colour> = {
  red: [200, 53, 43], orange: [224, 129, 42], yellow: [214, 182, 44], green: [79, 148, 64], cyan: [58, 166, 166], blue: [58, 99, 184],
  purple: [124, 76, 166], pink: [220, 127, 166], brown: [125, 84, 51], black: [70, 70, 70], grey: [141, 141, 141], white: [190, 190, 186],
};
const MAX_SIDE = 5; // pixels of a dot

/** The packed colours of the background and of selected dots. */
export interface DotColours {
  background: number;
  accent: number;
}

export class DotLayer {
  private dotColours = new Uint32Array();
  private colouredPoints: Points | null = null; // the points that `dotColours` belongs to
  private image: ImageData | null = null;
  private pixels = new Uint32Array();

  /** Draw the visible points. Dots are larger if there are few points, or if the view is zoomed in. */
  draw(context: CanvasRenderingContext2D, points: Points, viewport: Viewport, pixelRatio: number, colours: DotColours, selected: Uint8Array): void {
    const { width, height } = context.canvas;
    if (!this.image || this.image.width !== width || this.image.height !== height) {
      this.image = context.createImageData(width, height);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }
    if (this.colouredPoints !== points) this.setColours(points);
    const { pixels, dotColours } = this;
    pixels.fill(colours.background);
    const spacing = Math.sqrt((points.width * points.height) / Math.max(1, points.count)) * viewport.scale;
    const side = Math.round(Math.min(MAX_SIDE, Math.max(1.5, spacing / 3)) * pixelRatio);
    const { x, y } = points;
    const scale = viewport.scale * pixelRatio;
    const x0 = width / 2 - viewport.x * scale - side / 2;
    const y0 = height / 2 - viewport.y * scale - side / 2;
    const offsets = dotOffsets(side, width);
    const drawDot = (index: number) => {
      const left = Math.round(x[index]! * scale + x0);
      const top = Math.round(y[index]! * scale + y0);
      if (left < 0 || top < 0 || left + side >= width || top + side >= height) return;
      const colour = selected[index] ? colours.accent : dotColours[index]!;
      const start = top * width + left;
      for (let place = 0; place < offsets.length; place++) pixels[start + offsets[place]!] = colour;
    };
    const [left, right] = [viewport.toMapX(0), viewport.toMapX(viewport.width)];
    const showsAll = left < points.left && right > points.left + points.width;
    if (showsAll) for (let index = 0; index < points.count; index++) drawDot(index); // quicker than cell by cell
    else points.within(left, viewport.toMapY(0), right, viewport.toMapY(viewport.height), drawDot);
    context.putImageData(this.image, 0, 0);
  }

  private setColours(points: Points): void {
    this.dotColours = Uint32Array.from(points.colours, (name) => packColour(COLOURS[name] ?? COLOURS["grey"]!));
    this.colouredPoints = points;
  }
}

/** The offsets of a dot's pixels from its first one, in an image of the given width. */
function dotOffsets(side: number, imageWidth: number): Uint32Array {
  const radius = side / 2;
  const isInside = (row: number, column: number) => side < 4 || Math.hypot(row + 0.5 - radius, column + 0.5 - radius) <= radius;
  const offsets: number[] = [];
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) if (isInside(row, column)) offsets.push(row * imageWidth + column);
  }
  return Uint32Array.from(offsets);
}

/** A colour as one number, as a canvas stores it on little-endian machines: alpha, blue, green, red. */
export function packColour([red, green, blue]: Colour): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
