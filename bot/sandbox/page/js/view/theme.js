// Light, dark, or as the system says; remembered in this browser.

import { h } from "./dom.js";
import { icon } from "./icons.js";

const KEY = "aegis.theme";
const DARK = matchMedia("(prefers-color-scheme: dark)");

export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : DARK.matches;
}

export function themeButton() {
  const button = h("button", { class: "icon-button on-ink", type: "button", on: { click: () => choose(isDark() ? "light" : "dark") } });
  const draw = () => {
    const words = isDark() ? "Use the light theme" : "Use the dark theme";
    button.replaceChildren(icon(isDark() ? "sun" : "moon"));
    button.title = words;
    button.setAttribute("aria-label", words);
  };
  function choose(theme) {
    document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
    draw();
  }
  DARK.addEventListener("change", draw);
  draw();
  return button;
}
