/** One label while it is taught: the person's answers, and what to ask next. */
import { api, type Suggestion, type Suggestions } from "../api";
import { changeLabels } from "../label-changes";
import { latestOnly } from "../latest-only";

export type Answer = "has" | "has_not" | "neither";
/** One undo step: the pictures, their answer before and after, and the questions that were open. */
type Step = { label: string; keys: string[]; before: Answer; after: Answer | "skipped"; questions: Suggestion[] };

const MAX_QUESTIONS = 12; // to hold ready
const MIN_QUESTIONS = 4; // fewer than that: load more
const LIKELY_COUNT = 60;
const MAX_EXAMPLES = 500;

class Teaching {
  label = $state("");
  labels = $state.raw<Record<string, number>>({});
  suggestions = $state.raw<Suggestions | null>(null);
  /** The keys of the pictures that have the label, newest first. */
  examples = $state.raw<string[]>([]);
  questions = $state.raw<Suggestion[]>([]);
  error = $state.raw<unknown>(null);
  isUpdating = $state(false);
  steps = $state.raw<Step[]>([]);
  private skipped = new Set<string>();
  private answered = new Set<string>(); // pictures whose answer may still be on its way to the server
  private lastRequest: Promise<unknown> = Promise.resolve();
  /** After each answer the suggestions are made again; of several answers in a row, only after the last one. */
  private refreshSoon = latestOnly<void>(() => this.refresh());

  question = $derived(this.questions[0]);
  likely = $derived(this.suggestions?.likely ?? []);

  async loadLabels(): Promise<void> {
    try {
      this.labels = await api.labels();
    } catch (error) {
      this.error = error;
    }
  }

  /** Switch to a label. */
  async open(label: string): Promise<void> {
    if (label !== this.label) {
      [this.label, this.suggestions, this.questions, this.examples, this.steps] = [label, null, [], [], []];
      this.skipped.clear();
      this.answered.clear();
    }
    await this.refresh();
  }

  /** Load examples and suggestions again. */
  async refresh(): Promise<void> {
    const label = this.label;
    if (!label) return;
    try {
      this.isUpdating = true;
      await this.lastRequest;
      const { steps } = this;
      const examples = await api.pictures({ label, limit: MAX_EXAMPLES });
      if (label !== this.label) return;
      if (this.steps === steps) this.examples = [...new Set(examples.keys)];
      if (!examples.total) return void ([this.suggestions, this.questions, this.error] = [null, [], null]);
      const suggestions = await api.suggestions(label, LIKELY_COUNT);
      if (label !== this.label) return;
      const counts = this.steps === steps ? null : this.suggestions; // an answer since then is counted here, but not there
      const { has, has_not } = counts ?? suggestions;
      this.suggestions = { ...suggestions, has, has_not, likely: suggestions.likely.filter(({ key }) => !this.answered.has(key)) };
      const questions = suggestions.ask.filter(({ key }) => !this.skipped.has(key) && !this.answered.has(key));
      const current = this.questions.slice(0, 1); // what the person looks at stays
      const others = questions.filter(({ key }) => key !== current[0]?.key);
      this.questions = [...current, ...others].slice(0, MAX_QUESTIONS);
      this.error = null;
    } catch (error) {
      this.error = error;
    } finally {
      this.isUpdating = false;
    }
  }

  /** Set the answer for some pictures; this can be undone. */
  async setAnswer(keys: string[], answer: Answer, before: Answer = "neither"): Promise<void> {
    if (!keys.length || !this.label) return;
    this.steps = [...this.steps, { label: this.label, keys, before, after: answer, questions: this.questions }];
    for (const key of keys) this.answered.add(key);
    this.questions = this.questions.filter(({ key }) => !keys.includes(key));
    this.showAnswer(keys, answer);
    await this.send(keys, answer);
    this.refreshSoon();
  }

  /** Answer the first question. */
  answer(answer: "has" | "has_not"): void {
    if (this.question) void this.setAnswer([this.question.key], answer);
  }

  skip(): void {
    const question = this.question;
    if (!question) return;
    this.steps = [...this.steps, { label: this.label, keys: [question.key], before: "neither", after: "skipped", questions: this.questions }];
    this.skipped.add(question.key);
    this.questions = this.questions.slice(1);
    if (this.questions.length < MIN_QUESTIONS) this.refreshSoon();
  }

  async undo(): Promise<void> {
    const step = this.steps.at(-1);
    if (!step) return;
    this.steps = this.steps.slice(0, -1);
    for (const key of step.keys) (this.answered.delete(key), this.skipped.delete(key));
    this.questions = step.questions;
    if (step.after === "skipped") return;
    this.showAnswer(step.keys, step.before, step.after);
    await this.send(step.keys, step.before);
    this.refreshSoon();
  }

  /** Show an answer before the server confirms it. */
  private showAnswer(keys: string[], answer: Answer, before: Answer = "neither"): void {
    const others = this.examples.filter((key) => !keys.includes(key));
    this.examples = answer === "has" ? [...keys, ...others] : others;
    if (!this.suggestions) return;
    const changeOf = (counted: Answer) => (answer === counted ? keys.length : before === counted ? -keys.length : 0);
    const { has, has_not } = this.suggestions;
    const likely = this.suggestions.likely.filter(({ key }) => !keys.includes(key));
    this.suggestions = { ...this.suggestions, likely, has: has + changeOf("has"), has_not: has_not + changeOf("has_not") };
  }

  /** Send answers one after another, so that an answer and its undoing arrive in this order. */
  private send(keys: string[], answer: Answer): Promise<void> {
    const change = { label: this.label, [answer]: keys };
    const request = this.lastRequest.then(async () => {
      try {
        this.labels = await changeLabels(change);
      } catch (error) {
        this.error = error;
      }
    });
    this.lastRequest = request;
    return request;
  }
}

export const teaching = new Teaching();
