import type { Family } from "../api";

/** A picture of a family, in one or several files. */
export interface Relative {
  key: string;
  path: string; // of its first file
  width: number;
  height: number;
  files: number;
  kind: Family["members"][number]["kind"];
}

/** The other pictures of a picture's family, each once, however many files hold it. */
export function relativesOf(key: string, family: Family | null): Relative[] {
  const relatives = new Map<string, Relative>();
  for (const { key: other, path, width, height, kind } of family?.members ?? []) {
    const known = relatives.get(other);
    if (known) known.files += 1;
    else if (other !== key) relatives.set(other, { key: other, path, width, height, files: 1, kind });
  }
  return [...relatives.values()];
}
