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
    const [scale, half] = [view.scale * ratio, side / 2];
    const [x0, y0] = [wide / 2 - view.x * scale - half, tall / 2 - view.y * scale - half];
    const insets = Array.from({ length: side }, (_, row) => inset(row + 0.5, side));
    const dot = (at: number) => {
      const [left, top] = [(points.x[at]! * scale + x0) | 0, (points.y[at]! * scale + y0) | 0];
      if (left < 0 || top < 0 || left + side >= wide || top + side >= tall) return;
      const paint = chosen[at] ? accent : paints[at]!;
      for (let row = 0; row < side; row++) {
        const [start, inset] = [(top + row) * wide + left, insets[row]!];
        for (let column = inset; column < side - inset; column++) pixels[start + column] = paint;
      }
    };
    points.within(view.across(0), view.along(0), view.across(view.width), view.along(view.height), dot);
    pen.putImageData(this.image, 0, 0);
  }

  private mix(points: Points): void {
    this.paints = Uint32Array.from(points.colours, (word) => packed(PAINTS[word] ?? PAINTS["grey"]!));
    this.of = points;
  }
}

/** How many pixels of a dot's row are outside its circle, on each side. */
function inset(row: number, side: number): number {
  const half = side / 2;
  return side < 4 ? 0 : Math.round(half - Math.sqrt(half ** 2 - (row - half) ** 2));
}

/** A colour as a canvas keeps it on every machine that we know: alpha, blue, green, red. */
export function packed([red, green, blue]: readonly [number, number, number]): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
