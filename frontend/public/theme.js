// Runs before anything is drawn, so that a page with the dark theme never flashes white.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // without storage, the page follows the system
}
