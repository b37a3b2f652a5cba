/** What the mouse and fingers do to pictures that can be selected. */
import type { Selection } from "./selection.svelte";

const LONG_PRESS_MILLISECONDS = 450;
const MAX_MOVE = 12; // pixels; a finger that moves farther scrolls

/**
 * With the mouse: Ctrl or Command and a click selects one more, Shift and a click a range; a plain click opens.
 * With a finger: a long press selects; from then on, a tap does, too.
 */
export class TileGestures {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isTouch = false;
  private wasLongPress = false;

  /**
   * @param selection The selected pictures.
   * @param order The keys of all pictures in their order.
   */
  constructor(
    private readonly selection: Selection,
    private readonly order: readonly string[],
  ) {}

  press(event: PointerEvent, key: string): void {
    [this.isTouch, this.wasLongPress] = [event.pointerType === "touch", false];
    clearTimeout(this.timer);
    if (!this.isTouch) return;
    const stop = new AbortController();
    this.timer = setTimeout(() => {
      stop.abort();
      this.wasLongPress = true;
      this.selection.toggle(key);
    }, LONG_PRESS_MILLISECONDS);
    const cancel = (): void => {
      clearTimeout(this.timer);
      stop.abort();
    };
    const onMove = (move: PointerEvent): void => {
      if (Math.hypot(move.clientX - event.clientX, move.clientY - event.clientY) > MAX_MOVE) cancel();
    };
    addEventListener("pointermove", onMove, { signal: stop.signal });
    for (const name of ["pointerup", "pointercancel"] as const) addEventListener(name, cancel, { signal: stop.signal });
  }

  /** A click on the picture itself. */
  click(event: MouseEvent, key: string): void {
    if (this.wasLongPress) this.wasLongPress = false;
    else if (event.shiftKey || event.ctrlKey || event.metaKey || this.isTap(event)) this.check(event, key);
    else return;
    event.preventDefault();
  }

  /** Whether a click is a tap while pictures are selected; a click by keyboard has no details. */
  private isTap(event: MouseEvent): boolean {
    return this.isTouch && event.detail > 0 && this.selection.size > 0;
  }

  /** Select or deselect, with Shift up to this picture. */
  check(event: MouseEvent, key: string): void {
    if (event.shiftKey) this.selection.extendTo(key, this.order);
    else this.selection.toggle(key);
  }

  /** A long press must not open the browser's own menu, too. */
  openMenu(event: MouseEvent): void {
    if (this.isTouch) event.preventDefault();
  }
}
