/** All jobs as the server tells them. They belong to the server: closing the page stops none. */
import { SvelteMap } from "svelte/reactivity";
import { api, type Job, type Wish } from "./api";
import { collection } from "./collection.svelte";

const OVER = new Set(["done", "failed", "cancelled"]);

export function isOver(job: Job): boolean {
  return OVER.has(job.state);
}

class Jobs {
  all = new SvelteMap<string, Job>();
  /** Whether the server is heard. */
  heard = $state(true);
  private source: EventSource | null = null;
  private ends = new Map<string, ((job: Job) => void)[]>();

  running = $derived([...this.all.values()].filter((job) => !isOver(job)));
  newestFirst = $derived([...this.all.values()].sort((one, other) => other.created - one.created));

  /** Listen while the page is seen: a browser has few connections to one server, and hidden pages need none. */
  listen(): void {
    document.addEventListener("visibilitychange", this.look);
    this.look();
  }

  private look = (): void => (document.hidden ? this.close() : this.open());

  /** Begin a job; it is in `all` at once. */
  async begin(wish: Wish): Promise<Job> {
    const job = await api.begin(wish);
    this.hear(job);
    return job;
  }

  async cancel(id: string): Promise<void> {
    this.hear(await api.cancel(id));
  }

  /** The job once it is over, however it ended. */
  over(id: string): Promise<Job> {
    const now = this.all.get(id);
    if (now && isOver(now)) return Promise.resolve(now);
    return new Promise((resolve) => this.ends.set(id, [...(this.ends.get(id) ?? []), resolve]));
  }

  /** The job of a kind that runs or waits. */
  current(kind: string): Job | undefined {
    return this.running.find((job) => job.kind === kind);
  }

  private open(): void {
    if (this.source) return;
    this.source = new EventSource("/api/events");
    this.source.addEventListener("job", (event) => this.hear(JSON.parse((event as MessageEvent<string>).data) as Job));
    this.source.onopen = () => {
      this.heard = true;
      void this.compare();
    };
    this.source.onerror = () => {
      this.heard = false;
      if (this.source?.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      this.source = null; // it was refused: perhaps the password is wanted again
      void collection.load();
    };
  }

  /** A server that was started anew knows nothing of the jobs before. */
  private async compare(): Promise<void> {
    const before = this.running;
    const told = await api.jobs().catch(() => null);
    if (!told) return;
    const known = new Set(told.map((job) => job.id));
    for (const job of before) {
      if (!known.has(job.id)) this.hear({ ...job, state: "failed", problem: "the server ended while it was under way", hint: "begin it again" });
    }
  }

  private close(): void {
    this.source?.close();
    this.source = null;
  }

  private hear(job: Job): void {
    const before = this.all.get(job.id);
    if (before && isOver(before) && !isOver(job)) return; // an answer that was overtaken
    this.all.set(job.id, job);
    if (!isOver(job) || (before && isOver(before))) return;
    if (before) void collection.load(); // a job that ended under our eyes changed what is shown
    for (const resolve of this.ends.get(job.id) ?? []) resolve(job);
    this.ends.delete(job.id);
  }
}

export const jobs = new Jobs();
