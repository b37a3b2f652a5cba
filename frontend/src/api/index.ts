/** Every request that the page can send to the server, typed. */
import { ground } from "../ground.svelte";
import { ofShown } from "../shown-folder";
import { encodeBody, fileForm, get, request, send } from "./http";
import type {
  CollectionInfo, CreatedPicture, DesktopAction, Families, Family, FamilyChoice, Fidelity, FolderRoleChange, FolderRoleRequest, FolderContents, FolderPlaces,
  FolderSurvey, Generator, Groups, ImagineRequest, Job, JobDetails, JobRequest, KeepRule, LabelChange, LabelColour, LabelEdit, LabelOverview, LabelsChange,
  LabelsChangeAnswer, LastImport, MapData, Match, MeaningColumns, MorphRequest, PictureColumns, PictureFacts, PictureQuery, ProblemFile, Removal, Sample, SavedFiles, SavedSearch,
  SaveRequest, Scan, ScanView, Story, StoryFilmRequest, Suggestions, TrashPlan, TrashRequest, VaryRequest, VerdictChange, VerdictRequest,
} from "./types";

export { ApiError } from "./http";
export type * from "./types";

export type Side = 256 | 512 | 1024 | 2048 | 4096 | 8192;

/** Addresses of pictures. They change with the collection and with the ground that the person chose, so that browsers may keep what they got. */
export const imageUrl = {
  /** A picture with its transparency, at most 256 pixels large. */
  thumbnail: (key: string): string => imageUrl.picture(key, 256),
  /** A picture with its transparency. */
  picture: (key: string, side: Side = 2048): string => ofShown(`/api/cutouts/${key}?side=${side}&on=${ground.kind}`),
  /** A picture on white, to compare it with another one. */
  onWhite: (key: string, side: Side = 2048) => ofShown(`/api/pictures/${key}?side=${side}`),
  /** A version of a work, laid on another version. */
  laidOn: (key: string, version: string, side: 256 | 512 | 1024 | 2048 = 1024) => ofShown(`/api/pieces/${key}/story/${version}?side=${side}`),
  sketch: (key: string) => ofShown(`/api/pictures/${key}/redrawn`),
  scan: (id: string, side: Side = 1024) => ofShown(`/api/scans/${id}/whole?side=${side}`),
};

