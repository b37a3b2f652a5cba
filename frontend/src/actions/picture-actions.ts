/** What a person can do with one or several pictures. The bar of the selection, a picture's view and the palette offer these. */
import { api, type DesktopAction } from "../api";
import { address } from "../api/http";
import { collection } from "../collection.svelte";
import { count } from "../format";
import { notices, sentenceOf } from "../notices.svelte";
import { router } from "../router.svelte";
import { actionDialogs, type ActionPicture } from "./action-dialogs.svelte";

const MAX_COMPARED = 4;
const MAX_CLEANED = 50; // in one address
const ANY = Infinity;

export interface PictureAction {
  id: string;
  /** What the button says for so many pictures. */
  label: (pictures: number) => string;
  /** How many pictures it is for. */
  least: number;
  most: number;
  /** Whether it opens something on the person's own desktop. */
  needsDesktop?: boolean;
  run: (pictures: readonly ActionPicture[]) => void | Promise<void>;
}

export const PICTURE_ACTIONS: readonly PictureAction[] = [
  { id: "label", label: () => "Label…", least: 1, most: ANY, run: (pictures) => actionDialogs.open("label", pictures) },
  { id: "compare", label: () => "Compare", least: 2, most: MAX_COMPARED, run: (pictures) => actionDialogs.open("compare", pictures) },
  { id: "download", label: () => "Download…", least: 1, most: ANY, run: (pictures) => actionDialogs.open("download", pictures) },
  { id: "similar", label: () => "Find similar", least: 1, most: 1, run: ([picture]) => router.go(`/like/${picture!.key}`) },
  { id: "story", label: () => "Show its story", least: 1, most: 1, run: ([picture]) => router.go(`/story/${picture!.key}`) },
  { id: "clean", label: () => "Clean", least: 1, most: MAX_CLEANED, run: clean },
  { id: "vary", label: () => "Vary", least: 1, most: 1, run: ([picture]) => router.go(`/create?vary=${picture!.key}`) },
  { id: "map", label: () => "Show on the map", least: 1, most: 1, run: ([picture]) => router.go(`/map/${picture!.key}`) },
  { id: "copy", label: (pictures) => (pictures > 1 ? "Copy paths" : "Copy path"), least: 1, most: ANY, run: copyPaths },
  { id: "open", label: () => "Open in its program", least: 1, most: 1, needsDesktop: true, run: ([picture]) => onDesktop(picture!, "open") },
  { id: "show", label: () => "Show in file manager", least: 1, most: 1, needsDesktop: true, run: ([picture]) => onDesktop(picture!, "show") },
  { id: "trash", label: () => "Move to trash…", least: 1, most: ANY, run: (pictures) => actionDialogs.open("trash", pictures) },
];

/** The actions that this server offers. */
export function offeredActions(): PictureAction[] {
  return PICTURE_ACTIONS.filter((action) => !action.needsDesktop || collection.info?.has_desktop);
}

/** Why an action is not possible for so many pictures; empty if it is. */
export function obstacleTo({ least, most }: PictureAction, pictures: number): string {
  if (pictures >= least && pictures <= most) return "";
  if (most === ANY) return `Select ${count(least, "picture")} or more`;
  return least === most ? `Select ${count(least, "picture")}` : `Select ${least} to ${most} pictures`;
}

/** Do something, and show what goes wrong as a notice. */
export async function attempt(task: () => void | Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    notices.show(sentenceOf(error));
  }
}

function clean(pictures: readonly ActionPicture[]): void {
  const pieces = pictures.map(({ key }) => key).join(",");
  router.go(address("/clean", { pieces }));
}

async function copyPaths(pictures: readonly ActionPicture[]): Promise<void> {
  const folder = collection.info?.folder ?? "";
  const separator = folder.includes("\\") ? "\\" : "/";
  const paths = pictures.map(({ path }) => [folder, ...path.split("/")].join(separator));
  try {
    await navigator.clipboard.writeText(paths.join("\n"));
  } catch {
    throw new Error("this browser doesn't let the page copy: open a picture, and copy its path from there");
  }
  notices.show(pictures.length === 1 ? "Copied the path" : `Copied ${count(pictures.length, "path")}`);
}

async function onDesktop(picture: ActionPicture, action: DesktopAction): Promise<void> {
  await api.onDesktop(picture.key, action);
}
