/** The server's own words, by short names; `schema.d.ts` is made of `openapi.json` by `npm run types`. */
import type { components, paths } from "./schema";

type Schemas = components["schemas"];

export type Info = Schemas["InfoOut"];
export type Columns = Schemas["PictureColumnsOut"];
export type ProblemFile = Schemas["ProblemFileOut"];
export type Facts = Schemas["PictureOut"];
export type Found = Schemas["MatchOut"];
export type Family = Schemas["FamilyOut"];
export type Member = Schemas["FamilyMemberOut"];
export type Families = Schemas["FamiliesOut"];
export type Choice = Schemas["FamilyChoiceIn"];
export type Group = Schemas["GroupOut"];
export type Groups = Schemas["GroupsOut"];
export type Places = Schemas["MapOut"];
export type Suggested = Schemas["SuggestionOut"];
export type Suggestions = Schemas["SuggestionsOut"];
export type Scan = Schemas["ScanOut"];
export type Look = Schemas["ScanViewIn"];
export type Strengths = Schemas["StrengthsIn"];
export type Sample = Schemas["SampleOut"];
export type Job = Schemas["JobOut"];
export type JobWhole = Schemas["JobDetailsOut"];
export type Loss = Schemas["LossOut"];
export type Session = Schemas["SessionOut"];

export type Fidelity = Schemas["CompressIn"]["fidelity"];
export type Rule = NonNullable<Schemas["FindFamiliesIn"]["keep"]>;
export type Wanted = NonNullable<paths["/api/pieces"]["get"]["parameters"]["query"]>;
export type Said = Pick<Schemas["LabelIn"], "label"> & Partial<Schemas["LabelIn"]>;

export type Painter = Schemas["GeneratorOut"];
export type Created = Schemas["CreatedOut"];
export type Saved = Schemas["SavedOut"];
export type Imagine = Partial<Schemas["ImagineIn"]>;
export type Vary = Pick<Schemas["VaryIn"], "picture"> & Partial<Schemas["VaryIn"]>;
export type Morph = Pick<Schemas["MorphIn"], "pictures"> & Partial<Schemas["MorphIn"]>;
export type Save = Pick<Schemas["SaveIn"], "pictures" | "name"> & Partial<Schemas["SaveIn"]>;

/** What begins a job: the kind, and what differs from what is usual. */
type Asked<T extends { kind: string }, Needed extends keyof T = "kind"> = Pick<T, "kind" | Needed> & Partial<T>;
export type Wish =
  | Asked<Schemas["LearnIn"]>
  | Asked<Schemas["FindFamiliesIn"]>
  | Asked<Schemas["MakeGroupsIn"]>
  | Asked<Schemas["MakeMapIn"]>
  | Asked<Schemas["PrepareIn"]>
  | Asked<Schemas["CompressIn"], "name">
  | Asked<Schemas["CleanIn"], "name" | "scans">;
