/** Waits for the end of a job. */
import type { Job } from "../api";
import { hasEnded, jobs } from "../jobs.svelte";

/** Follow a job that another request has started, and return it when it has ended. */
export function endOf(job: Job): Promise<Job> {
  jobs.follow(job);
  return new Promise((resolve) => {
    const stop = $effect.root(() => {
      $effect(() => {
        const current = jobs.all.get(job.id);
        if (!current || !hasEnded(current)) return;
        resolve(current);
        queueMicrotask(() => stop());
      });
    });
  });
}
