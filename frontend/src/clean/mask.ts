/** A mask painted over a scan, stored as brush strokes: they can be undone one by one, and cost nothing however large the scan is. */

export interface Stroke {
  erase: boolean;
  /** In pixels of the scan, like the points. */
  radius: number;
  points: readonly (readonly [x: number, y: number])[];
}

/** Draw strokes with the scan's top left corner at (-left, -top). */
export function drawStrokes(context: CanvasRenderingContext2D, strokes: readonly Stroke[], left: number, top: number): void {
  context.lineCap = context.lineJoin = "round";
  for (const { erase, radius, points } of strokes) {
    context.globalCompositeOperation = erase ? "destination-out" : "source-over";
    context.lineWidth = 2 * radius;
    context.beginPath();
    points.forEach(([x, y], index) => context[index ? "lineTo" : "moveTo"](x - left, y - top));
    if (points.length === 1) context.lineTo(points[0]![0] - left, points[0]![1] - top + 0.01); // a dot is a short line
    context.stroke();
  }
}

/** A PNG of the scan's size that is white where the scan must not change. */
export async function renderMask(strokes: readonly Stroke[], width: number, height: number): Promise<Blob> {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser can't make a mask as large as the scan");
  context.strokeStyle = "#fff";
  drawStrokes(context, strokes, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("this browser can't make a mask as large as the scan");
  return blob;
}
