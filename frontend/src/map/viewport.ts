/** The visible part of the map: its centre in map units, its scale in pixels per map unit, and its size in pixels. */

const MAX_ZOOM = 20_000; // times the scale that shows the whole map
const MARGIN_SHARE = 0.04; // of the width and height, around what is fitted,
const MIN_MARGIN = 32; // and at least so many pixels, so that pictures on the edge are whole

export class Viewport {
  x = 0;
  y = 0;
  scale = 100;
  width = 1;
  height = 1;
  private wholeScale = 1;

  /** A viewport that shows a whole rectangle, with a margin, and below the pixels at its top that are covered. */
  fit(left: number, top: number, width: number, height: number, covered = 0): Viewport {
    const fitted = this.copy();
    const room = (side: number) => side - 2 * Math.max(MIN_MARGIN, MARGIN_SHARE * side);
    fitted.scale = Math.max(1, Math.min(room(this.width) / width, room(this.height - covered) / height));
    [fitted.x, fitted.y] = [left + width / 2, top + height / 2 - covered / 2 / fitted.scale];
    return fitted;
  }

  /** Limit zooming, relative to the scale that shows the whole map. */
  limitZoom(wholeScale: number): void {
    this.wholeScale = wholeScale;
  }

  toScreenX(x: number): number {
    return (x - this.x) * this.scale + this.width / 2;
  }

  toScreenY(y: number): number {
    return (y - this.y) * this.scale + this.height / 2;
  }

  toMapX(screenX: number): number {
    return (screenX - this.width / 2) / this.scale + this.x;
  }

  toMapY(screenY: number): number {
    return (screenY - this.height / 2) / this.scale + this.y;
  }

  copy(): Viewport {
    return Object.assign(new Viewport(), this);
  }

  /** Move the map by some pixels. */
  move(dx: number, dy: number): void {
    this.x -= dx / this.scale;
    this.y -= dy / this.scale;
  }

  /** Zoom by a factor; what is at the given position on the screen stays there. */
  zoom(factor: number, screenX = this.width / 2, screenY = this.height / 2): void {
    const [x, y] = [this.toMapX(screenX), this.toMapY(screenY)];
    this.scale = Math.min(this.wholeScale * MAX_ZOOM, Math.max(this.wholeScale / 2, this.scale * factor));
    this.x = x - (screenX - this.width / 2) / this.scale;
    this.y = y - (screenY - this.height / 2) / this.scale;
  }

  /** Go a share of the way to another viewport. The scale changes by a factor, so that zooming looks even. */
  interpolate(target: Viewport, share: number): void {
    this.x += (target.x - this.x) * share;
    this.y += (target.y - this.y) * share;
    this.scale *= (target.scale / this.scale) ** share;
  }
}
