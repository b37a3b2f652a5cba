/** Moves pictures to the system's trash, and says how that ended, with Undo. */
import { api, type Job } from "../api";
import { count } from "../format";
import { notices } from "../notices.svelte";
import { endOf } from "./job-end.svelte";

const SUBJECT = "trash";

/** What the jobs that move files and put them back answer. */
interface TrashAnswer {
  removal?: string | null;
  gone_count?: number;
  can_undo?: boolean;
  restored_count?: number;
  problems?: { path: string; reason: string }[];
  problem_count?: number;
}

/** Start moving pictures to the trash; the notice comes when the job has ended. Throws if it can't start. */
export async function trashPictures(keys: string[]): Promise<void> {
  const job = await api.movePicturesToTrash(keys);
  void endOf(job).then(reportEnd);
}

async function reportEnd(job: Job): Promise<void> {
  if (job.state !== "done") return reportFailure(job);
  const answer = (job.answer ?? {}) as TrashAnswer;
  const { removal, gone_count: gone = 0, can_undo: canUndo } = answer;
  notices.withdraw(SUBJECT);
  const message = `${count(gone, "file is", "files are")} in the trash${canUndo ? "" : "; the system's trash can put them back"}`;
  if (removal && canUndo) notices.show(message, { label: "Undo", subject: SUBJECT, run: () => putBack(removal) });
  else if (gone) notices.show(message);
  reportProblems(answer);
}

async function putBack(removal: string): Promise<void> {
  const job = await endOf(await api.undoRemoval(removal));
  if (job.state !== "done") return reportFailure(job);
  const answer = (job.answer ?? {}) as TrashAnswer;
  notices.show(`${count(answer.restored_count ?? 0, "file is", "files are")} back`);
  reportProblems(answer);
}

function reportProblems({ problems = [], problem_count: total = 0 }: TrashAnswer): void {
  if (problems[0]) notices.show(`${count(total, "file stays where it was", "files stay where they were")}: ${problems[0].reason}`);
}

function reportFailure(job: Job): void {
  if (job.state === "failed") notices.show(`${job.title}: ${job.problem ?? "it failed"}${job.hint ? `; ${job.hint}` : ""}`);
}
