/** Paths as people tell them apart: without the folders that all of them have. */
import { fileName } from "../format";

/** The folder that all paths have in common, with a slash at its end; empty if there is none. */
export function commonFolder(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split("/").slice(0, -1));
  const length = first.findIndex((folder, depth) => others.some((other) => other[depth] !== folder));
  const common = length < 0 ? first : first.slice(0, length);
  return common.length ? `${common.join("/")}/` : "";
}

/** What is left of a path below a folder: the folders, with a slash at their end, and the name of the file. */
export function partsBelow(folder: string, path: string): { folders: string; name: string } {
  const name = fileName(path);
  return { folders: path.slice(folder.length, path.length - name.length), name };
}
