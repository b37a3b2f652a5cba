/** Dark, light, or as the system prefers; stored in this browser. `public/theme.js` applies it before the page is drawn. */

export type Theme = "system" | "light" | "dark";
const ORDER: Theme[] = ["system", "light", "dark"];

function initialTheme(): Theme {
  const stored = document.documentElement.dataset.theme;
  return stored === "light" || stored === "dark" ? stored : "system";
}

class ThemeSetting {
  current = $state<Theme>(initialTheme());

  next(): void {
    this.current = ORDER[(ORDER.indexOf(this.current) + 1) % ORDER.length]!;
    if (this.current === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.current;
    try {
      localStorage.setItem("theme", this.current);
    } catch {
      // without storage, the setting lasts until the page is closed
    }
  }
}

export const theme = new ThemeSetting();
