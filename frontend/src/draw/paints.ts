/** The colours beside the paper, and the brushes. */

export const PAINTS = [
  ["#1a1a1a", "black"], ["#7d7d7d", "grey"], ["#ffffff", "white, to erase"], ["#6b3f22", "brown"],
  ["#c0392b", "red"], ["#e67e22", "orange"], ["#f1c40f", "yellow"], ["#f2c7a5", "skin"],
  ["#2e8b57", "green"], ["#7fc241", "light green"], ["#2a5db0", "blue"], ["#7ec8e3", "light blue"],
  ["#6a3d9a", "purple"], ["#e377a8", "pink"],
] as const;

/** Each with its width, as a share of the paper's side. */
export const BRUSHES = [["thin", "Thin", 0.014], ["medium", "Medium", 0.04], ["broad", "Broad", 0.11]] as const;

export type BrushName = (typeof BRUSHES)[number][0];
