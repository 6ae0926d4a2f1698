// Runs before the first paint, so that a remembered theme does not flash.
(() => {
  try {
    const theme = localStorage.getItem("aegis.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage may be switched off; the system's theme then applies.
  }
})();
