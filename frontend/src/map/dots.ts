/** All points at once, written into the pixels of one picture: a hundred thousand of them in a few milliseconds. */
import type { Points } from "./points";
import type { View } from "./view";

const PAINTS: Record<string, readonly [number, number, number]> = {
  red: [200, 53, 43], orange: [224, 129, 42], yellow: [214, 182, 44], green: [79, 148, 64], cyan: [58, 166, 166], blue: [58, 99, 184],
  purple: [124, 76, 166], pink: [220, 127, 166], brown: [125, 84, 51], black: [70, 70, 70], grey: [141, 141, 141], white: [190, 190, 186],
};
const LARGEST = 7; // pixels of a dot's side, where there are few

export class Dots {
  private paints = new Uint32Array();
  private of: Points | null = null;
  private image: ImageData | null = null;
  private pixels = new Uint32Array();

  /** Draw the points that are seen; a dot is larger where there are fewer, or where one has come near. */
  draw(pen: CanvasRenderingContext2D, points: Points, view: View, ratio: number, ground: number, accent: number, chosen: Uint8Array): void {
    const [wide, tall] = [pen.canvas.width, pen.canvas.height];
    if (!this.image || this.image.width !== wide || this.image.height !== tall) {
      this.image = pen.createImageData(wide, tall);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }
    if (this.of !== points) this.mix(points);
    const { pixels, paints } = this;
    pixels.fill(ground);
    const spacing = Math.sqrt((points.width * points.height) / Math.max(1, points.count)) * view.scale;
    const side = Math.round(Math.min(LARGEST, Math.max(1.5, spacing / 3)) * ratio);
    const { x, y } = points;
    const scale = view.scale * ratio;
    const x0 = wide / 2 - view.x * scale - side / 2;
    const y0 = tall / 2 - view.y * scale - side / 2;
    const shape = circle(side, wide);
    const dot = (at: number) => {
      const left = Math.round(x[at]! * scale + x0);
      const top = Math.round(y[at]! * scale + y0);
      if (left < 0 || top < 0 || left + side >= wide || top + side >= tall) return;
      const paint = chosen[at] ? accent : paints[at]!;
      const start = top * wide + left;
      for (let place = 0; place < shape.length; place++) pixels[start + shape[place]!] = paint;
    };
    const [first, last] = [view.across(0), view.across(view.width)];
    const isWhole = first < points.left && last > points.left + points.width;
    if (isWhole) for (let at = 0; at < points.count; at++) dot(at); // quicker than cell by cell
    else points.within(first, view.along(0), last, view.along(view.height), dot);
    pen.putImageData(this.image, 0, 0);
  }

  private mix(points: Points): void {
    this.paints = Uint32Array.from(points.colours, (word) => packed(PAINTS[word] ?? PAINTS["grey"]!));
    this.of = points;
  }
}

/** Where the pixels of a dot lie from its first one on, in an image that is so wide. */
function circle(side: number, wide: number): Uint32Array {
  const half = side / 2;
  const isIn = (row: number, column: number) => side < 4 || Math.hypot(row + 0.5 - half, column + 0.5 - half) <= half;
  const found: number[] = [];
  for (let row = 0; row < side; row++) for (let column = 0; column < side; column++) if (isIn(row, column)) found.push(row * wide + column);
  return Uint32Array.from(found);
}

/** A colour as a canvas keeps it on every machine that we know: alpha, blue, green, red. */
export function packed([red, green, blue]: readonly [number, number, number]): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
