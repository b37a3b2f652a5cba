/** The families and what the person said of them. It is kept in this browser until the script is made, and every step can be undone. */
import { api, type Choice, type Families, type Family } from "../api";
import { type Extent, type Keep, type Outcome, memberOf, nameOf, proposed, room } from "./choice";

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
  open = $derived(this.families.filter((family) => !this.decided[nameOf(family)]));
  done = $derived(this.families.filter((family) => this.decided[nameOf(family)]));
  going = $derived(this.done.filter((family) => this.outcome(family).aside.length));

  async load(folder: string): Promise<void> {
    if (folder !== this.folder) [this.folder, this.decided, this.past] = [folder, read(folder), []];
    try {
      [this.told, this.error] = [await api.families({ limit: MOST }), null];
    } catch (error) {
      this.error = error;
    }
  }

  /** What was decided, what was changed by hand, or else what the rule proposes. */
  outcome(family: Family): Outcome {
    const name = nameOf(family);
    const said = this.decided[name] ?? this.changed[name];
    return said && fits(family, said) ? said : proposed(family, this.rule, this.extent);
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

/** Whether all files are still there. */
function fits(family: Family, outcome: Outcome): boolean {
  const there = new Set(family.members.map((member) => member.file));
  return memberOf(family, outcome.keep).file === outcome.keep && outcome.aside.every((file) => there.has(file));
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
