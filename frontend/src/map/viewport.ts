/** Which part of the map is seen: its middle, and how many pixels one of its measures is. */

export class View {
  x = 0;
  y = 0;
  scale = 100;
  width = 1;
  height = 1;
  private least = 1;

  /** The whole of a rectangle, with some room about it. */
  fit(left: number, top: number, width: number, height: number, margin = 60): View {
    const seen = Object.assign(new View(), this);
    seen.scale = Math.max(1, Math.min((this.width - 2 * margin) / width, (this.height - 2 * margin) / height));
    [seen.x, seen.y] = [left + width / 2, top + height / 2];
    return seen;
  }

  bound(least: number): void {
    this.least = least;
  }

  right = (x: number) => (x - this.x) * this.scale + this.width / 2;
  down = (y: number) => (y - this.y) * this.scale + this.height / 2;
  across = (right: number) => (right - this.width / 2) / this.scale + this.x;
  along = (down: number) => (down - this.height / 2) / this.scale + this.y;

  move(right: number, down: number): void {
    this.x -= right / this.scale;
    this.y -= down / this.scale;
  }

  /** Larger or smaller; what lies at a place on the page stays there. */
  zoom(times: number, right = this.width / 2, down = this.height / 2): void {
    const [x, y] = [this.across(right), this.along(down)];
    this.scale = Math.min(this.least * 20_000, Math.max(this.least / 2, this.scale * times));
    this.x = x - (right - this.width / 2) / this.scale;
    this.y = y - (down - this.height / 2) / this.scale;
  }

  /** Some part of the way to another view; zooming is felt as multiplying. */
  toward(other: View, part: number): void {
    this.x += (other.x - this.x) * part;
    this.y += (other.y - this.y) * part;
    this.scale *= (other.scale / this.scale) ** part;
  }
}
