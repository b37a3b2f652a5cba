/** Dark, light, or as the system prefers; stored in this browser. `public/theme.js` applies it before the page is drawn. */
import { MediaQuery } from "svelte/reactivity";
import { StoredSetting } from "./stored-setting";

export type Theme = "system" | "light" | "dark";
const setting = new StoredSetting<Theme>("theme", ["system", "light", "dark"]);
const systemIsDark = new MediaQuery("prefers-color-scheme: dark");

class ThemeSetting {
  private choice = $state(setting.read());

  get current(): Theme {
    return this.choice;
  }

  set current(choice: Theme) {
    this.choice = choice;
    setting.write(choice);
  }

  /** Whether the page is dark now. */
  get isDark(): boolean {
    return this.choice === "system" ? systemIsDark.current : this.choice === "dark";
  }
}

export const theme = new ThemeSetting();
