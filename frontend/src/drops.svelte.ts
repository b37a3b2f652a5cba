/** Pictures that are dropped or pasted anywhere. The newest view that claims them gets them; else they are looked up. */

import { untrack } from "svelte";

export type Receiver = { words: string; take: (files: File[]) => void };

class Drops {
  private claims = $state.raw<Receiver[]>([]);
  receiver = $derived(this.claims.at(-1));

  /** Take what is dropped from now on; call what comes back to stop. In an effect: `$effect(() => drops.claim(...))`. */
  claim(receiver: Receiver): () => void {
    untrack(() => (this.claims = [...this.claims, receiver])); // else the effect that claims would run again
    return () => {
      this.claims = this.claims.filter((one) => one !== receiver);
    };
  }
}

export const drops = new Drops();

/** The files of what was dropped or pasted. */
export function filesIn(data: DataTransfer | null): File[] {
  return data ? [...data.files] : [];
}
