/** The collection as a whole, shared by all views; loaded again whenever a job has changed it. */
import { ApiError, api, type CollectionInfo } from "./api";
import { shown } from "./shown-folder";

class Collection {
  info = $state.raw<CollectionInfo | null>(null);
  error = $state.raw<unknown>(null);
  /** Grows whenever the collection may have changed; an effect that reads it runs again then. */
  version = $state(0);

  async load(): Promise<void> {
    try {
      const info = await api.info();
      shown.collection = info.collection;
      this.info = info;
      this.error = null;
      this.version += 1;
    } catch (error) {
      const isSilent = error instanceof ApiError && error.status === 0; // `connection` says so, and the view stays
      if (!isSilent || !this.info) this.error = error;
    }
  }
}

export const collection = new Collection();
