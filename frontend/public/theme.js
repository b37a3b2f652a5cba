// Runs before anything is drawn, so that a page with the dark theme never flashes white.
try {
  const [theme, ground] = [localStorage.getItem("theme"), localStorage.getItem("ground")];
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  if (["white", "paper", "dark", "checker"].includes(ground)) document.documentElement.dataset.ground = ground;
} catch {
  // without storage, the page follows the system
}
