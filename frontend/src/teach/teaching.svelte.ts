/** One label as it is taught: what was said of pieces, step by step, and what to ask next. */
import { api, type Said, type Suggested, type Suggestions } from "../api";

export type Answer = "has" | "has_not" | "neither";
type Step = { label: string; keys: string[]; before: Answer; said: Answer | "skipped"; cards: Suggested[] };

const AHEAD = 12; // questions that are fetched at once
const FEW = 4; // questions left at which more are fetched
const LIKELY = 60;

class Teaching {
  label = $state("");
  labels = $state.raw<Record<string, number>>({});
  told = $state.raw<Suggestions | null>(null);
  /** Pieces that have the label, newest first. */
  examples = $state.raw<string[]>([]);
  cards = $state.raw<Suggested[]>([]);
  error = $state.raw<unknown>(null);
  asking = $state(false);
  steps = $state.raw<Step[]>([]);
  private skipped = new Set<string>();
  private said = new Set<string>(); // of which an answer may be on its way
  private last: Promise<unknown> = Promise.resolve();

  card = $derived(this.cards[0]);
  likely = $derived(this.told?.likely ?? []);

  async listen(): Promise<void> {
    try {
      this.labels = await api.labels();
    } catch (error) {
      this.error = error;
    }
  }

  /** Turn to a label. */
  async open(label: string): Promise<void> {
    if (label !== this.label) {
      [this.label, this.told, this.cards, this.examples, this.steps] = [label, null, [], [], []];
      this.skipped.clear();
      this.said.clear();
    }
    await this.refresh();
  }

  /** Ask for examples and suggestions anew. */
  async refresh(): Promise<void> {
    const label = this.label;
    if (!label) return;
    try {
      this.asking = true;
      await this.last;
      const has = await api.pieces({ label, limit: 500 });
      if (label !== this.label) return;
      this.examples = [...new Set(has.keys)];
      if (!has.total) return void ([this.told, this.cards, this.error] = [null, [], null]);
      const told = await api.suggestions(label, LIKELY);
      if (label !== this.label) return;
      this.told = { ...told, likely: told.likely.filter((one) => !this.said.has(one.key)) };
      const fresh = told.ask.filter((one) => !this.skipped.has(one.key) && !this.said.has(one.key));
      this.cards = fresh.slice(0, AHEAD);
      this.error = null;
    } catch (error) {
      this.error = error;
    } finally {
      this.asking = false;
    }
  }

  /** Say something of pieces; it can be undone. */
  async say(keys: string[], said: Answer, before: Answer = "neither"): Promise<void> {
    if (!keys.length || !this.label) return;
    this.steps = [...this.steps, { label: this.label, keys, before, said, cards: this.cards }];
    for (const key of keys) this.said.add(key);
    this.cards = this.cards.filter((one) => !keys.includes(one.key));
    this.show(keys, said);
    await this.send(keys, said);
    if (this.cards.length < FEW) await this.refresh();
  }

  /** Answer the card in front. */
  answer(said: "has" | "has_not"): void {
    if (this.card) void this.say([this.card.key], said);
  }

  skip(): void {
    const card = this.card;
    if (!card) return;
    this.steps = [...this.steps, { label: this.label, keys: [card.key], before: "neither", said: "skipped", cards: this.cards }];
    this.skipped.add(card.key);
    this.cards = this.cards.slice(1);
    if (this.cards.length < FEW) void this.refresh();
  }

  async undo(): Promise<void> {
    const step = this.steps.at(-1);
    if (!step) return;
    this.steps = this.steps.slice(0, -1);
    for (const key of step.keys) (this.said.delete(key), this.skipped.delete(key));
    this.cards = step.cards;
    if (step.said === "skipped") return;
    this.show(step.keys, step.before, step.said);
    await this.send(step.keys, step.before);
    if (step.keys.length > 1 || step.before !== "neither" || !this.cards.length) await this.refresh();
  }

  /** What is said is seen at once; the server's own counts follow. */
  private show(keys: string[], said: Answer, before: Answer = "neither"): void {
    const others = this.examples.filter((key) => !keys.includes(key));
    this.examples = said === "has" ? [...keys, ...others] : others;
    if (!this.told) return;
    const change = (which: Answer) => (said === which ? keys.length : before === which ? -keys.length : 0);
    const likely = this.told.likely.filter((one) => !keys.includes(one.key));
    this.told = { ...this.told, likely, has: this.told.has + change("has"), has_not: this.told.has_not + change("has_not") };
  }

  /** One after another, so that an answer and its undoing arrive in their order. */
  private send(keys: string[], said: Answer): Promise<void> {
    const what: Said = { label: this.label, [said]: keys };
    const sent = this.last.then(async () => {
      try {
        this.labels = await api.teach(what);
      } catch (error) {
        this.error = error;
      }
    });
    this.last = sent;
    return sent;
  }
}

export const teaching = new Teaching();
