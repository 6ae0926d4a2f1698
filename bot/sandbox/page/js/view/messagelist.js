// A scrolling list of messages that redraws only what changed and stays at the bottom while one reads there.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { renderMessage } from "./message.js";
import { day, sameDay } from "./time.js";

const TOGETHER_MS = 5 * 60_000;
const NEAR_BOTTOM_PX = 90;

export class MessageList {
  /**
   * @param {{label: string, describe: (message, compact) => object, empty: () => Node|null, divide?: Function}} options
   * `describe` gives renderMessage what it needs; its `key` tells whether a drawn message is still right.
   * `divide(last, message, messages)` gives the words of a line between two messages, days if not given.
   */
  constructor({ label, describe, empty, divide = newDay }) {
    this.describe = describe;
    this.empty = empty;
    this.divide = divide;
    this.drawn = new Map();
    this.items = h("div", { class: "messages" });
    this.jump = h("button", { class: "jump", type: "button", hidden: true, on: { click: () => this.toBottom() } }, icon("down", 15), "Latest messages");
    this.scroller = h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": label, on: { scroll: () => this.noticeScroll() } }, this.items);
    this.element = h("div", { class: "message-list" }, this.scroller, this.jump);
    this.following = true;
    // A message box that grows must not push the last message out of sight.
    new ResizeObserver(() => this.following && this.toBottom()).observe(this.scroller);
  }

  /** Draw these messages; `fresh` forgets where the reader was. */
  show(messages, fresh = false) {
    const atBottom = fresh || this.following;
    const before = this.drawn;
    this.drawn = new Map();
    const wanted = [];
    let last = null;
    for (const message of messages) {
      const line = this.divide(last, message, messages);
      if (line) wanted.push(this.divider(line, before));
      wanted.push(this.drawOne(message, !line && follows(last, message), before));
      last = message;
    }
    const empty = messages.length ? null : this.empty();
    place(this.items, empty ? [empty] : wanted);
    this.items.classList.toggle("is-empty", Boolean(empty));
    if (atBottom) this.toBottom();
    else this.jump.hidden = false;
  }

  drawOne(message, compact, before) {
    const how = this.describe(message, compact);
    const known = before.get(message.ts);
    const fresh = known?.key === how.key ? known : { key: how.key, element: renderMessage(message, { ...how, more: how.more(), compact }) };
    if (!known && message.streaming) fresh.element.classList.add("is-new");
    this.drawn.set(message.ts, fresh);
    return fresh.element;
  }

  divider({ kind, words }, before) {
    const key = `${kind} ${words}`;
    const known = before.get(key) ?? { key, element: h("div", { class: kind }, h("span", {}, words)) };
    this.drawn.set(key, known);
    return known.element;
  }

  isNearBottom() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX;
  }

  toBottom() {
    this.following = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.jump.hidden = true;
  }

  noticeScroll() {
    this.following = this.isNearBottom();
    if (this.following) this.jump.hidden = true;
  }
}

function newDay(last, message) {
  return last && sameDay(last.at, message.at) ? null : { kind: "day", words: day(message.at) };
}

/** The same author goes on within five minutes: no second picture. */
function follows(last, message) {
  if (!last || last.author.id !== message.author.id || last.author.name !== message.author.name) return false;
  if (last.ephemeral !== message.ephemeral || !sameDay(last.at, message.at)) return false;
  return message.at - last.at < TOGETHER_MS;
}

/** Put the wanted elements in order, moving as little as possible, so that focus and selection survive. */
function place(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  wanted.forEach((element, index) => {
    if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] ?? null);
  });
}
