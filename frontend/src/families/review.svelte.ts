/** The families and the person's decisions. This browser stores the decisions until the script is made; every step can be undone. */
import { api, type Families, type Family, type FamilyChoice } from "../api";
import { bytesAside, nameOf, suggestOutcome, type Extent, type KeepOption, type Outcome } from "./outcome";

const MAX_FAMILIES = 10_000;
const MAX_UNDO_STEPS = 100;

type Outcomes = Record<string, Outcome>; // by the family's name

class Review {
  data = $state.raw<Families | null>(null);
  error = $state.raw<unknown>(null);
  rule = $state<KeepOption>("suggested");
  extent = $state<Extent>("near");
  /** Outcomes that the person has accepted. */
  decided = $state.raw<Outcomes>({});
  /** Outcomes that the person has changed by hand and not accepted yet. */
  changed = $state.raw<Outcomes>({});
  private undoSteps = $state.raw<[Outcomes, Outcomes][]>([]);
  private folder = "";

  families = $derived(this.data?.families ?? []);
  canUndo = $derived(this.undoSteps.length > 0);
  open = $derived(this.families.filter((family) => !this.isDecided(family)));
  done = $derived(this.families.filter((family) => this.isDecided(family)));
  /** Decided families with files to set aside. */
  inScript = $derived(this.done.filter((family) => this.outcomeOf(family).aside.length));

  async load(folder: string): Promise<void> {
    if (folder !== this.folder) [this.folder, this.decided, this.undoSteps] = [folder, readDecisions(folder), []];
    try {
      [this.data, this.error] = [await api.families({ limit: MAX_FAMILIES }), null];
    } catch (error) {
      this.error = error;
    }
  }

  /** Whether the person has decided, and the file that they keep still exists. */
  isDecided(family: Family): boolean {
    const outcome = this.decided[nameOf(family)];
    return outcome !== undefined && hasFile(family, outcome.keep);
  }

  /** The accepted outcome, the one changed by hand, or the suggested one; it leaves out files that no longer exist. */
  outcomeOf(family: Family): Outcome {
    const outcome = this.isDecided(family) ? this.decided[nameOf(family)] : this.changed[nameOf(family)];
    if (!outcome || !hasFile(family, outcome.keep)) return suggestOutcome(family, this.rule, this.extent);
    return { keep: outcome.keep, aside: outcome.aside.filter((file) => hasFile(family, file)) };
  }

  /** Change the outcome of a family by hand; it has to be accepted again. */
  change(family: Family, outcome: Outcome): void {
    this.addUndoStep();
    this.changed = { ...this.changed, [nameOf(family)]: outcome };
    this.store(this.decidedWithout(family));
  }

  accept(families: Family[]): void {
    this.addUndoStep();
    this.store({ ...this.decided, ...Object.fromEntries(families.map((family) => [nameOf(family), this.outcomeOf(family)])) });
  }

  keepAll(family: Family): void {
    this.addUndoStep();
    this.store({ ...this.decided, [nameOf(family)]: { keep: this.outcomeOf(family).keep, aside: [] } });
  }

  reopen(family: Family): void {
    this.addUndoStep();
    this.store(this.decidedWithout(family));
  }

  undo(): void {
    const step = this.undoSteps.at(-1);
    if (!step) return;
    this.undoSteps = this.undoSteps.slice(0, -1);
    this.changed = step[1];
    this.store(step[0]);
  }

  /** The bytes of all files to set aside in some families. */
  bytesOf(families: Family[]): number {
    return families.reduce((sum, family) => sum + bytesAside(family, this.outcomeOf(family)), 0);
  }

  /** The number of files to set aside in some families. */
  filesOf(families: Family[]): number {
    return families.reduce((sum, family) => sum + this.outcomeOf(family).aside.length, 0);
  }

  choices(): FamilyChoice[] {
    return this.inScript.map((family) => ({ family: family.number, ...this.outcomeOf(family) }));
  }

  private decidedWithout(family: Family): Outcomes {
    const { [nameOf(family)]: _, ...others } = this.decided;
    return others;
  }

  private addUndoStep(): void {
    this.undoSteps = [...this.undoSteps.slice(1 - MAX_UNDO_STEPS), [this.decided, this.changed]];
  }

  private store(decided: Outcomes): void {
    this.decided = decided;
    try {
      localStorage.setItem(storageKey(this.folder), JSON.stringify(decided));
    } catch {
      // without storage, the decisions last until the page is closed
    }
  }
}

function hasFile(family: Family, file: string): boolean {
  return family.members.some((member) => member.file === file);
}

function storageKey(folder: string): string {
  return `families of ${folder}`;
}

function readDecisions(folder: string): Outcomes {
  try {
    return JSON.parse(localStorage.getItem(storageKey(folder)) ?? "{}") as Outcomes;
  } catch {
    return {};
  }
}

export const review = new Review();
