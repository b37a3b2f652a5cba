/** What the person sees of the folders of this machine: where to begin, and the folders in the current one. */
import { api, type FolderContents, type FolderPlaces } from "../api";
import { collection } from "../collection.svelte";

export class FolderBrowser {
  places = $state.raw<FolderPlaces>({ recent: [], places: [] });
  contents = $state.raw<FolderContents | null>(null);
  /** The path as it stands in its field; the person may type another one. */
  typed = $state("");
  isBusy = $state(false);
  error = $state.raw<unknown>(null);
  private abort = new AbortController();

  /** Offer where to begin, and show the folder that is open, or the first place. */
  async begin(): Promise<void> {
    try {
      this.places = await api.places();
    } catch (error) {
      this.error = error;
    }
    const { places } = this.places;
    const first = this.parentOfOpen() ?? (places.find(({ kind }) => kind !== "here") ?? places[0])?.path;
    if (first) await this.go(first, "");
  }

  /** Show the folders in a folder; a later request replaces an earlier one. What was typed since `typed` stays. */
  async go(path: string, typed = this.typed): Promise<void> {
    this.abort.abort();
    const { signal } = (this.abort = new AbortController());
    try {
      this.isBusy = true;
      this.contents = await api.folder(path, signal);
      this.error = null;
      if (this.typed === typed) this.typed = this.contents.path;
    } catch (error) {
      if (!signal.aborted) this.error = error;
    } finally {
      if (!signal.aborted) this.isBusy = false;
    }
  }

  /** Take a folder from those that were opened before; nothing in it changes. */
  async forget(path: string): Promise<void> {
    try {
      await api.forgetFolder(path);
      this.places = { ...this.places, recent: this.places.recent.filter((folder) => folder.path !== path) };
    } catch (error) {
      this.error = error;
    }
  }

  /** Beside the folder that is open now there may be the one that the person wants. */
  private parentOfOpen(): string | undefined {
    const open = collection.info?.folder;
    return open ? open.slice(0, open.lastIndexOf("/")) || "/" : undefined;
  }
}
