/** Fidelities and coders in plain words. */
import type { Fidelity, Job } from "../api";

export const FIDELITIES: readonly { value: Fidelity; name: string; short: string; words: string }[] = [
  {
    value: "lossless", name: "Lossless", short: "nothing is lost",
    words: "Every pixel, and all that the file held beside them, comes back as it was. The safe choice for originals.",
  },
  {
    value: "high", name: "High", short: "looks the same",
    words: "Pictures may come back as AVIF, JPEG XL or WebP that nobody tells from the original when looking at 1:1. Where that saves nothing, nothing is lost.",
  },
  {
    value: "medium", name: "Medium", short: "looks alike",
    words: "Much smaller. Fine grain may soften where one looks closely: to show and to send, not the only copy.",
  },
  {
    value: "preview", name: "Preview", short: "1 kB each",
    words: "A small sketch of everything, to carry along: ten thousand pieces in some twelve megabytes. Shown here at 512 pixels. Never the only copy.",
  },
];

const CODERS: Record<string, string> = {
  jpeg: "JPEG, packed tighter", "jpeg-xl": "JPEG XL", webp: "WebP", png: "PNG", xz: "xz", stored: "kept as it is",
  avif: "AVIF, alike", "jpeg-xl-lossy": "JPEG XL, alike", "webp-lossy": "WebP, alike",
  "avif-restored": "AVIF, redrawn by a net", net: "the net that redraws",
};

export function coderName(coder: string): string {
  return CODERS[coder] ?? coder;
}

/** "43 %" of what is no longer there; nothing was saved where it grew. */
export function saved(before: number, after: number): string {
  const share = before ? Math.max(0, 1 - after / before) : 0;
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}

export interface Saved {
  pieces: number;
  original_bytes: number;
  bytes: number;
}

/** What a job of the kind `compress` answers. */
export interface Told {
  archive: string;
  fidelity: Fidelity;
  pieces: number;
  contents: number;
  original_bytes: number;
  bytes: number;
  coded: number;
  coders: Record<string, Saved>;
  left_out: Record<string, string>;
  left_out_count: number;
  report: string | null;
}

export function told(job: Job | undefined): Told | null {
  return job?.state === "done" && job.answer ? (job.answer as unknown as Told) : null;
}
