// Short messages at the bottom of the page: what went wrong, in words.

import { ApiError } from "../data/api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

const SHOWN_MS = 7000;

export function toast(words) {
  const close = () => note.remove();
  const dismiss = h("button", { class: "icon-button", type: "button", "aria-label": "Dismiss", on: { click: close } }, icon("close", 16));
  const note = h("div", { class: "toast" }, icon("warning", 18), h("span", {}, words), dismiss);
  document.getElementById("toasts").append(note);
  setTimeout(close, SHOWN_MS);
}

/** Run an action; a refusal becomes a toast. @returns whether it went well */
export async function explained(action) {
  try {
    await action();
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    toast(error.message);
    return false;
  }
}
