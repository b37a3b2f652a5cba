/** What is dragged onto the path: a picture by its kind and name, or a stop that moves. */
import type { Created } from "../api";

export type Dragged = { created: Created } | { stop: number };
const KIND = "application/x-pochade";
let now: Dragged | null = null;

export function drag(event: DragEvent, what: Dragged): void {
  now = what;
  event.dataTransfer?.setData(KIND, "");
}

/** What is dragged over an element, if it is ours. */
export function dragged(event: DragEvent): Dragged | null {
  return event.dataTransfer?.types.includes(KIND) ? now : null;
}
