// The sandbox page: a small Slack in which a person of the demo types.

import { ApiError, fetchState } from "./data/api.js";
import { fromHash, toHash } from "./data/address.js";
import { keepLooking } from "./data/pulse.js";
import { Store } from "./data/store.js";
import { World } from "./data/world.js";
import { mountModals } from "./view/dialogs/modal.js";
import { announce, fill, h } from "./view/dom.js";
import { mountTopbar, Palette } from "./view/palette.js";
import { mountRail } from "./view/rail.js";
import { mountRoom } from "./view/room.js";
import { mountSidebar } from "./view/sidebar.js";
import { themeButton } from "./view/theme.js";
import { mountThread } from "./view/thread.js";
import { toast } from "./view/toast.js";

const part = (id) => document.getElementById(id);

async function start() {
  const store = new Store(new World(await fetchState()));
  const palette = new Palette(store);
  mountTopbar(part("topbar"), store, palette).append(themeButton());
  mountRail(part("rail"), store);
  mountSidebar(part("sidebar"), store);
  mountRoom(part("main"), store);
  mountThread(part("thread"), store);
  mountModals(store);
  keepAddress(store);
  announceArrivals(store);
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      palette.toggle();
    }
  });
  // The address holds the place, so the skip link moves the focus and leaves the address alone.
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    part(store.place.home ? "home" : store.place.thread ? "thread-composer" : "composer").focus();
  });
  // A file dropped beside the panes must not replace the page.
  for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
  part("app").removeAttribute("aria-busy");
  // Not awaited: a conversation that cannot be loaded is a toast, not the end of the page.
  store.go(fromHash(location.hash, store.world));
  keepLooking(store);
}

function keepAddress(store) {
  store.on("place", () => {
    const hash = toHash(store.place);
    if (location.hash !== hash) history.pushState(null, "", hash);
    const channel = store.world.channel(store.place);
    const room = channel ? `${channel.kind === "im" ? "" : "#"}${channel.name} · ` : "";
    document.title = `${room}${store.world.workspace(store.place.workspace).title}`;
  });
  addEventListener("popstate", () => store.go(fromHash(location.hash, store.world)));
}

/** New messages are read out once complete; a stream would be read out piece by piece. */
function announceArrivals(store) {
  store.on("arrived", ({ message }) => {
    if (message.streaming || message.author.id === store.world.person(store.place)?.id) return;
    requestAnimationFrame(() => {
      const drawn = document.querySelector(`[data-ts="${CSS.escape(message.ts)}"] .message-body`);
      announce(`${message.author.name}: ${drawn?.textContent ?? message.text}`);
    });
  });
}

addEventListener("unhandledrejection", (event) => {
  if (!(event.reason instanceof ApiError)) return;
  event.preventDefault();
  toast(event.reason.message);
});

start().catch((error) => {
  const words = error instanceof ApiError ? error.message : "The page could not start. Reload it to try again.";
  fill(part("app"), h("p", { class: "failed" }, words));
  if (!(error instanceof ApiError)) throw error;
});
