/** The families and what the person said of them. It is kept in this browser until the script is made, and every step can be undone. */
import { api, type Choice, type Families, type Family } from "../api";
import { type Extent, type Keep, type Outcome, nameOf, proposed, room } from "./choice";

const MOST = 10_000; // families that are shown
const STEPS = 100;

type Decided = Record<string, Outcome>; // by the family's name; with nothing aside it stays as it is

class Review {
  told = $state.raw<Families | null>(null);
  error = $state.raw<unknown>(null);
  rule = $state<Keep>("suggested");
  extent = $state<Extent>("near");
  decided = $state.raw<Decided>({});
  /** Changed by hand, and not agreed to yet. */
  changed = $state.raw<Decided>({});
  private past = $state.raw<[Decided, Decided][]>([]);
  private folder = "";

  families = $derived(this.told?.families ?? []);
  canUndo = $derived(this.past.length > 0);
  open = $derived(this.families.filter((family) => !this.isDecided(family)));
  done = $derived(this.families.filter((family) => this.isDecided(family)));
  going = $derived(this.done.filter((family) => this.outcome(family).aside.length));

  async load(folder: string): Promise<void> {
    if (folder !== this.folder) [this.folder, this.decided, this.past] = [folder, read(folder), []];
    try {
      [this.told, this.error] = [await api.families({ limit: MOST }), null];
    } catch (error) {
      this.error = error;
    }
  }

  /** Whether the person decided, and what they keep is still there. */
  isDecided(family: Family): boolean {
    const said = this.decided[nameOf(family)];
    return said !== undefined && isThere(family, said.keep);
  }

  /** What was decided, what was changed by hand, or else what the rule proposes; files that are gone are no part of it. */
  outcome(family: Family): Outcome {
    const said = this.isDecided(family) ? this.decided[nameOf(family)] : this.changed[nameOf(family)];
    if (!said || !isThere(family, said.keep)) return proposed(family, this.rule, this.extent);
    return { keep: said.keep, aside: said.aside.filter((file) => isThere(family, file)) };
  }

  /** Change what is proposed of one family. */
  change(family: Family, outcome: Outcome): void {
    this.step();
    this.changed = { ...this.changed, [nameOf(family)]: outcome };
    const { [nameOf(family)]: _, ...others } = this.decided;
    this.write(others);
  }

  agree(families: Family[]): void {
    this.step();
    this.write({ ...this.decided, ...Object.fromEntries(families.map((one) => [nameOf(one), this.outcome(one)])) });
  }

  leave(family: Family): void {
    this.step();
    this.write({ ...this.decided, [nameOf(family)]: { keep: this.outcome(family).keep, aside: [] } });
  }

  reopen(family: Family): void {
    this.step();
    const { [nameOf(family)]: _, ...others } = this.decided;
    this.write(others);
  }

  undo(): void {
    const before = this.past.at(-1);
    if (!before) return;
    this.past = this.past.slice(0, -1);
    this.changed = before[1];
    this.write(before[0]);
  }

  /** Room that families take beside what is kept of them. */
  room(families: Family[]): number {
    return families.reduce((sum, family) => sum + room(family, this.outcome(family)), 0);
  }

  files(families: Family[]): number {
    return families.reduce((sum, family) => sum + this.outcome(family).aside.length, 0);
  }

  choices(): Choice[] {
    return this.going.map((family) => ({ family: family.number, ...this.outcome(family) }));
  }

  private step(): void {
    this.past = [...this.past.slice(1 - STEPS), [this.decided, this.changed]];
  }

  private write(decided: Decided): void {
    this.decided = decided;
    try {
      localStorage.setItem(place(this.folder), JSON.stringify(decided));
    } catch {
      // a browser that keeps nothing forgets it with the page
    }
  }
}

function isThere(family: Family, file: string): boolean {
  return family.members.some((member) => member.file === file);
}

function place(folder: string): string {
  return `families of ${folder}`;
}

function read(folder: string): Decided {
  try {
    return JSON.parse(localStorage.getItem(place(folder)) ?? "{}") as Decided;
  } catch {
    return {};
  }
}

export const review = new Review();
