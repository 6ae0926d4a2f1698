// A dialog with a title and a way out; the browser keeps the focus in it and gives it back.

import { fill, h } from "../dom.js";
import { icon } from "../icons.js";

/** Open a modal dialog; it is gone when it closes. @returns {HTMLDialogElement} */
export function openDialog(title, ...children) {
  const close = () => dialog.close();
  const dialog = h(
    "dialog",
    { class: "dialog settings", "aria-label": title, on: { close: () => dialog.remove(), click: (event) => event.target === dialog && close() } },
    h("header", { class: "settings-head" }, h("h2", {}, title), closeButton(close)),
    h("div", { class: "settings-body" }, children),
  );
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

export function closeButton(close) {
  return h("button", { class: "icon-button", type: "button", "aria-label": "Close", title: "Close (Esc)", on: { click: close } }, icon("close"));
}

/** One line of a dialog: what it is, what it means, and what to set it with. */
export function setting(title, note, ...controls) {
  return h("div", { class: "setting" }, h("div", { class: "setting-words" }, h("span", { class: "setting-title" }, title), note ? h("span", { class: "setting-note" }, note) : null), h("div", { class: "setting-control" }, controls));
}

export function group(title, ...children) {
  return h("section", { class: "setting-group", "aria-label": title }, h("h3", {}, title), children);
}

export function button(words, act, kind = "") {
  return h("button", { class: `button${kind ? ` is-${kind}` : ""}`, type: "button", on: { click: act } }, words);
}

/** A closed list to choose from; `options` are [value, words]. */
export function select(label, options, chosen, onChange) {
  const element = h(
    "select",
    { class: "field", "aria-label": label, on: { change: () => onChange?.(element.value) } },
    options.map(([value, words]) => h("option", { value, selected: value === chosen }, words)),
  );
  return element;
}

export function textField(label, value = "", props = {}) {
  const element = h("input", { class: "field", type: "text", "aria-label": label, autocomplete: "off", ...props });
  element.value = value;
  return element;
}

/** Where a dialog says what it has done, so that a screen reader hears it as well. */
export function outcome() {
  const element = h("p", { class: "outcome", role: "status" });
  return { element, say: (words) => fill(element, words) };
}
