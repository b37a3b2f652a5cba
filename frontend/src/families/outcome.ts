/** What a family's files are, which of them stay, and which are ticked for the trash. */
import type { Family, FamilyChoice, FamilyMember } from "../api";

export type MemberKind = FamilyMember["kind"];
export type Verdict = NonNullable<FamilyMember["verdict"]>;
export type FamilyTab = "duplicates" | "versions" | "series";

export interface Outcome {
  keep: string; // the file that always stays
  aside: string[]; // the files that are ticked for the trash
}

const KINDS: readonly MemberKind[] = ["exact", "resave", "edit", "version", "variant"]; // from the closest to the farthest
export const KIND_NAMES: Record<MemberKind, string> = {
  exact: "exact duplicate", resave: "saved again", edit: "edited duplicate", version: "version", variant: "variant",
};
/** What the person has said about a picture and the one that stands first. */
export const VERDICT_NOTES: Record<Verdict, string> = {
  same: "You said: the same picture", version: "You said: a version", different: "You said: different works", keep: "You keep both",
};

/** The tab of a family: what may go, or must be looked at side by side, is among the duplicates. */
export function tabOf(family: Family): FamilyTab {
  if (family.is_series) return "series";
  return family.members.some((member) => member.preselected || member.kind === "edit") ? "duplicates" : "versions";
}

/** The name of a family: its cover's file, which stays the same when families are searched again. */
export function nameOf(family: Family): string {
  return family.members[0]!.file;
}

export function memberOf(family: Family, file: string): FamilyMember {
  return family.members.find((member) => member.file === file) ?? family.members[0]!;
}

/** The members, the kept one first. */
export function keptFirst(family: Family, outcome: Outcome): FamilyMember[] {
  const keep = memberOf(family, outcome.keep);
  return [keep, ...family.members.filter((member) => member !== keep)];
}

/** What a member is in relation to another one. The server compared both with the cover: the farther of the two counts. */
export function kindComparedWith(member: FamilyMember, other: FamilyMember): MemberKind {
  if (member.key === other.key) return "exact";
  return KINDS[Math.max(KINDS.indexOf(member.kind), KINDS.indexOf(other.kind))]!;
}

/** Whether a person can tick a file at all: other works, and files in protected folders, stay. */
export function canTick(family: Family, member: FamilyMember, keep: string): boolean {
  return !family.is_series && member.kind !== "variant" && member.role !== "protected" && member.file !== keep;
}

/** Only preselected files are ticked by themselves. */
export function suggestOutcome(family: Family): Outcome {
  return outcomeOfKeeping(family, nameOf(family));
}

/** The outcome if one file is kept. Unless it has the cover's pixels, nothing is ticked: it was compared only with the cover. */
export function outcomeOfKeeping(family: Family, file: string): Outcome {
  const [cover, keep] = [family.members[0]!, memberOf(family, file)];
  const isAsCover = keep === cover || (keep.kind === "exact" && keep.preselected);
  const aside = family.members.filter((member) => (member.preselected || member === cover) && canTick(family, member, keep.file));
  return { keep: keep.file, aside: isAsCover ? aside.map((member) => member.file) : [] };
}

/** The reason to keep a file. */
export function reasonToKeep(family: Family, file: string): string {
  return file === nameOf(family) ? family.reason : "you chose it";
}

/** The files that are ticked. */
export function tickedIn(family: Family, outcome: Outcome): FamilyMember[] {
  return family.members.filter((member) => outcome.aside.includes(member.file));
}

export function choiceOf(family: Family, outcome: Outcome): FamilyChoice {
  return { family: family.number, ...outcome };
}

/** A folder's name for people. */
export function folderName(folder: string): string {
  return folder === "." ? "the collection's own folder" : `“${folder}”`;
}