export const api = {
  info: () => get<CollectionInfo>("/api/info"),

  /** Where to begin to look for a folder; only for the person at the machine of the server, as all that follows. */
  places: () => get<FolderPlaces>("/api/folders/places"),
  folder: (path: string, signal?: AbortSignal) => get<FolderContents>("/api/folders", { path }, signal),
  /** Show another folder; refused as long as something is unfinished, unless it may be discarded. */
  openFolder: (path: string, discards: boolean) => send<{ name: string }>("POST", "/api/folders/open", { path, discards }),
  forgetFolder: (path: string) => send<void>("POST", "/api/folders/forget", { path }),

  /** The files that a scan of the folder would find; they are only counted. */
  surveyFolder: () => get<FolderSurvey>("/api/folder"),

  /** All pictures that pass the filters, and have the words of `q` if it is given. */
  pictures: (query: PictureQuery & { q?: string } = {}, signal?: AbortSignal) =>
    get<PictureColumns>(query.q ? "/api/search" : "/api/pieces", query, signal),
  /** The pictures that show what the words of `q` say, without those that have them; the first answer takes seconds. */
  picturesByMeaning: (query: PictureQuery & { q: string; k?: number }, signal?: AbortSignal) => get<MeaningColumns>("/api/search/meaning", query, signal),
  /** Store a selection on the server, for `pictures({selection})`. */
  createSelection: (keys: string[]) => send<{ id: string }>("POST", "/api/selections", { pieces: keys }),
  problems: () => get<ProblemFile[]>("/api/problems"),
  /** Request a picture only to learn why it can't be shown: throws the reason. */
  tryPicture: (key: string, side: Side) => request(imageUrl.picture(key, side)),
  facts: (key: string) => get<PictureFacts>(`/api/pieces/${key}`),
  nearest: (key: string, k = 24, by: "look" | "meaning" = "look") => get<Match[]>(`/api/pieces/${key}/nearest`, { k, by }),
  find: (picture: Blob, k = 48) => send<Match[]>("POST", `/api/find?k=${k}`, fileForm("picture", picture)),

  /** The pictures most like a drawing on white, or with most of some colours, each as its digits and its share: `c0392b:40`. */
  drawToFind: (drawing: Blob | null, colours: string[], k = 120, signal?: AbortSignal) => {
    const query = new URLSearchParams([...colours.map((colour) => ["colours", colour]), ["k", String(k)]]);
    return send<PictureColumns>("POST", `/api/draw?${query}`, drawing ? fileForm("drawing", drawing, "drawing.png") : undefined, signal);
  },

  story: (key: string) => get<Story>(`/api/pieces/${key}/story`),
  saveStory: (key: string, body: StoryFilmRequest) => send<Job>("POST", `/api/pieces/${key}/story/film`, body),

  families: (query: { keep?: KeepRule | null; series?: boolean; offset?: number; limit?: number } = {}) => get<Families>("/api/families", query),
  familyOf: (key: string) => get<Family | null>(`/api/pieces/${key}/family`),
  /** The shell script as text; it covers all families if none is named. */
  familyScript: async (query: { keep?: KeepRule | null; families?: number[]; choices?: FamilyChoice[] } = {}) =>
    (await request("/api/families/script", { method: "POST", ...encodeBody(query) })).text(),

  /** Move files to the system's trash, by a job. */
  moveToTrash: (body: TrashRequest) => send<Job>("POST", "/api/families/trash", body),
  /** What would go if pictures were moved to the trash. */
  planTrash: (keys: string[]) => send<TrashPlan>("POST", "/api/pieces/trash/plan", { pieces: keys }),
  movePicturesToTrash: (keys: string[]) => send<Job>("POST", "/api/pieces/trash", { pieces: keys }),
  /** Open a picture's file in the system's program, or show it in the file manager. */
  onDesktop: (key: string, action: DesktopAction) => send<void>("POST", `/api/pieces/${key}/desktop`, { action }),
  /** The removals that can be undone, the latest first. */
  removals: () => get<Removal[]>("/api/families/trash"),
  undoRemoval: (id: string) => send<Job>("POST", `/api/families/trash/${id}/undo`),
  setVerdict: (body: VerdictRequest) => send<VerdictChange>("POST", "/api/verdicts", body),
  setFolderRole: (body: FolderRoleRequest) => send<FolderRoleChange>("PUT", "/api/folder-roles", body),

  searches: () => get<SavedSearch[]>("/api/searches"),
  saveSearch: (search: SavedSearch) => send<void>("POST", "/api/searches", search),
  deleteSearch: (name: string) => send<void>("POST", "/api/searches/delete", { name }),
  groups: () => get<Groups>("/api/groups"),
  renameGroup: (number: number, name: string) => send<Groups>("PATCH", `/api/groups/${number}`, { name }),
  mergeGroups: (number: number, other: number) => send<Groups>("POST", `/api/groups/${number}/merge`, { other }),
  splitGroup: (number: number) => send<Groups>("POST", `/api/groups/${number}/split`),
  moveToGroup: (number: number, keys: string[]) => send<Groups>("POST", `/api/groups/${number}/pin`, { pieces: keys }),
  /** Undo the last change of the groups; refused if another change has become the last one. */
  undoGroups: (change: number) => send<Groups>("POST", `/api/groups/undo?change=${change}`),
  map: () => get<MapData>("/api/map"),

  labels: () => get<Record<string, number>>("/api/labels"),
  /** The labels that some pictures have, and how many of these pictures have each. */
  labelsOf: (keys: string[]) => send<Record<string, number>>("POST", "/api/labels/counts", { pieces: keys }),
  changeManyLabels: (change: LabelsChange) => send<LabelsChangeAnswer>("POST", "/api/labels/changes", change),
  changeLabels: (change: LabelChange) => send<Record<string, number>>("POST", "/api/labels", change),
  /** Every label with a few of its pictures. */
  labelOverview: () => get<LabelOverview[]>("/api/labels/overview"),
  /** Give labels one name: one label is renamed, several become one. */
  renameLabels: (labels: string[], name: string) => send<LabelEdit>("POST", "/api/labels/rename", { labels, name }),
  colourLabels: (labels: string[], colour: LabelColour | null) => send<void>("POST", "/api/labels/colour", { labels, colour }),
  deleteLabels: (labels: string[]) => send<LabelEdit>("POST", "/api/labels/delete", { labels }),
  /** Undo a change of whole labels; refused if they have changed since. */
  undoLabelEdit: (change: number) => send<Record<string, number>>("POST", `/api/labels/undo?change=${change}`),
  /** The import of labels that can be undone; null if there is none. */
  lastImport: () => get<LastImport | null>("/api/labels/import"),
  undoImport: () => send<Record<string, number>>("POST", "/api/labels/import/undo"),
  suggestions: (label: string, k = 24) => get<Suggestions>("/api/suggestions", { label, k }),

  scans: () => get<string[]>("/api/scans"),
  uploadScan: (file: Blob) => send<Scan>("POST", "/api/scans", fileForm("scan", file)),
  scan: (id: string) => get<Scan>(`/api/scans/${id}`),
  deleteScan: (id: string) => send<void>("DELETE", `/api/scans/${id}`),
  /** A part of a scan at 1:1, as a PNG. */
  scanView: async (id: string, part: Partial<ScanView> & Pick<ScanView, "width" | "height">, signal?: AbortSignal) =>
    (await request(`/api/scans/${id}/look`, { method: "POST", ...encodeBody(part), signal: signal ?? null })).blob(),
  saveMask: (id: string, mask: Blob) => send<void>("PUT", `/api/scans/${id}/mask`, fileForm("mask", mask, "mask.png")),
  deleteMask: (id: string) => send<void>("DELETE", `/api/scans/${id}/mask`),

  sample: (key: string, fidelity: Fidelity) => get<Sample>(`/api/pieces/${key}/sample/${fidelity}`),

  generator: () => get<Generator>("/api/painter"),
  imagine: (body: ImagineRequest) => send<CreatedPicture[]>("POST", "/api/created/imagine", body),
  vary: (body: VaryRequest) => send<CreatedPicture[]>("POST", "/api/created/vary", body),
  morph: (body: MorphRequest) => send<CreatedPicture[]>("POST", "/api/created/morph", body),
  created: () => get<CreatedPicture[]>("/api/created"),
  saveCreated: (body: SaveRequest) => send<SavedFiles>("POST", "/api/created/save", body),

  jobs: () => get<Job[]>("/api/jobs"),
  job: (id: string) => get<JobDetails>(`/api/jobs/${id}`),
  startJob: (body: JobRequest) => send<Job>("POST", "/api/jobs", body),
  cancelJob: (id: string) => send<Job>("POST", `/api/jobs/${id}/cancel`),

  logIn: (password: string) => send<void>("POST", "/api/session", { password }),
};
