/** What was asked for its like last: the picture that was dropped, and what was found. It is kept while the page is open. */
import { api, type Found } from "./api";
import { place } from "./router.svelte";

class Likeness {
  name = $state("");
  url = $state<string | null>(null);
  found = $state.raw<Found[] | null>(null);
  error = $state.raw<unknown>(null);

  async find(picture: File): Promise<void> {
    if (this.url) URL.revokeObjectURL(this.url);
    [this.name, this.url, this.found, this.error] = [picture.name, URL.createObjectURL(picture), null, null];
    place.go("/like");
    const asked = this.url;
    try {
      const found = await api.find(picture);
      if (asked === this.url) this.found = found;
    } catch (error) {
      if (asked === this.url) this.error = error;
    }
  }
}

export const likeness = new Likeness();
