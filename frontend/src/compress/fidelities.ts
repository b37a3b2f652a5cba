/** The fidelities and codecs of an archive in plain words. */
import type { Fidelity, Job } from "../api";

export const FIDELITIES: readonly { value: Fidelity; name: string; summary: string; description: string }[] = [
  {
    value: "lossless", name: "Lossless", summary: "nothing is lost",
    description: "Every pixel, and everything else in the file, comes back exactly as it was. The safe choice for originals.",
  },
  {
    value: "high", name: "High", summary: "looks the same",
    description: "Pictures may come back as AVIF, JPEG XL or WebP that look the same as the original at 1:1. Where this saves nothing, nothing is lost.",
  },
  {
    value: "medium", name: "Medium", summary: "looks similar",
    description: "Much smaller. Fine grain may look softer up close. Good for showing and sending, but not as the only copy.",
  },
  {
    value: "preview", name: "Preview", summary: "1 kB each",
    description: "A small sketch of everything, to carry with you: ten thousand pictures take about 12 MB. Shown here at 512 pixels. Never the only copy.",
  },
];

const CODEC_NAMES: Record<string, string> = {
  jpeg: "JPEG, repacked", "jpeg-tail": "JPEG with data behind the picture, repacked", "jpeg-xl": "JPEG XL", webp: "WebP", png: "PNG", xz: "xz", layered: "layers, taken apart", stored: "unchanged",
  avif: "AVIF, lossy", "jpeg-xl-lossy": "JPEG XL, lossy", "webp-lossy": "WebP, lossy",
  av1: "small preview, AV1", "av1-restored": "small preview, AV1, restored by a model",
  "avif-restored": "AVIF, restored by a model",
  net: "model for restoring",
};

/** What a preview leaves out of a file, in plain words, by the name in an archive's manifest. */
const LOSS_NAMES: Record<string, string> = {
  EXIF: "the camera's data (EXIF)", XMP: "labels and notes of programs (XMP)", profile: "the colour profile", MPF: "further pictures (MPF)",
  APP11: "content credentials (APP11)", APP13: "captions and keywords (IPTC, APP13)", comment: "the comment",
  tEXt: "text (tEXt)", zTXt: "text (zTXt)", iTXt: "text (iTXt)", "further frames": "further frames or pages",
  "more than 8 bits": "colours finer than 8 bits", "what follows the end": "data behind the picture, such as a film",
};

export function lossName(loss: string): string {
  return LOSS_NAMES[loss] ?? loss;
}

export function codecName(codec: string): string {
  return CODEC_NAMES[codec] ?? codec;
}

/** The saved share in percent, such as "43%"; never negative. */
export function savedShare(before: number, after: number): string {
  const share = before ? Math.max(0, 1 - after / before) : 0;
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)}%`;
}

export interface CodecSavings {
  pieces: number;
  original_bytes: number;
  bytes: number;
}

/** The answer of a job of the kind `compress`. */
export interface CompressAnswer {
  archive: string;
  fidelity: Fidelity;
  pieces: number;
  contents: number;
  original_bytes: number;
  bytes: number;
  coded: number;
  coders: Record<string, CodecSavings>;
  /** What else the originals of previews held, and how many files had it. */
  lost: Record<string, number>;
  /** The new path of each older file in the archive whose path was taken. */
  set_aside: Record<string, string>;
  set_aside_count: number;
  left_out: Record<string, string>;
  left_out_count: number;
  report: string | null;
}

export function compressAnswer(job: Job | undefined): CompressAnswer | null {
  return job?.state === "done" && job.answer ? (job.answer as unknown as CompressAnswer) : null;
}
