/** Searches for similar pictures. What they found stays until the page is closed, so that a person can come back to it. */
import { api, imageUrl, type Match } from "./api";
import { fileName } from "./format";
import { relativesOf } from "./picture/relatives";
import { router } from "./router.svelte";

const MAX_MATCHES = 48;

/** Whether pictures are compared by how they look, or by what they show, as the eye of the collection sees it. */
export type SimilarBy = "look" | "meaning";

/** A picture that a search found. */
export type SimilarPicture = Pick<Match, "key" | "path" | "width" | "height" | "files" | "is_same_work">;

/** The latest search for pictures similar to one that was dropped, pasted or chosen. */
class SimilarSearch {
  name = $state("");
  url = $state<string | null>(null);
  matches = $state.raw<SimilarPicture[] | null>(null);
  error = $state.raw<unknown>(null);

  /** Open the view of similar pictures and search. */
  async start(picture: File): Promise<void> {
    if (this.url) URL.revokeObjectURL(this.url);
    [this.name, this.url, this.matches, this.error] = [picture.name, URL.createObjectURL(picture), null, null];
    router.go("/like", { replace: router.path === "/like" });
    const url = this.url; // tells whether another search has started meanwhile
    try {
      const matches = await api.find(picture);
      if (url === this.url) this.matches = matches;
    } catch (error) {
      if (url === this.url) this.error = error;
    }
  }
}

/** The latest search for pictures similar to one of the collection: its family first. */
class SimilarPictures {
  name = $state("");
  url = $state<string | null>(null);
  matches = $state.raw<SimilarPicture[] | null>(null);
  error = $state.raw<unknown>(null);
  private key = "";
  private by: SimilarBy = "look";

  async load(key: string, by: SimilarBy): Promise<void> {
    if (key !== this.key) [this.key, this.name, this.url, this.matches] = [key, "", imageUrl.thumbnail(key), null];
    this.by = by;
    try {
      const knownFamily = api.familyOf(key).catch(() => null); // similar pictures are shown without it
      const [facts, family, nearest] = await Promise.all([api.facts(key), knownFamily, api.nearest(key, MAX_MATCHES, by)]);
      if (key !== this.key || by !== this.by) return;
      const relatives = relativesOf(key, family).map((relative) => ({ ...relative, is_same_work: true }));
      const others = nearest.filter((match) => !relatives.some((relative) => relative.key === match.key));
      [this.name, this.matches, this.error] = [fileName(facts.files[0]?.path ?? key), [...relatives, ...others], null];
    } catch (error) {
      if (key === this.key) this.error = error;
    }
  }
}

export const similarSearch = new SimilarSearch();
export const similarPictures = new SimilarPictures();
