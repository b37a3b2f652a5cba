/** The collection as a whole, shared by all views; loaded again whenever a job has changed it. */
import { api, type CollectionInfo } from "./api";

class Collection {
  info = $state.raw<CollectionInfo | null>(null);
  error = $state.raw<unknown>(null);
  /** Grows whenever the collection may have changed; an effect that reads it runs again then. */
  version = $state(0);

  async load(): Promise<void> {
    try {
      this.info = await api.info();
      this.error = null;
      this.version += 1;
    } catch (error) {
      this.error = error;
    }
  }
}

export const collection = new Collection();
