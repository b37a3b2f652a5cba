/** Plays a story: each stage stays for a moment, then fades into the next. */
import { story } from "./story.svelte";

const STILL_MILLISECONDS = 900;
const FADE_MILLISECONDS = 800;

class Playing {
  isOn = $state(false);
  private frame = 0;

  /** Play from the current stage; from the first, if the last one is shown. */
  start(): void {
    this.stop();
    const last = story.stages.length - 1;
    const first = story.position >= last ? 0 : Math.floor(story.position);
    const begin = performance.now();
    this.isOn = true;
    const show = (now: number) => {
      story.position = Math.min(last, first + positionAfter(now - begin));
      if (story.position < last) this.frame = requestAnimationFrame(show);
      else this.isOn = false;
    };
    this.frame = requestAnimationFrame(show);
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    this.isOn = false;
  }
}

/** How many stages further a story is after some time. */
function positionAfter(milliseconds: number): number {
  const step = STILL_MILLISECONDS + FADE_MILLISECONDS;
  const done = Math.floor(Math.max(0, milliseconds) / step);
  const fade = Math.max(0, (milliseconds - done * step - STILL_MILLISECONDS) / FADE_MILLISECONDS);
  return done + fade * fade * (3 - 2 * fade);
}

export const playing = new Playing();
