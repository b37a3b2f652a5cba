/** What pictures stand on: a transparent picture shows it. Stored in this browser; `styles/tokens.css` has the colours. */
import { StoredSetting } from "./stored-setting";
import { theme } from "./theme.svelte";

export type Ground = "theme" | "white" | "paper" | "dark" | "checker";
/** Each ground and its name. */
export const GROUNDS = [
  ["theme", "As the theme"], ["white", "White"], ["paper", "Paper"], ["dark", "Dark"], ["checker", "Checker"],
] as const satisfies readonly (readonly [Ground, string])[];
const setting = new StoredSetting<Ground>("ground", GROUNDS.map(([ground]) => ground));

class GroundSetting {
  private choice = $state(setting.read());

  get current(): Ground {
    return this.choice;
  }

  set current(choice: Ground) {
    this.choice = choice;
    setting.write(choice);
  }

  /** The server puts a picture on a card if it can't be seen on a ground of this kind. */
  get kind(): "light" | "dark" {
    const isDark = this.choice === "dark" || (this.choice === "theme" && theme.isDark);
    return isDark ? "dark" : "light";
  }
}

export const ground = new GroundSetting();
