/** Which files of a family stay and which are set aside. The page only prepares this; the script does it when the person runs it. */
import type { Family, FamilyMember, KeepRule } from "../api";

export type KeepOption = KeepRule | "suggested";
/** Which duplicates are set aside: only exact ones, or near ones as well. */
export type Extent = "exact" | "near";
export type MemberKind = FamilyMember["kind"];

export interface Outcome {
  keep: string; // the file that always stays
  aside: string[]; // the files to set aside
}

export const KEEP_OPTIONS: readonly (readonly [KeepOption, string])[] = [
  ["suggested", "the suggested file"],
  ["largest", "the largest"],
  ["layered", "the one with layers"],
  ["coloured", "the one in colour"],
  ["latest", "the latest"],
];

export const EXTENT_OPTIONS: readonly (readonly [Extent, string])[] = [["near", "all duplicates"], ["exact", "only exact duplicates"]];

export const KIND_NAMES: Record<MemberKind, string> = { exact: "duplicate", near: "near duplicate", version: "version" };

/** The members, oldest first. */
export function oldestFirst(family: Family): FamilyMember[] {
  return [...family.members].sort((first, second) => first.modified - second.modified || (first.path < second.path ? -1 : 1));
}

/** The name of a family: its cover's file, which stays the same when families are searched again. */
export function nameOf(family: Family): string {
  return family.members[0]!.file;
}

export function memberOf(family: Family, file: string): FamilyMember {
  return family.members.find((member) => member.file === file) ?? family.members[0]!;
}

/**
 * What a member is in relation to another one. The server compared each member with the cover only; where that doesn't answer the
 * question, the member counts as a version, which stays.
 */
export function kindComparedWith(member: FamilyMember, keep: FamilyMember): MemberKind {
  if (member.key === keep.key || keep.kind === "exact") return member.key === keep.key ? "exact" : member.kind;
  if (keep.kind === "near") return member.kind === "version" ? "version" : "near";
  return "version";
}

export function suggestOutcome(family: Family, rule: KeepOption, extent: Extent): Outcome {
  const suggested = rule === "suggested" ? undefined : family.would_keep[rule];
  return outcomeOfKeeping(family, suggested?.file ?? nameOf(family), extent);
}

/** The outcome if one file is kept: its duplicates are set aside, near ones if the extent covers them; versions never are. */
export function outcomeOfKeeping(family: Family, file: string, extent: Extent): Outcome {
  const keep = memberOf(family, file);
  const isCovered = (kind: MemberKind) => kind === "exact" || (kind === "near" && extent === "near");
  const aside = family.members.filter((member) => member.file !== keep.file && isCovered(kindComparedWith(member, keep)));
  return { keep: keep.file, aside: aside.map((member) => member.file) };
}

/** The reason to keep a file; empty if only the person chose it. */
export function reasonToKeep(family: Family, file: string): string {
  if (file === nameOf(family)) return family.reason;
  return Object.values(family.would_keep).find((choice) => choice.file === file)?.reason ?? "";
}

/** The bytes of the files that are set aside. */
export function bytesAside(family: Family, outcome: Outcome): number {
  const aside = new Set(outcome.aside);
  return family.members.reduce((sum, member) => sum + (aside.has(member.file) ? member.bytes : 0), 0);
}
