/** Everything that the server can be asked, typed. */
import { ask, content, form, get, send, address } from "./ask";
import type {
  Choice, Columns, Facts, Families, Family, Fidelity, Found, Groups, Info, Job, JobWhole, Look, Places, ProblemFile, Rule, Said,
  Sample, Scan, Session, Suggestions, Wanted, Wish, Created, Imagine, Morph, Painter, Save, Saved, Vary,
} from "./types";

export { ApiError } from "./ask";
export type * from "./types";

export type Side = 256 | 512 | 1024 | 2048 | 4096 | 8192;

/** Addresses of pictures. */
export const shown = {
  thumbnail: (key: string) => `/api/thumbnails/${key}`,
  picture: (key: string, side: Side = 2048) => `/api/pictures/${key}?side=${side}`,
  redrawn: (key: string) => `/api/pictures/${key}/redrawn`,
  scan: (id: string, side: Side = 1024) => `/api/scans/${id}/whole?side=${side}`,
};

export const api = {
  info: () => get<Info>("/api/info"),

  pieces: (wanted: Wanted = {}, signal?: AbortSignal) => get<Columns>("/api/pieces", wanted, signal),
  /** Keeps a selection, for `pieces({selection})`. */
  select: (pieces: string[]) => send<{ id: string }>("POST", "/api/selections", { pieces }),
  problems: () => get<ProblemFile[]>("/api/problems"),
  facts: (key: string) => get<Facts>(`/api/pieces/${key}`),
  nearest: (key: string, k = 24) => get<Found[]>(`/api/pieces/${key}/nearest`, { k }),
  find: (picture: Blob, k = 48) => send<Found[]>("POST", `/api/find?k=${k}`, form("picture", picture)),

  families: (wanted: { keep?: Rule | null; offset?: number; limit?: number } = {}) =>
    get<Families>("/api/families", wanted),
  familyOf: (key: string) => get<Family | null>(`/api/pieces/${key}/family`),
  /** A shell script as text; all families when none is named. */
  script: async (wanted: { keep?: Rule | null; families?: number[]; choices?: Choice[] } = {}) =>
    (await ask("/api/families/script", { method: "POST", ...content(wanted) })).text(),

  groups: () => get<Groups>("/api/groups"),
  renameGroup: (number: number, name: string) => send<Groups>("PATCH", `/api/groups/${number}`, { name }),
  mergeGroups: (number: number, other: number) => send<Groups>("POST", `/api/groups/${number}/merge`, { other }),
  splitGroup: (number: number) => send<Groups>("POST", `/api/groups/${number}/split`),
  pin: (number: number, pieces: string[]) => send<Groups>("POST", `/api/groups/${number}/pin`, { pieces }),
  undoGroups: () => send<Groups>("POST", "/api/groups/undo"),
  map: () => get<Places>("/api/map"),

  labels: () => get<Record<string, number>>("/api/labels"),
  teach: (said: Said) => send<Record<string, number>>("POST", "/api/labels", said),
  suggestions: (label: string, k = 24) => get<Suggestions>("/api/suggestions", { label, k }),

  scans: () => get<string[]>("/api/scans"),
  drop: (scan: Blob) => send<Scan>("POST", "/api/scans", form("scan", scan)),
  scan: (id: string) => get<Scan>(`/api/scans/${id}`),
  forget: (id: string) => send<void>("DELETE", `/api/scans/${id}`),
  /** A part at 1:1, as a PNG. */
  look: async (id: string, part: Partial<Look> & Pick<Look, "width" | "height">, signal?: AbortSignal) =>
    (await ask(`/api/scans/${id}/look`, { method: "POST", ...content(part), signal: signal ?? null })).blob(),
  protect: (id: string, mask: Blob) => send<void>("PUT", `/api/scans/${id}/mask`, form("mask", mask, "mask.png")),
  unprotect: (id: string) => send<void>("DELETE", `/api/scans/${id}/mask`),

  sample: (key: string, fidelity: Fidelity) => get<Sample>(`/api/pieces/${key}/sample/${fidelity}`),

  painter: () => get<Painter>("/api/painter"),
  imagine: (wish: Imagine) => send<Created[]>("POST", "/api/created/imagine", wish),
  vary: (wish: Vary) => send<Created[]>("POST", "/api/created/vary", wish),
  morph: (wish: Morph) => send<Created[]>("POST", "/api/created/morph", wish),
  created: () => get<Created[]>("/api/created"),
  save: (wish: Save) => send<Saved>("POST", "/api/created/save", wish),

  jobs: () => get<Job[]>("/api/jobs"),
  job: (id: string) => get<JobWhole>(`/api/jobs/${id}`),
  begin: (wish: Wish) => send<Job>("POST", "/api/jobs", wish),
  cancel: (id: string) => send<Job>("POST", `/api/jobs/${id}/cancel`),

  session: () => get<Session>("/api/session"),
  enter: (password: string) => send<void>("POST", "/api/session", { password }),
  leave: () => send<void>("DELETE", "/api/session"),
};

export { address };
