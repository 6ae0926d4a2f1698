// The Home tab: what the app has published for this person.

import { openHome } from "../../data/views.js";
import { renderBlocks } from "../blocks.js";
import { installCard } from "../control/install.js";
import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { explained } from "../toast.js";
import { Values } from "./values.js";
import { viewContext } from "./viewcontext.js";

// Longer than an app may take to answer; what is not there by then is not coming.
const PATIENCE_MS = 4000;

export function mountHome(store) {
  const page = h("div", { class: "home" });
  const element = h("div", { id: "home", class: "home-scroller", role: "region", "aria-label": "Home", tabindex: "0", hidden: true }, page);
  let shown = "";
  let values = new Values();
  let waiting = 0;

  function draw() {
    const { home } = store.views;
    const installed = store.world.isInstalled(store.place.workspace);
    const key = [store.place.workspace, store.place.person, installed, home?.id, home?.hash, !home && Boolean(waiting)].join();
    if (element.hidden || key === shown) return;
    shown = key;
    const focused = page.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    values = new Values();
    if (!installed) fill(page, installCard(store));
    else if (home) fill(page, h("div", { class: "message-body" }, renderBlocks(home.blocks, viewContext(store, home, values))));
    else fill(page, waiting ? loading() : nothing(store));
    if (focused) page.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  function open() {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      waiting = 0;
      draw();
    }, PATIENCE_MS);
    draw();
    if (store.world.isInstalled(store.place.workspace)) explained(() => openHome(store.place));
  }

  store.on("place", (before) => {
    const { place } = store;
    element.hidden = !place.home;
    const same = before?.home && before.workspace === place.workspace && before.person === place.person;
    if (!place.home || same) return;
    element.scrollTop = 0;
    open();
  });
  store.on("views", draw);
  store.on("world", draw);
  return element;
}

function loading() {
  const line = (width) => h("span", { class: `bone bone-${width}` });
  return h("div", { class: "loading", "aria-label": "Loading Home" }, line("name"), line("long"), line("short"), line("long"));
}

function nothing(store) {
  const { name } = store.world.app;
  return h("div", { class: "empty" }, h("span", { class: "empty-mark" }, icon("home", 32)), h("h2", {}, "Nothing here yet"), h("p", {}, `${name} was told that you opened its Home, and has published nothing.`));
}
