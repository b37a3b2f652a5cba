/** One piece of work at a time; of those that are wanted meanwhile only the newest is done: it makes the others needless. */
export function newestOnly<T>(work: (wish: T) => Promise<void>, milliseconds = 0): (wish: T) => void {
  let waiting: { wish: T } | null = null;
  let busy = false;
  let timer = 0;

  async function go(): Promise<void> {
    if (busy) return;
    busy = true;
    try {
      while (waiting) {
        const { wish } = waiting;
        waiting = null;
        await work(wish);
      }
    } finally {
      busy = false;
    }
  }

  return (wish) => {
    waiting = { wish };
    clearTimeout(timer);
    timer = window.setTimeout(() => void go(), milliseconds);
  };
}
