/** The story that is shown: its stages, in the order that the person chose, and where the scrubber is. */
import { api, type Story, type StoryStage } from "../api";

export const KIND_NAMES: Record<StoryStage["kind"], string> = {
  sketch: "Sketch", lines: "Line art", tones: "Grey tones", flat: "Flat colours", painted: "Painting",
};

class StoryState {
  data = $state.raw<Story | null>(null);
  error = $state.raw<unknown>(null);
  /** The stages that are shown. */
  stages = $state.raw<StoryStage[]>([]);
  /** 0 at the first stage, 1 at the second; between them, both are visible. */
  position = $state(0);
  private key = "";

  /** The key of the stage in whose frame all are shown: the last one of the story. */
  base = $derived(this.data?.stages.at(-1)?.key ?? "");
  leftOut = $derived(this.data?.stages.filter((stage) => !this.stages.includes(stage)) ?? []);
  isChanged = $derived(this.data !== null && this.stages.map(({ key }) => key).join() !== this.data.stages.map(({ key }) => key).join());

  /** Load the story of the work that a picture shows; `order` has the keys of the stages to show, if it is not empty. */
  async load(key: string, order: readonly string[]): Promise<void> {
    const isOther = key !== this.key;
    if (isOther) [this.key, this.data, this.stages] = [key, null, []];
    try {
      const data = await api.story(key);
      if (key !== this.key) return;
      const chosen = order.flatMap((wish) => data.stages.filter((stage) => stage.key === wish));
      [this.data, this.stages, this.error] = [data, chosen.length > 1 ? chosen : data.stages, null];
      if (isOther) this.position = Math.max(0, this.stages.length - 1);
    } catch (error) {
      if (key === this.key) this.error = error;
    }
  }

  /** Move the stage at an index one step; returns whether it moved. */
  move(index: number, step: -1 | 1): boolean {
    const stage = this.stages[index];
    if (!stage || !this.stages[index + step]) return false;
    this.stages = this.stages.toSpliced(index, 1).toSpliced(index + step, 0, stage);
    this.position = index + step;
    return true;
  }

  leaveOut(index: number): void {
    this.stages = this.stages.toSpliced(index, 1);
    this.position = Math.min(index, this.stages.length - 1);
  }

  /** Show all stages again, in the order that the server proposed. */
  reset(): void {
    this.stages = this.data?.stages ?? [];
    this.position = Math.min(this.position, this.stages.length - 1);
  }
}

export const story = new StoryState();
