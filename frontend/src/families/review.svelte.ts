/** The families, the files that are ticked in them, and what the person says about pairs and folders. The server keeps what is said. */
import { api, type Families, type Family, type FamilyMember, type FolderRole, type Removal } from "../api";
import { count } from "../format";
import { jobs } from "../jobs.svelte";
import { notices } from "../notices.svelte";
import { canTick, choiceOf, nameOf, suggestOutcome, tabOf, tickedIn, type FamilyTab, type Outcome, type Verdict } from "./outcome";

const MAX_FAMILIES = 10_000;
const MAX_UNDO_STEPS = 100;
/** What an action about families is about: see `Notices.withdraw`. */
export const REVIEW_SUBJECT = "families";

type Outcomes = Record<string, Outcome>; // by the family's name
type UndoStep = (() => Promise<unknown>)[];

class Review {
  data = $state.raw<Families | null>(null);
  series = $state.raw<Family[]>([]);
  /** Removals that can be undone, the latest first. */
  removals = $state.raw<Removal[]>([]);
  error = $state.raw<unknown>(null);
  /** The latest job that moves files to the trash or puts them back. */
  removalJob = $state<string | null>(null);
  /** Outcomes that the person has changed by hand. This browser stores them. */
  private changed = $state.raw<Outcomes>({});
  private undoSteps = $state.raw<UndoStep[]>([]);
  private folder = "";

  families = $derived(this.data?.families ?? []);
  canUndo = $derived(this.undoSteps.length > 0);

  async load(folder: string): Promise<void> {
    if (folder !== this.folder) [this.folder, this.changed, this.undoSteps] = [folder, readOutcomes(folder), []];
    try {
      const query = { limit: MAX_FAMILIES };
      const [families, series, removals] = await Promise.all([api.families(query), api.families({ ...query, series: true }), api.removals()]);
      [this.data, this.series, this.removals, this.error] = [families, series.families, removals, null];
    } catch (error) {
      this.error = error;
    }
  }

  of(tab: FamilyTab): Family[] {
    return tab === "series" ? this.series : this.families.filter((family) => tabOf(family) === tab);
  }

  /** The outcome that the person has chosen, or the suggested one; it leaves out files that are gone or must stay. */
  outcomeOf(family: Family): Outcome {
    const outcome = this.changed[nameOf(family)];
    if (!outcome || !family.members.some((member) => member.file === outcome.keep)) return suggestOutcome(family);
    const ticked = tickedIn(family, outcome).filter((member) => canTick(family, member, outcome.keep) && member.verdict !== "keep");
    return { keep: outcome.keep, aside: ticked.map((member) => member.file) };
  }

  change(family: Family, outcome: Outcome): void {
    this.store({ ...this.changed, [nameOf(family)]: outcome });
  }

  /** The ticked files of some families. */
  tickedOf(families: Family[]): FamilyMember[] {
    return families.flatMap((family) => tickedIn(family, this.outcomeOf(family)));
  }

  /** What the server is to move, family by family. */
  choicesOf(families: Family[]): ReturnType<typeof choiceOf>[] {
    return families.map((family) => choiceOf(family, this.outcomeOf(family))).filter((choice) => choice.aside.length);
  }

  /** Say something about a picture and others; null takes back what was said. */
  async judge(first: string, others: string[], verdict: Verdict | null, message: string): Promise<void> {
    const step: UndoStep = [];
    try {
      for (const second of new Set(others)) {
        const { previous } = await api.setVerdict({ first, second, verdict });
        step.unshift(() => api.setVerdict({ first, second, verdict: previous }));
      }
    } finally {
      await this.finishStep(step, message);
    }
  }

  async setRole(folder: string, role: FolderRole | null, message: string): Promise<void> {
    const { previous } = await api.setFolderRole({ folder, role });
    await this.finishStep([() => api.setFolderRole({ folder, role: previous })], message);
  }

  /** Undo what was said last. */
  async undo(): Promise<void> {
    const step = this.undoSteps.at(-1);
    if (!step) return;
    this.undoSteps = this.undoSteps.slice(0, -1);
    notices.withdraw(REVIEW_SUBJECT);
    for (const takeBack of step) await takeBack();
    await this.load(this.folder);
  }

  /** Move the ticked files of some families to the trash. */
  async moveToTrash(families: Family[]): Promise<void> {
    this.follow(await api.moveToTrash({ choices: this.choicesOf(families) }));
  }

  async putBack(removal: string): Promise<void> {
    this.follow(await api.undoRemoval(removal));
  }

  private follow(job: Awaited<ReturnType<typeof api.undoRemoval>>): void {
    jobs.follow(job);
    this.removalJob = job.id;
  }

  private async finishStep(step: UndoStep, message: string): Promise<void> {
    if (!step.length) return;
    this.undoSteps = [...this.undoSteps.slice(1 - MAX_UNDO_STEPS), step];
    await this.load(this.folder);
    notices.withdraw(REVIEW_SUBJECT);
    notices.show(message, { label: "Undo", run: () => this.undo(), subject: REVIEW_SUBJECT });
  }

  private store(outcomes: Outcomes): void {
    this.changed = outcomes;
    try {
      localStorage.setItem(storageKey(this.folder), JSON.stringify(outcomes));
    } catch {
      // without storage, the ticks last until the page is closed
    }
  }
}

/** "12 files", "1 file". */
export function fileCount(members: FamilyMember[]): string {
  return count(members.length, "file");
}

function storageKey(folder: string): string {
  return `ticks of ${folder}`;
}

function readOutcomes(folder: string): Outcomes {
  try {
    return JSON.parse(localStorage.getItem(storageKey(folder)) ?? "{}") as Outcomes;
  } catch {
    return {};
  }
}

export const review = new Review();
