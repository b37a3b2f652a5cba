/** Files that are dropped or pasted anywhere on the page. The newest view that claims them gets them; without one, similar pictures are searched. */

import { untrack } from "svelte";

/** `prompt` is shown while files are dragged over the page; `receive` gets them. */
export type DropReceiver = { prompt: string; receive: (files: File[]) => void };

class Drops {
  private claims = $state.raw<DropReceiver[]>([]);
  receiver = $derived(this.claims.at(-1));

  /** Receive all dropped files until the returned function is called. In an effect: `$effect(() => drops.claim(...))`. */
  claim(receiver: DropReceiver): () => void {
    untrack(() => (this.claims = [...this.claims, receiver])); // otherwise the effect that claims would run again
    return () => {
      this.claims = this.claims.filter((claim) => claim !== receiver);
    };
  }
}

export const drops = new Drops();

/** The files of a drop or a paste. */
export function filesIn(data: DataTransfer | null): File[] {
  return data ? [...data.files] : [];
}
