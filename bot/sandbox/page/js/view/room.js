// The middle pane: the conversation one is in.

import { click } from "../data/api.js";
import { Composer } from "./composer.js";
import { notice } from "./control/install.js";
import { mountHome } from "./dialogs/home.js";
import { messageEntry } from "./dialogs/viewcontext.js";
import { fill, h } from "./dom.js";
import { acceptDrops } from "./drop.js";
import { emptyRoom } from "./empty.js";
import { avatar } from "./avatar.js";
import { icon } from "./icons.js";
import { MessageList } from "./messagelist.js";
import { drawingContext, mentionable } from "./people.js";
import { isWorking } from "./session.js";
import { shortcutsButton } from "./shortcuts.js";
import { roomIcon } from "./sidebar.js";
import { explained } from "./toast.js";

export function mountRoom(root, store) {
  const head = h("header", { class: "pane-head" });
  const absent = h("div");
  const composer = new Composer({
    id: "composer",
    store,
    people: () => mentionable(store),
    thread: () => null,
    onSaid: (said, from) => openOwnThread(store, said, from),
  });
  const type = (text) => {
    composer.field.value = "";
    composer.type(text);
  };
  const list = new MessageList({
    label: "Messages",
    describe: (message, compact) => describe(store, message, compact, (ts) => store.openThread(ts)),
    empty: () => emptyRoom(store, (text) => composer.send(text), type),
  });
  const home = mountHome(store);
  fill(root, head, absent, list.element, composer.element, home);
  acceptDrops(root, composer, () => title(store));

  const draw = (fresh = false) => list.show(store.roots(), fresh);
  const drawHead = () => {
    fill(head, heading(store));
    fill(absent, nobodyAnswers(store) ? notice(store) : null);
    for (const part of [list.element, composer.element]) part.hidden = Boolean(store.place.home);
  };
  store.on("world", drawHead);
  store.on("messages", () => nobodyAnswers(store) === (absent.childElementCount === 0) && drawHead());
  store.on("place", (before) => {
    const { place } = store;
    drawHead();
    composer.enter(`${place.workspace}/${place.person}/${place.channel}`, `Message ${title(store)}`);
    const moved = !before || before.channel !== place.channel || before.person !== place.person;
    if (moved && !place.thread && !place.home) composer.focus();
  });
  onMessages(store, draw);
  return composer;
}

/** Redraw at most once a frame, however fast a stream grows; at once when all is new. */
export function onMessages(store, draw) {
  let due = 0;
  let settled = false;
  const soon = () => {
    due ||= requestAnimationFrame(() => {
      due = 0;
      draw(!settled);
      settled = !store.loading;
    });
  };
  store.on("place", (before) => {
    if (!before || before.channel !== store.place.channel || before.person !== store.place.person) settled = false;
    soon();
  });
  // What one just said oneself, and what is said to oneself alone, is always in view.
  store.on("arrived", ({ message }) => {
    if (message.ephemeral || message.author.id === store.world.person(store.place)?.id) settled = false;
  });
  store.on("messages", soon);
  store.on("world", soon);
  store.on("session", soon);
}

/** What renderMessage needs, and the key under which its drawing stays right. */
export function describe(store, message, compact, onThread) {
  const replies = onThread ? store.replies(message.ts) : [];
  const working = onThread !== null && isWorking(store, message.ts);
  const { place } = store;
  const context = {
    ...drawingContext(store),
    onClick: (element) => explained(() => click(place, message.ts, element)),
    entry: messageEntry(store, message.ts, (element, selected) => explained(() => click(place, message.ts, { ...element, selected }))),
  };
  const key = [message.version, compact, replies.length, replies.at(-1)?.ts, working].join();
  return { key, replies, working, context, onThread, more: () => shortcutsButton(store, message) };
}

/** An agent answers in the thread of the question, so that is where one wants to look. */
function openOwnThread(store, said, from) {
  const channel = store.world.channel(store.place);
  if (!said.ts || channel?.kind !== "im" || store.place.channel !== from.place.channel) return;
  store.openThread(said.ts);
}

/** An empty conversation says so itself. */
function nobodyAnswers(store) {
  return !store.place.home && !store.world.isInstalled(store.place.workspace) && store.messages.size > 0;
}

function title(store) {
  const channel = store.world.channel(store.place);
  if (!channel) return "";
  return channel.kind === "im" ? channel.name : `#${channel.name}`;
}

function heading(store) {
  const channel = store.world.channel(store.place);
  if (!channel) return [];
  const direct = channel.kind === "im";
  const count = channel.people.length;
  const note = direct
    ? store.place.home
      ? ""
      : "Answers in threads"
    : `${count} ${count === 1 ? "person" : "people"}${channel.is_shared ? " · shared with another company" : ""}${channel.kind === "group" ? " · private" : ""}`;
  return [
    direct ? avatar({ name: channel.name, app: true }, "h") : h("span", { class: "pane-icon" }, icon(roomIcon(channel), 18)),
    h("h2", { class: "pane-title" }, channel.name),
    direct ? h("span", { class: "badge" }, "APP") : null,
    direct ? tabs(store) : null,
    h("span", { class: "pane-note" }, note),
  ];
}

/** The app’s two tabs, as in Slack. */
function tabs(store) {
  const tab = (words, home) => {
    const go = () => {
      store.go({ ...store.place, thread: null, home });
      document.querySelector(".tabs [aria-current]")?.focus();
    };
    return h("button", { class: "tab", type: "button", "aria-current": Boolean(store.place.home) === home ? "page" : null, on: { click: go } }, words);
  };
  return h("nav", { class: "tabs", "aria-label": store.world.app.name }, tab("Home", true), tab("Messages", false));
}
