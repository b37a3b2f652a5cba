/** Dark, light, or as the system has it; kept in this browser. `public/theme.js` reads it before anything is drawn. */

export type Theme = "system" | "light" | "dark";
const ORDER: Theme[] = ["system", "light", "dark"];

function kept(): Theme {
  const word = document.documentElement.dataset.theme;
  return word === "light" || word === "dark" ? word : "system";
}

class Themes {
  now = $state<Theme>(kept());

  next(): void {
    this.now = ORDER[(ORDER.indexOf(this.now) + 1) % ORDER.length]!;
    if (this.now === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.now;
    try {
      localStorage.setItem("theme", this.now);
    } catch {
      // a browser that keeps nothing forgets it with the page
    }
  }
}

export const theme = new Themes();
