/** What is dragged onto the path of a morph: a created picture, or a stop that moves. */
import type { CreatedPicture } from "../api";

export type DragItem = { created: CreatedPicture } | { stop: number };
const MIME_TYPE = "application/x-pochade";
let current: DragItem | null = null;

export function startDrag(event: DragEvent, item: DragItem): void {
  current = item;
  event.dataTransfer?.setData(MIME_TYPE, "");
}

/** The item that is dragged over an element; null for anything from outside the page. */
export function dragItem(event: DragEvent): DragItem | null {
  return event.dataTransfer?.types.includes(MIME_TYPE) ? current : null;
}
