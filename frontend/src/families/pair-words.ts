/** What a person can say about two pictures: the words on the buttons, and the messages afterwards. */
import type { Family } from "../api";
import type { Verdict } from "./outcome";

export interface PairWord {
  verdict: Verdict;
  label: string;
  meaning: string;
  message: string;
}

const SAME: PairWord = {
  verdict: "same", label: "Same picture", meaning: "One picture in two files.", message: "They count as the same picture",
};
const VERSION: PairWord = {
  verdict: "version", label: "A version", meaning: "Another stage of the same work. Both stay.", message: "They count as versions of one work",
};
const DIFFERENT: PairWord = {
  verdict: "different", label: "Different works", meaning: "They are not shown together any more.", message: "They count as different works",
};
const KEEP: PairWord = {
  verdict: "keep", label: "Keep both", meaning: "Neither is proposed for the trash because of the other.", message: "Both stay",
};
const NOT_OF_SERIES: PairWord = { ...DIFFERENT, label: "Not in this series", message: "It is out of the series" };

/** The words for pairs of a family, or of a series, in which no file is proposed for the trash anyway. */
export function wordsFor(family: Family): readonly PairWord[] {
  return family.is_series ? [SAME, VERSION, NOT_OF_SERIES] : [SAME, VERSION, DIFFERENT, KEEP];
}
