// The right pane: one thread, with what the agent is doing in it.

import { Composer } from "./composer.js";
import { fill, h } from "./dom.js";
import { acceptDrops } from "./drop.js";
import { icon } from "./icons.js";
import { MessageList } from "./messagelist.js";
import { mentionable } from "./people.js";
import { describe, onMessages } from "./room.js";
import { SessionStrip } from "./session.js";

export function mountThread(root, store) {
  const where = h("span", { class: "pane-note" });
  const close = () => store.openThread(null);
  const closeButton = h("button", { class: "icon-button", type: "button", "aria-label": "Close the thread", title: "Close (Esc)", on: { click: close } }, icon("close"));
  const composer = new Composer({ id: "thread-composer", store, people: () => mentionable(store), thread: () => store.place.thread, onSaid: () => {} });
  const list = new MessageList({
    label: "Thread",
    describe: (message, compact) => describe(store, message, compact, null),
    divide: countReplies,
    empty: () => store.place.thread && h("div", { class: "empty" }, h("p", {}, store.loading ? "Loading…" : "This thread is not here.")),
  });
  const strip = new SessionStrip(store, (text) => composer.send(text));
  fill(root, h("header", { class: "pane-head" }, h("h2", { class: "pane-title" }, "Thread"), where, closeButton), list.element, strip.element, composer.element);
  acceptDrops(root, composer, () => "the thread");

  const draw = (fresh) => {
    const { thread } = store.place;
    if (thread) strip.draw(thread);
    where.textContent = [roomName(store), thread && store.session(thread).title].filter(Boolean).join(" · ");
    // A closed thread keeps nothing: the next person to look may not see what it showed.
    list.show(thread ? store.inThread(thread) : [], fresh);
  };
  let shownThread = null;
  store.on("place", () => {
    const { place } = store;
    root.hidden = !place.thread;
    document.getElementById("app").classList.toggle("has-thread", Boolean(place.thread));
    if (place.thread && place.thread !== shownThread) {
      composer.enter(`${place.workspace}/${place.person}/${place.channel}/${place.thread}`, "Reply…");
      draw(true);
      composer.focus();
    }
    if (!place.thread && shownThread) document.getElementById("composer")?.focus({ preventScroll: true });
    shownThread = place.thread;
  });
  onMessages(store, draw);
  root.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && close());
}

/** Between the question and the replies: how many there are. */
function countReplies(last, message, messages) {
  if (!last || last.thread || !message.thread) return null;
  const count = messages.filter((one) => one.thread && !one.ephemeral).length;
  return { kind: "replies", words: count === 1 ? "1 reply" : `${count} replies` };
}

function roomName(store) {
  const channel = store.world.channel(store.place);
  if (!channel) return "";
  return channel.kind === "im" ? channel.name : `#${channel.name}`;
}
