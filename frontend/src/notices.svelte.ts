/** Short messages at the lower edge that disappear by themselves; those with an action, such as Undo, stay longer. */
import { ApiError } from "./api";

export interface Notice {
  id: number;
  message: string;
  action?: Action;
}

interface Action {
  label: string;
  run: () => void | Promise<void>;
  /** What the action is about, such as "groups". A later change of the same makes the action invalid: see `withdraw`. */
  subject: string;
}

const SECONDS = 5;
const SECONDS_WITH_ACTION = 12;
const MAX_NOTICES = 3;

class Notices {
  visible = $state.raw<Notice[]>([]);
  private lastId = 0;

  show(message: string, action?: Action): void {
    const notice: Notice = { id: ++this.lastId, message, ...(action && { action }) };
    this.visible = [...this.visible.slice(1 - MAX_NOTICES), notice];
    setTimeout(() => this.close(notice.id), (action ? SECONDS_WITH_ACTION : SECONDS) * 1000);
  }

  close(id: number): void {
    this.visible = this.visible.filter((notice) => notice.id !== id);
  }

  /** Close the notices whose action is about something that has changed since; every change of it calls this. */
  withdraw(subject: string): void {
    this.visible = this.visible.filter((notice) => notice.action?.subject !== subject);
  }

  /** Do what a notice offers, once; what goes wrong is shown as another notice. */
  async act({ id, action }: Notice): Promise<void> {
    this.close(id);
    try {
      await action?.run();
    } catch (error) {
      this.show(sentenceOf(error));
    }
  }
}

/** What went wrong, in one sentence, with the next step. */
export function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const sentence = message.charAt(0).toUpperCase() + message.slice(1);
  return error instanceof ApiError && error.hint ? `${sentence}: ${error.hint}` : sentence;
}

export const notices = new Notices();
