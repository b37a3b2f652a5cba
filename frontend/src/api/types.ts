/** The server's own words, by short names; `schema.d.ts` is made of `openapi.json` by `npm run types`. */
import type { components, paths } from "./schema";

type Schemas = components["schemas"];

export type Info = Schemas["Info"];
export type Columns = Schemas["Columns"];
export type ProblemFile = Schemas["ProblemFile"];
export type Facts = Schemas["Facts"];
export type Found = Schemas["Found"];
export type Family = Schemas["FamilyTold"];
export type Member = Schemas["MemberTold"];
export type Families = Schemas["FamiliesTold"];
export type Choice = Schemas["Chosen"];
export type Group = Schemas["GroupTold"];
export type Groups = Schemas["GroupsTold"];
export type Places = Schemas["Places"];
export type Suggested = Schemas["Suggested"];
export type Suggestions = Schemas["SuggestionsTold"];
export type Scan = Schemas["ScanTold"];
export type Look = Schemas["Look"];
export type Strengths = Schemas["Strengths"];
export type Sample = Schemas["SampleTold"];
export type Job = Schemas["JobTold"];
export type JobWhole = Schemas["JobWhole"];
export type Loss = Schemas["Loss"];
export type Session = Schemas["Session"];

export type Fidelity = Schemas["Compress"]["fidelity"];
export type Rule = NonNullable<Schemas["FindFamilies"]["keep"]>;
export type Wanted = NonNullable<paths["/api/pieces"]["get"]["parameters"]["query"]>;
export type Said = Pick<Schemas["Said"], "label"> & Partial<Schemas["Said"]>;

export type Painter = Schemas["PainterTold"];
export type Created = Schemas["CreatedTold"];
export type Saved = Schemas["Saved"];
export type Imagine = Partial<Schemas["Imagine"]>;
export type Vary = Pick<Schemas["Vary"], "picture"> & Partial<Schemas["Vary"]>;
export type Morph = Pick<Schemas["Morph"], "pictures"> & Partial<Schemas["Morph"]>;
export type Save = Pick<Schemas["Save"], "pictures" | "name"> & Partial<Schemas["Save"]>;

/** What begins a job: the kind, and what differs from what is usual. */
type Asked<T extends { kind: string }, Needed extends keyof T = "kind"> = Pick<T, "kind" | Needed> & Partial<T>;
export type Wish =
  | Asked<Schemas["Learn"]>
  | Asked<Schemas["FindFamilies"]>
  | Asked<Schemas["MakeGroups"]>
  | Asked<Schemas["LayMap"]>
  | Asked<Schemas["Prepare"]>
  | Asked<Schemas["Compress"], "name">
  | Asked<Schemas["Clean"], "name" | "scans">;
