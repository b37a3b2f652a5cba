/** What is drawn, as data: it can be undone, and painted in any size. Coordinates are shares of the side of a square paper. */

export interface Stroke {
  colour: string;
  /** Width, as a share of the side. */
  width: number;
  points: Point[];
}

export interface Point {
  x: number;
  y: number;
  /** 0 to 1; 0.5 where the device measures none. */
  pressure: number;
}

/** What covers the whole paper: a colour, or a picture in its middle. */
export type PaperGround = { colour: string } | { picture: CanvasImageSource; width: number; height: number };

export type Mark = { stroke: Stroke } | { ground: PaperGround };

export const PAPER = "#ffffff";
const MARGIN = 0.04; // around a picture, as a share of the side

/** Paint all marks on a square of this many pixels. */
export function paint(context: CanvasRenderingContext2D, marks: readonly Mark[], side: number): void {
  context.fillStyle = PAPER;
  context.fillRect(0, 0, side, side);
  for (const mark of marks) {
    if ("ground" in mark) paintGround(context, mark.ground, side);
    else paintStroke(context, mark.stroke, side);
  }
}

function paintGround(context: CanvasRenderingContext2D, ground: PaperGround, side: number): void {
  context.fillStyle = "colour" in ground ? ground.colour : PAPER;
  context.fillRect(0, 0, side, side);
  if ("colour" in ground) return;
  const scale = ((1 - 2 * MARGIN) * side) / Math.max(ground.width, ground.height);
  const [width, height] = [ground.width * scale, ground.height * scale];
  context.drawImage(ground.picture, (side - width) / 2, (side - height) / 2, width, height);
}

/** Paint a stroke, or only what was added to it from a point on. */
export function paintStroke(context: CanvasRenderingContext2D, stroke: Stroke, side: number, from = 0): void {
  context.strokeStyle = context.fillStyle = stroke.colour;
  context.lineCap = context.lineJoin = "round";
  const { points } = stroke;
  const first = points[0];
  if (first && points.length === 1) {
    context.beginPath();
    context.arc(first.x * side, first.y * side, (widthAt(stroke, first) * side) / 2, 0, 2 * Math.PI);
    context.fill();
  }
  for (let index = Math.max(1, from); index < points.length; index++) {
    const [before, point] = [points[index - 1]!, points[index]!];
    context.beginPath();
    context.lineWidth = Math.max(1, widthAt(stroke, point) * side);
    context.moveTo(before.x * side, before.y * side);
    context.lineTo(point.x * side, point.y * side);
    context.stroke();
  }
}

function widthAt(stroke: Stroke, point: Point): number {
  return stroke.width * (0.4 + 1.2 * point.pressure);
}
