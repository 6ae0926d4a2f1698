// “More actions” of a message: the shortcuts that the app has registered for messages.

import { useShortcut } from "../data/views.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { explained, toast } from "./toast.js";

/** @returns {HTMLElement|null} the button; nothing when there is no such shortcut */
export function shortcutsButton(store, message) {
  const offered = store.world.app.shortcuts.filter((shortcut) => shortcut.type === "message");
  if (!offered.length || message.ephemeral || message.streaming || !store.world.isInstalled(store.place.workspace)) return null;
  const button = h("button", { class: "icon-button", type: "button", title: "More actions", "aria-label": "More actions", "aria-haspopup": "menu", "aria-expanded": "false", on: { click: () => open(store, message, offered, button) } }, icon("more"));
  return button;
}

function open(store, message, offered, button) {
  const { place } = store;
  const choose = (shortcut) => {
    menu.hidePopover();
    button.focus();
    explained(async () => {
      if (!(await useShortcut(place, message.ts, shortcut))) toast(`${store.world.app.name} did not answer. Try again?`);
    });
  };
  const items = offered.map((shortcut) =>
    h("button", { class: "menu-item", type: "button", role: "menuitem", tabindex: "-1", on: { click: () => choose(shortcut) } }, icon("bolt", 16), h("span", { class: "menu-words" }, h("span", { class: "menu-name" }, shortcut.name), h("span", { class: "menu-note" }, shortcut.description))),
  );
  const title = h("div", { class: "menu-title", "aria-hidden": "true" }, store.world.app.name);
  const menu = h("div", { class: "action-menu", role: "menu", "aria-label": "More actions", popover: "auto", on: { keydown: (event) => move(event, items, menu), toggle: (event) => settle(event, menu, button) } }, title, items);
  document.body.append(menu);
  menu.showPopover();
  stand(menu, button);
  items[0].focus();
}

/** Below the button, or above it where there is no room. */
function stand(menu, button) {
  const { bottom, top, right } = button.getBoundingClientRect();
  const { height, width } = menu.getBoundingClientRect();
  const below = bottom + 4 + height < innerHeight;
  menu.style.setProperty("top", `${below ? bottom + 4 : Math.max(8, top - height - 4)}px`);
  menu.style.setProperty("left", `${Math.max(8, right - width)}px`);
}

function move(event, items, menu) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
  }
  if (event.key === "Tab") menu.hidePopover();
}

function settle(event, menu, button) {
  button.setAttribute("aria-expanded", String(event.newState === "open"));
  if (event.newState === "closed") menu.remove();
}
