/**
 * Run a task for one request at a time. Of the requests that arrive meanwhile, only the latest is run; it replaces the others.
 * With a delay, the task starts only after that many milliseconds without another request.
 */
export function latestOnly<T>(task: (request: T) => Promise<void>, delay = 0): (request: T) => void {
  let waiting: { request: T } | null = null;
  let isBusy = false;
  let timer = 0;

  async function run(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    try {
      while (waiting) {
        const { request } = waiting;
        waiting = null;
        await task(request);
      }
    } finally {
      isBusy = false;
    }
  }

  return (request) => {
    waiting = { request };
    clearTimeout(timer);
    timer = window.setTimeout(() => void run(), delay);
  };
}
