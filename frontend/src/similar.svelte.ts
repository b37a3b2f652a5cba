/** The latest search for pictures similar to one that was dropped, pasted or chosen; it lasts until the page is closed. */
import { api, type Match } from "./api";
import { router } from "./router.svelte";

class SimilarSearch {
  name = $state("");
  url = $state<string | null>(null);
  matches = $state.raw<Match[] | null>(null);
  error = $state.raw<unknown>(null);

  /** Open the view of similar pictures and search. */
  async start(picture: File): Promise<void> {
    if (this.url) URL.revokeObjectURL(this.url);
    [this.name, this.url, this.matches, this.error] = [picture.name, URL.createObjectURL(picture), null, null];
    router.go("/like");
    const url = this.url; // tells whether another search has started meanwhile
    try {
      const matches = await api.find(picture);
      if (url === this.url) this.matches = matches;
    } catch (error) {
      if (url === this.url) this.error = error;
    }
  }
}

export const similarSearch = new SimilarSearch();
