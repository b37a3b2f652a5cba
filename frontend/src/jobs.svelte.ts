/** All jobs of the server. They run on the server: closing the page stops none of them. */
import { SvelteMap } from "svelte/reactivity";
import { api, type Job, type JobRequest } from "./api";
import { collection } from "./collection.svelte";
import { connection } from "./connection.svelte";
import { ofShown } from "./shown-folder";

const END_STATES = new Set(["done", "failed", "cancelled"]);

export function hasEnded(job: Job): boolean {
  return END_STATES.has(job.state);
}

class Jobs {
  all = new SvelteMap<string, Job>();
  private events: EventSource | null = null;
  /** What this page asked for, by the id of the job. */
  private requests = new Map<string, JobRequest>();

  active = $derived([...this.all.values()].filter((job) => !hasEnded(job)));
  newestFirst = $derived([...this.all.values()].sort((first, second) => second.created - first.created));

  /** Listen to the server while the page is visible: browsers open few connections to one server, and a hidden page needs none. */
  listen(): void {
    document.addEventListener("visibilitychange", this.followVisibility);
    this.followVisibility();
  }

  private followVisibility = (): void => (document.hidden ? this.close() : this.open());

  /** Start a job; it is in `all` immediately. */
  async start(request: JobRequest): Promise<Job> {
    const job = await api.startJob(request);
    this.requests.set(job.id, request);
    this.update(job);
    return job;
  }

  /** Show a job that another request has started. */
  follow(job: Job): void {
    this.update(job);
  }

  async cancel(id: string): Promise<void> {
    this.update(await api.cancelJob(id));
  }

  /** The job of a kind that is running or waiting. */
  activeOf(kind: string): Job | undefined {
    return this.active.find((job) => job.kind === kind);
  }

  /** The request that started a job; undefined if another page sent it, or this page was loaded since. */
  requestOf(id: string): JobRequest | undefined {
    return this.requests.get(id);
  }

  /** Listen again after the server was away. */
  listenAgain(): void {
    if (!this.events || this.events.readyState === EventSource.OPEN) return;
    this.close();
    this.open();
  }

  private open(): void {
    if (this.events) return;
    this.events = new EventSource(ofShown("/api/events"));
    this.events.addEventListener("job", (event) => this.update(JSON.parse((event as MessageEvent<string>).data) as Job));
    this.events.onopen = () => void this.endLostJobs();
    this.events.onerror = () => {
      void connection.check();
      if (this.events?.readyState !== EventSource.CLOSED) return; // the browser reconnects by itself
      this.events = null; // the server refused: the password may be required again, or another folder is open
      void collection.load();
    };
  }

  /** Mark jobs as failed that a restarted server no longer knows. */
  private async endLostJobs(): Promise<void> {
    const before = this.active;
    const current = await api.jobs().catch(() => null);
    if (!current) return;
    const ids = new Set(current.map((job) => job.id));
    for (const job of before) {
      if (!ids.has(job.id)) this.update({ ...job, state: "failed", problem: "the server stopped while this job was running", hint: "start it again" });
    }
  }

  private close(): void {
    this.events?.close();
    this.events = null;
  }

  private update(job: Job): void {
    const before = this.all.get(job.id);
    if (before && hasEnded(before) && !hasEnded(job)) return; // an answer that arrived late
    this.all.set(job.id, job);
    if (before && !hasEnded(before) && hasEnded(job)) void collection.load(); // the job may have changed what is shown
  }
}

export const jobs = new Jobs();
