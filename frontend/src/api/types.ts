/** Short names for what the server sends and accepts. `npm run types` generates `schema.d.ts` from `openapi.json`. */
import type { components, paths } from "./schema";

type Schemas = components["schemas"];

export type CollectionInfo = Schemas["InfoOut"];
export type FolderSurvey = Schemas["FolderOut"];
export type FolderPlaces = Schemas["PlacesOut"];
export type FolderContents = Schemas["FolderContentsOut"];
export type NamedFolder = Schemas["NamedFolderOut"];
export type ListedFolder = Schemas["ListedFolderOut"];
export type PictureColumns = Schemas["PictureColumnsOut"];
export type MeaningColumns = Schemas["MeaningOut"];
export type ProblemFile = Schemas["ProblemFileOut"];
export type PictureFacts = Schemas["PictureOut"];
export type Match = Schemas["MatchOut"];
export type Family = Schemas["FamilyOut"];
export type FamilyMember = Schemas["FamilyMemberOut"];
export type Families = Schemas["FamiliesOut"];
export type FamilyChoice = Schemas["FamilyChoiceIn"];
export type TrashRequest = Pick<Schemas["TrashIn"], "choices"> & Partial<Schemas["TrashIn"]>;
export type Removal = Schemas["RemovalOut"];
export type VerdictRequest = Schemas["VerdictIn"];
export type VerdictChange = Schemas["VerdictOut"];
export type FolderRoleRequest = Schemas["FolderRoleIn"];
export type FolderRoleChange = Schemas["FolderRoleChangeOut"];
export type FolderRole = NonNullable<FolderRoleRequest["role"]>;
export type Story = Schemas["StoryOut"];
export type StoryStage = Schemas["StoryStageOut"];
export type StoryFilmRequest = Pick<Schemas["StoryFilmIn"], "name" | "stages"> & Partial<Schemas["StoryFilmIn"]>;
export type SavedSearch = Schemas["SavedSearch"];
export type Group = Schemas["GroupOut"];
export type Groups = Schemas["GroupsOut"];
export type MapData = Schemas["MapOut"];
export type Suggestion = Schemas["SuggestionOut"];
export type Suggestions = Schemas["SuggestionsOut"];
export type Scan = Schemas["ScanOut"];
export type ScanView = Schemas["ScanViewIn"];
export type Strengths = Schemas["StrengthsIn"];
export type Sample = Schemas["SampleOut"];
export type Job = Schemas["JobOut"];
export type JobDetails = Schemas["JobDetailsOut"];
export type Loss = Schemas["LossOut"];

export type Fidelity = Schemas["CompressIn"]["fidelity"];
export type KeepRule = NonNullable<Schemas["FindFamiliesIn"]["keep"]>;
export type PictureQuery = NonNullable<paths["/api/pieces"]["get"]["parameters"]["query"]>;
export type LabelChange = Pick<Schemas["LabelIn"], "label"> & Partial<Schemas["LabelIn"]>;

export type LabelsChange = Pick<Schemas["LabelsChangeIn"], "pieces"> & Partial<Schemas["LabelsChangeIn"]>;
export type LabelsChangeAnswer = Schemas["LabelsChangeOut"];
export type LabelColour = NonNullable<Schemas["LabelOverviewOut"]["colour"]>;
export type LabelOverview = Schemas["LabelOverviewOut"];
export type LabelEdit = Schemas["LabelEditOut"];
export type LastImport = Schemas["LastImportOut"];
export type TrashPlan = Schemas["TrashPlanOut"];
export type DesktopAction = Schemas["DesktopIn"]["action"];

export type Generator = Schemas["GeneratorOut"];
export type CreatedPicture = Schemas["CreatedOut"];
export type SavedFiles = Schemas["SavedOut"];
export type ImagineRequest = Partial<Schemas["ImagineIn"]>;
export type VaryRequest = Pick<Schemas["VaryIn"], "picture"> & Partial<Schemas["VaryIn"]>;
export type MorphRequest = Pick<Schemas["MorphIn"], "pictures"> & Partial<Schemas["MorphIn"]>;
export type SaveRequest = Pick<Schemas["SaveIn"], "pictures" | "name"> & Partial<Schemas["SaveIn"]>;

/** A request that starts a job: its kind, what it needs, and whatever differs from the defaults. */
type JobBody<T extends { kind: string }, Needed extends keyof T = "kind"> = Pick<T, "kind" | Needed> & Partial<T>;
export type JobRequest =
  | JobBody<Schemas["LearnIn"]>
  | JobBody<Schemas["FindFamiliesIn"]>
  | JobBody<Schemas["MakeGroupsIn"]>
  | JobBody<Schemas["MakeMapIn"]>
  | JobBody<Schemas["PrepareIn"]>
  | JobBody<Schemas["ImportLabelsIn"]>
  | JobBody<Schemas["CompressIn"], "name">
  | JobBody<Schemas["CleanIn"], "name" | "scans">;
