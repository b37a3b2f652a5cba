/** The keys of a wall of pictures, for `KeyHelp`. */
export const WALL_KEYS = [
  ["← → ↑ ↓", "Go to the next picture"],
  ["PageUp PageDown", "Go a screen up or down"],
  ["Home End", "Go to the first or last picture"],
  ["Space", "Look at the picture large; Space or Escape closes it, P starts a slideshow"],
  ["Enter", "Open the picture"],
  ["S", "Find similar pictures"],
  ["?", "Show these keys"],
] as const;

/** The keys that only the wall of the whole collection has. */
export const SELECTION_KEYS = [
  ["X", "Select the picture, or deselect it"],
  ["Shift+← Shift+→", "Select on from there; also with Shift and a click"],
  ["Ctrl+A", "Select all that the filters show"],
  ["Escape", "Deselect all; in the search, clear it"],
  ["L", "Label the selected pictures"],
  ["Delete", "Move the selected pictures to the trash, after a question"],
  ["/", "Search by words"],
  ["Ctrl+K", "Go to a view, a label or a group, or do something with the selection"],
] as const;
