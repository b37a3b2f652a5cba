/** An import of labels from other programs: what was found in the folder, what the person chose of it, and what became of it. */
import { SvelteSet } from "svelte/reactivity";
import { endOf } from "../actions/job-end.svelte";
import { api, type Job, type LastImport } from "../api";
import { collection } from "../collection.svelte";
import { count } from "../format";
import { jobs } from "../jobs.svelte";
import { LABELS_SUBJECT } from "../label-changes";
import { notices } from "../notices.svelte";

/** A place with labels of another program, as the job's answer describes it. */
export interface ForeignSource {
  id: string;
  name: string;
  /** The folder below the collection's folder; empty for that itself. */
  place: string;
  labels: [label: string, pictures: number][];
  label_count: number;
  pictures: number;
  known: number;
  refused: number;
  notes: number;
  left_out: [item: string, reason: string][];
  left_out_count: number;
}
interface ImportAnswer {
  added: number;
  labels: number;
  pictures: number;
  sources: ForeignSource[];
}

export class LabelImport {
  job = $state.raw<Job | null>(null);
  sources = $state.raw<ForeignSource[] | null>(null);
  last = $state.raw<LastImport | null>(null);
  error = $state.raw<unknown>(null);
  isImporting = $state(false);
  withParents = $state(false);
  chosen = new SvelteSet<string>();

  /** The running job, as it is now. */
  progress = $derived(this.job ? (jobs.all.get(this.job.id) ?? this.job) : null);
  labels = $derived(new Set((this.sources ?? []).filter(({ id }) => this.chosen.has(id)).flatMap(({ labels }) => labels.map(([label]) => label))));

  /** Read what other programs wrote in the folder. */
  async preview(): Promise<void> {
    this.sources = null;
    const answer = await this.run(null);
    if (!answer) return;
    this.sources = answer.sources;
    this.chosen.clear();
    for (const source of answer.sources) if (source.label_count) this.chosen.add(source.id);
  }

  /** Import the chosen sources; returns whether that succeeded. */
  async carryOut(): Promise<boolean> {
    this.isImporting = true;
    const answer = await this.run([...this.chosen]);
    this.isImporting = false;
    if (!answer) return false;
    notices.withdraw(LABELS_SUBJECT);
    const { labels, pictures } = answer;
    const message = `Added ${count(labels, "label")} to ${count(pictures, "picture")}`;
    notices.show(message, { label: "Undo", run: () => this.undo(), subject: LABELS_SUBJECT });
    return true;
  }

  async loadLast(): Promise<void> {
    this.last = await api.lastImport().catch(() => null); // a damaged record can't be undone
  }

  /** Take back the last import. */
  undo = async (): Promise<void> => {
    await api.undoImport();
    this.last = null;
    await collection.load();
  };

  /** Stop reading. */
  async cancel(): Promise<void> {
    if (this.job) await jobs.cancel(this.job.id).catch(() => undefined); // it has ended
  }

  private async run(sources: string[] | null): Promise<ImportAnswer | null> {
    try {
      this.error = null;
      this.job = await api.startJob({ kind: "import", sources, with_parents: this.withParents });
      const ended = await endOf(this.job);
      if (ended.state === "failed") throw new Error(ended.problem ?? "the import failed");
      return ended.state === "done" ? (ended.answer as unknown as ImportAnswer) : null;
    } catch (error) {
      this.error = error;
      return null;
    } finally {
      this.job = null;
    }
  }
}
