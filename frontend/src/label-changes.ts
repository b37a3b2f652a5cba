/** Changes of labels. A change withdraws what the page still offers to undo for the same label. */
import { api, type LabelChange, type LabelsChange } from "./api";
import { collection } from "./collection.svelte";
import { notices } from "./notices.svelte";

/** What an action about several labels is about: see `Notices.withdraw`. */
export const LABELS_SUBJECT = "labels";

/** What an action about a label is about: see `Notices.withdraw`. */
export function labelSubject(label: string): string {
  return `label ${label.trim()}`;
}

/** Change a label of some pictures; returns the number of pictures with each label. */
export function changeLabels(change: LabelChange): Promise<Record<string, number>> {
  withdraw([change.label]);
  return api.changeLabels(change);
}

/** Add labels to pictures and remove others from them, and offer to undo exactly that. */
export async function changeManyLabels(change: LabelsChange, message: string): Promise<void> {
  withdraw([...(change.add ?? []), ...(change.remove ?? [])]);
  const { undo } = await api.changeManyLabels(change);
  void collection.load();
  const run = async (): Promise<void> => {
    for (const step of undo) await changeLabels(step);
    await collection.load();
  };
  if (undo.length) notices.show(message, { label: "Undo", run, subject: LABELS_SUBJECT });
  else notices.show("Nothing to change: the labels are like that already");
}

function withdraw(labels: string[]): void {
  for (const subject of [...labels.map(labelSubject), LABELS_SUBJECT]) notices.withdraw(subject);
}
