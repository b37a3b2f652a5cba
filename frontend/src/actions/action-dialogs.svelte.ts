/** The dialog of an action on pictures that is open, over whatever view. `ActionDialogs.svelte` shows it. */

/** A picture, and the path of its first file below the collection's folder. */
export interface ActionPicture {
  key: string;
  path: string;
}

export type DialogName = "label" | "compare" | "download" | "trash";

class ActionDialogState {
  current = $state.raw<{ name: DialogName; pictures: readonly ActionPicture[] } | null>(null);

  open(name: DialogName, pictures: readonly ActionPicture[]): void {
    if (pictures.length) this.current = { name, pictures };
  }

  close(): void {
    this.current = null;
  }
}

export const actionDialogs = new ActionDialogState();
