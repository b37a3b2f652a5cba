/** What of a family stays and what goes, as a rule proposes it. Nothing here is done: a script does it, when the person runs it. */
import type { Family, Member, Rule } from "../api";

export type Keep = Rule | "suggested";
export type Extent = "exact" | "near";
export type Kind = Member["kind"];

export interface Outcome {
  keep: string; // the file that stays whatever happens
  aside: string[]; // the files that go
}

export const RULES: readonly (readonly [Keep, string])[] = [
  ["suggested", "what is suggested"],
  ["largest", "the largest"],
  ["layered", "the one with layers"],
  ["coloured", "the one in colour"],
  ["latest", "the latest"],
];

export const KINDS: Record<Kind, string> = { exact: "same pixels", near: "near copy", version: "version" };

/** The members in the order of their making. */
export function inOrder(family: Family): Member[] {
  return [...family.members].sort((one, other) => one.modified - other.modified || (one.path < other.path ? -1 : 1));
}

/** A family is known by its cover, also after families were looked for again. */
export function nameOf(family: Family): string {
  return family.members[0]!.file;
}

export function memberOf(family: Family, file: string): Member {
  return family.members.find((member) => member.file === file) ?? family.members[0]!;
}

/** How a member stands to the file that is kept. The server compared with the cover; where that says too little, it is a version, which stays. */
export function kindBeside(member: Member, keep: Member): Kind {
  if (member.key === keep.key || keep.kind === "exact") return member.key === keep.key ? "exact" : member.kind;
  if (keep.kind === "near") return member.kind === "version" ? "version" : "near";
  return "version";
}

export function proposed(family: Family, rule: Keep, extent: Extent): Outcome {
  const told = rule === "suggested" ? undefined : family.would_keep[rule];
  return keeping(family, told?.file ?? nameOf(family), extent);
}

/** What goes when one file is kept: its copies, also the near ones if they are meant, and never versions. */
export function keeping(family: Family, file: string, extent: Extent): Outcome {
  const keep = memberOf(family, file);
  const goes = (kind: Kind) => kind === "exact" || (kind === "near" && extent === "near");
  const aside = family.members.filter((one) => one.file !== keep.file && goes(kindBeside(one, keep)));
  return { keep: keep.file, aside: aside.map((one) => one.file) };
}

/** Why a file is the one to keep, in words; empty where it is the person's own choice. */
export function reasonFor(family: Family, file: string): string {
  if (file === nameOf(family)) return family.reason;
  return Object.values(family.would_keep).find((would) => would.file === file)?.reason ?? "";
}

/** Bytes of the files that go. */
export function room(family: Family, outcome: Outcome): number {
  const aside = new Set(outcome.aside);
  return family.members.reduce((sum, member) => sum + (aside.has(member.file) ? member.bytes : 0), 0);
}
