/** Short words at the lower edge that go by themselves; with something to do, such as undoing, they stay longer. */

export interface Notice {
  id: number;
  words: string;
  action?: { label: string; run: () => void };
}

const SECONDS = 5;
const SECONDS_TO_ACT = 12;

class Notices {
  shown = $state.raw<Notice[]>([]);
  private last = 0;

  say(words: string, action?: Notice["action"]): void {
    const notice: Notice = { id: ++this.last, words, ...(action && { action }) };
    this.shown = [...this.shown.slice(-2), notice];
    setTimeout(() => this.close(notice.id), (action ? SECONDS_TO_ACT : SECONDS) * 1000);
  }

  close(id: number): void {
    this.shown = this.shown.filter((one) => one.id !== id);
  }
}

export const notices = new Notices();
