/** Keys that act without Ctrl, Alt or the Windows or Command key: a view has them only while nothing else can mean them. */

const FIELDS = "input:not([type=checkbox], [type=radio], [type=range], [type=file]), textarea, select, [contenteditable]";

/**
 * The key of a shortcut, a letter in lower case; null if the view may not use the event.
 *
 * A view may use it while the focus is within it, or on nothing in particular. Never while the person types, with a
 * modifier key, or while a dialog is open.
 */
export function shortcutOf(event: KeyboardEvent, view: Element | undefined): string | null {
  const target = event.target as Element;
  const isModified = event.altKey || event.ctrlKey || event.metaKey || (event.shiftKey && /^\p{L}$/u.test(event.key));
  if (event.defaultPrevented || event.isComposing || isModified || target.closest(FIELDS)) return null;
  if (document.querySelector("dialog[open]")) return null;
  const isNothingInParticular = target.matches("html, body, main");
  if (!isNothingInParticular && !view?.contains(target)) return null;
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}
