/** The keys of a wall of pictures, for `KeyHelp`. */
export const WALL_KEYS = [
  ["← → ↑ ↓", "Go to the next picture"],
  ["PageUp PageDown", "Go a screen up or down"],
  ["Home End", "Go to the first or last picture"],
  ["Enter", "Open the picture"],
  ["S", "Find similar pictures"],
  ["/", "Search by words"],
  ["Escape", "Clear the search"],
  ["?", "Show these keys"],
] as const;
