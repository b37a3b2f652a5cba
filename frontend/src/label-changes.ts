/** Changes of labels. A change withdraws what the page still offers to undo for the same label. */
import { api, type LabelChange } from "./api";
import { notices } from "./notices.svelte";

/** What an action about a label is about: see `Notices.withdraw`. */
export function labelSubject(label: string): string {
  return `label ${label.trim()}`;
}

/** Change a label of some pictures; returns the number of pictures with each label. */
export function changeLabels(change: LabelChange): Promise<Record<string, number>> {
  notices.withdraw(labelSubject(change.label));
  return api.changeLabels(change);
}
