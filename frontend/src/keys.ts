/** Keys that act in a view only while nothing else can mean them. */

const FIELDS = "input:not([type=checkbox], [type=radio], [type=range], [type=file]), textarea, select, [contenteditable]";

/**
 * The key of a shortcut, a letter in lower case; null if the view may not use the event.
 *
 * A view may use it while the focus is within it, or on nothing in particular. Never while the person types, with a
 * modifier key, or while a dialog is open.
 */
export function shortcutOf(event: KeyboardEvent, view: Element | undefined): string | null {
  const isModified = event.altKey || event.ctrlKey || event.metaKey || (event.shiftKey && /^\p{L}$/u.test(event.key));
  if (isModified || !isFor(event, view)) return null;
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

/** The letter of a shortcut with Ctrl, or Command on a Mac; null if the view may not use the event. */
export function commandOf(event: KeyboardEvent, view: Element | undefined): string | null {
  const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  return isCommand && isFor(event, view) ? event.key.toLowerCase() : null;
}

/** Whether an event can only be meant for a view. */
function isFor(event: KeyboardEvent, view: Element | undefined): boolean {
  const target = event.target as Element;
  if (event.defaultPrevented || event.isComposing || target.closest(FIELDS)) return false;
  if (document.querySelector("dialog[open]")) return false;
  const isNothingInParticular = target.matches("html, body, main");
  return isNothingInParticular || (view?.contains(target) ?? false);
}
