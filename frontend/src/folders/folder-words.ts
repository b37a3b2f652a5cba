/** What is said of a folder. */
import type { ListedFolder } from "../api";
import { count, number } from "../format";

const MAX_PARTS = 3;

/** "214 pictures", or "1,000+ pictures" if not all of it was counted; empty if nothing is known. */
export function picturesIn({ pictures, is_rough }: Pick<ListedFolder, "pictures" | "is_rough">): string {
  if (!pictures) return "";
  return is_rough ? `${number(pictures)}+ pictures` : count(pictures, "picture");
}

/** The end of the path of the folder around a folder: "…/Documents/Art". */
export function shortPath(path: string): string {
  const parts = path.split("/").slice(0, -1);
  return parts.length > MAX_PARTS ? `…/${parts.slice(-2).join("/")}` : parts.join("/") || "/";
}
