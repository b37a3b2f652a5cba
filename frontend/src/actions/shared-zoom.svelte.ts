/** A zoom that several pictures share: what is enlarged in one is enlarged in all, at the same place. */

const MAX_SCALE = 32;

export class SharedZoom {
  scale = $state(1); // 1 shows the whole pictures
  /** How far the pictures are moved, as a share of the frames' sizes, before they are enlarged. */
  x = $state(0);
  y = $state(0);
  private pointers = new Map<number, { x: number; y: number; frame: DOMRect }>();

  /** Zoom so that what is at a point of a frame, from its centre as a share of its size, stays there. */
  zoom(factor: number, atX = 0, atY = 0): void {
    const scale = Math.min(MAX_SCALE, Math.max(1, this.scale * factor));
    const [x, y] = [this.x + atX / scale - atX / this.scale, this.y + atY / scale - atY / this.scale];
    this.scale = scale;
    this.moveTo(x, y);
  }

  /** Move the pictures, as a share of the frames' sizes on the screen. */
  move(x: number, y: number): void {
    this.moveTo(this.x + x / this.scale, this.y + y / this.scale);
  }

  showAll(): void {
    [this.scale, this.x, this.y] = [1, 0, 0];
  }

  wheel(event: WheelEvent): void {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const [x, y] = shareOf(event, (event.currentTarget as Element).getBoundingClientRect());
    this.zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.002)), x, y);
  }

  /** A finger or the mouse goes down in a frame. */
  press(event: PointerEvent): void {
    const frame = event.currentTarget as Element;
    frame.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY, frame: frame.getBoundingClientRect() });
  }

  /** One pointer moves the pictures; of two, the distance zooms. */
  drag(event: PointerEvent): void {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.pointers.set(event.pointerId, { ...before, x: event.clientX, y: event.clientY });
    const distance = (point: { x: number; y: number }): number => Math.max(1, Math.hypot(point.x - other!.x, point.y - other!.y));
    if (other) this.zoom(distance({ x: event.clientX, y: event.clientY }) / distance(before), ...shareOf(event, before.frame));
    else this.move((event.clientX - before.x) / before.frame.width, (event.clientY - before.y) / before.frame.height);
  }

  release(event: PointerEvent): void {
    this.pointers.delete(event.pointerId);
  }

  private moveTo(x: number, y: number): void {
    const most = (1 - 1 / this.scale) / 2;
    [this.x, this.y] = [Math.min(most, Math.max(-most, x)), Math.min(most, Math.max(-most, y))];
  }
}

/** A pointer's position, from the centre of a frame, as a share of the frame's size. */
function shareOf(event: { clientX: number; clientY: number }, frame: DOMRect): [number, number] {
  return [(event.clientX - frame.left) / frame.width - 0.5, (event.clientY - frame.top) / frame.height - 0.5];
}
