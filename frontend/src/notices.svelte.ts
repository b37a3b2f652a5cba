/** Short messages at the lower edge that disappear by themselves; those with an action, such as Undo, stay longer. */

export interface Notice {
  id: number;
  message: string;
  action?: { label: string; run: () => void };
}

const SECONDS = 5;
const SECONDS_WITH_ACTION = 12;
const MAX_NOTICES = 3;

class Notices {
  visible = $state.raw<Notice[]>([]);
  private lastId = 0;

  show(message: string, action?: Notice["action"]): void {
    const notice: Notice = { id: ++this.lastId, message, ...(action && { action }) };
    this.visible = [...this.visible.slice(1 - MAX_NOTICES), notice];
    setTimeout(() => this.close(notice.id), (action ? SECONDS_WITH_ACTION : SECONDS) * 1000);
  }

  close(id: number): void {
    this.visible = this.visible.filter((notice) => notice.id !== id);
  }
}

export const notices = new Notices();
