/** Opening another folder: the dialog to choose one, and the question before something unfinished is stopped. */
import { ApiError, api, type NamedFolder } from "../api";
import { leaveFolder } from "../shown-folder";

interface Question {
  folder: NamedFolder;
  /** What is unfinished, and what becomes of it. */
  work: string;
  outcome: string;
}

class Folders {
  /** Whether the dialog to choose a folder is open. */
  isChoosing = $state(false);
  question = $state.raw<Question | null>(null);
  /** The name of the folder that is being opened. */
  opening = $state<string | null>(null);

  /** Show a folder, and load the page again; ask first if something is unfinished. */
  async open(folder: NamedFolder, discards = false): Promise<void> {
    try {
      this.opening = folder.name;
      await api.openFolder(folder.path, discards);
      await leaveFolder("this page");
    } catch (error) {
      if (!(error instanceof ApiError) || error.kind !== "WorkUnfinished") throw error;
      this.question = { folder, work: error.message, outcome: error.hint };
    } finally {
      this.opening = null;
    }
  }
}

export const folders = new Folders();
