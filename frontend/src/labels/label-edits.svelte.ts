/** All labels with some of their pictures, and what changes them as a whole. The server remembers each change, so that it can be undone. */
import { SvelteSet } from "svelte/reactivity";
import { api, type LabelColour, type LabelEdit, type LabelOverview } from "../api";
import { collection } from "../collection.svelte";
import { count } from "../format";
import { labelSubject, LABELS_SUBJECT } from "../label-changes";
import { notices } from "../notices.svelte";

class LabelEdits {
  all = $state.raw<LabelOverview[] | null>(null);
  error = $state.raw<unknown>(null);
  isBusy = $state(false);
  /** The last change that this page made, and what Undo calls it. */
  last = $state.raw<{ change: number; name: string } | null>(null);
  selected = new SvelteSet<string>();

  async load(): Promise<void> {
    try {
      this.all = await api.labelOverview();
      this.error = null;
      const names = new Set(this.all.map(({ label }) => label));
      for (const label of this.selected) if (!names.has(label)) this.selected.delete(label);
    } catch (error) {
      this.error = error;
    }
  }

  /** Give labels one name: one label is renamed, several become one. Throws what goes wrong. */
  async rename(labels: string[], name: string): Promise<void> {
    const isMerge = labels.length > 1 || this.has(name);
    const what = labels.length > 1 ? count(labels.length, "label") : `“${labels[0]}”`;
    const message = isMerge ? `Merged ${what} into “${name}”` : `Renamed ${what} to “${name}”`;
    this.show(await api.renameLabels(labels, name), [...labels, name], message, isMerge ? "the merging" : "the new name");
  }

  /** Take labels from all pictures. */
  async remove(labels: string[]): Promise<void> {
    try {
      this.isBusy = true;
      const edit = await api.deleteLabels(labels);
      const what = labels.length > 1 ? count(labels.length, "label") : `“${labels[0]}”`;
      this.show(edit, labels, `Deleted ${what} from ${count(edit.pictures, "picture")}`, "the deletion");
    } catch (error) {
      this.error = error;
    } finally {
      this.isBusy = false;
    }
  }

  /** Give a label a colour; null takes it away. */
  async setColour(label: string, colour: LabelColour | null): Promise<void> {
    try {
      await api.colourLabels([label], colour);
      this.error = null;
      await collection.load();
    } catch (error) {
      this.error = error;
    }
  }

  /** Undo the last change. */
  async undo(): Promise<void> {
    const { last } = this;
    if (!last) return;
    try {
      await this.undoOnly(last.change);
      notices.show(`Undid ${last.name}`);
    } catch (error) {
      this.error = error;
    }
  }

  /** Whether a label has some pictures, or was refused for some. */
  has(label: string): boolean {
    return this.all?.some((overview) => overview.label === label) ?? label in (collection.info?.labels ?? {});
  }

  private show(edit: LabelEdit, labels: string[], message: string, name: string): void {
    withdraw(labels);
    [this.last, this.error] = [{ change: edit.change, name }, null];
    this.selected.clear();
    notices.show(message, { label: "Undo", run: () => this.undoOnly(edit.change), subject: LABELS_SUBJECT });
    void collection.load();
  }

  private async undoOnly(change: number): Promise<void> {
    await api.undoLabelEdit(change);
    if (this.last?.change === change) this.last = null;
    notices.withdraw(LABELS_SUBJECT);
    await collection.load();
  }
}

/** Withdraw what the page still offers to undo for some labels. */
function withdraw(labels: string[]): void {
  for (const subject of [...labels.map(labelSubject), LABELS_SUBJECT]) notices.withdraw(subject);
}

export const labelEdits = new LabelEdits();
