/** The collection as a whole, shared by all views; asked for again whenever a job changed it. */
import { api, type Info } from "./api";

class Whole {
  info = $state.raw<Info | null>(null);
  error = $state.raw<unknown>(null);
  /** Grows whenever what views show may have changed: read it in an effect to load anew. */
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

export const collection = new Whole();
