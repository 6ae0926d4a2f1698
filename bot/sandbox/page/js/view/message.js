// One message: picture, author, time, content, and what may be done with it.

import { mrkdwn } from "../text/mrkdwn.js";
import { avatar } from "./avatar.js";
import { renderBlocks } from "./blocks.js";
import { emoji } from "../text/inline.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { bareClock, clock, day, full, sameDay, size } from "./time.js";

/**
 * @param {import("../data/message.js").Shown} message
 * @param {{compact: boolean, replies: object[], working: boolean, context: object, onThread: Function|null, more: HTMLElement|null}} how
 */
export function renderMessage(message, how) {
  const classes = ["message"];
  if (how.compact) classes.push("is-compact");
  if (message.ephemeral) classes.push("is-ephemeral");
  if (message.streaming) classes.push("is-streaming");
  return h(
    "article",
    { class: classes.join(" "), data: { ts: message.ts }, "aria-busy": message.streaming ? "true" : null, "aria-label": `${message.author.name}, ${clock(message.at)}` },
    hoverActions(message, how),
    h("div", { class: "message-gutter" }, how.compact ? time(message, bareClock) : avatar(message.author)),
    h(
      "div",
      { class: "message-main" },
      message.ephemeral ? h("div", { class: "ephemeral-note" }, icon("eye", 14), "Only visible to you") : null,
      how.compact ? null : byline(message),
      content(message, how.context),
      (message.files ?? []).map((file) => fileCard(file, how.context)),
      reactions(message),
      how.onThread && how.replies.length + (how.working ? 1 : 0) > 0 ? threadSummary(message, how) : null,
    ),
  );
}

function byline(message) {
  return h(
    "div",
    { class: "byline" },
    h("span", { class: "author" }, message.author.name),
    message.author.app ? h("span", { class: "badge" }, "APP") : null,
    time(message),
  );
}

function time(message, format = clock) {
  return h("time", { class: "time", datetime: message.at.toISOString(), title: full(message.at) }, format(message.at));
}

function content(message, context) {
  // What a person typed is shown from its text: a Slack client formats it, the sandbox's rich_text does not.
  const typed = !message.author.app && message.blocks.every((block) => block.type === "rich_text");
  const drawn = message.blocks.length && !typed ? renderBlocks(message.blocks, context) : [h("div", { class: "prose" }, mrkdwn(message.text, context))];
  const attached = message.attachments.map((part) => h("div", { class: "attachment prose" }, mrkdwn(part.text || part.fallback || "", context)));
  const body = h("div", { class: "message-body" }, drawn, attached);
  if (message.edited) lastParagraph(lastText(body)).append(h("span", { class: "edited" }, " (edited)"));
  if (message.streaming) lastParagraph(body).append(h("span", { class: "cursor", "aria-hidden": "true" }));
  return body;
}

/** The last part that is not a row of buttons: a word among them would look like one of them. */
function lastText(body) {
  return [...body.children].findLast((part) => !part.matches(".block-actions, hr")) ?? body;
}

/** Where the text ends: the cursor stands there, not below it. */
function lastParagraph(body) {
  let place = body;
  while (place.lastElementChild?.matches("div, p, ul, ol, li, blockquote, pre, pre > code, h3, h4, h5, h6")) place = place.lastElementChild;
  return place;
}

function fileCard(file, context) {
  const kind = (file.filetype || "file").toUpperCase();
  return h(
    "a",
    { class: "file-card", href: context.fileAddress(file.id), download: file.name, title: `Download ${file.name}` },
    h("span", { class: "file-icon" }, icon("file", 20)),
    h("span", { class: "file-words" }, h("span", { class: "file-name" }, file.title || file.name), h("span", { class: "file-kind" }, `${kind} · ${size(file.size ?? 0)}`)),
  );
}

function reactions(message) {
  if (!message.reactions.length) return null;
  return h("div", { class: "reactions" }, message.reactions.map((r) => h("span", { class: "reaction" }, emoji(r.name), ` ${r.count}`)));
}

function threadSummary(message, how) {
  const { replies } = how;
  const faces = [...new Map(replies.map((r) => [r.author.name, r.author])).values()].slice(0, 3);
  const count = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  const last = replies.at(-1);
  const when = last ? (sameDay(last.at, new Date()) ? `Last reply at ${clock(last.at)}` : `Last reply ${day(last.at)}`) : "";
  return h(
    "button",
    { class: "thread-summary", type: "button", on: { click: () => how.onThread(message.ts) } },
    faces.map((author) => avatar(author, "s")),
    replies.length ? h("span", { class: "thread-count" }, count) : null,
    how.working ? h("span", { class: "thread-working" }, dots(), "working") : h("span", { class: "thread-last" }, when),
  );
}

export function dots() {
  return h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
}

function hoverActions(message, how) {
  const open = () => how.onThread(message.ts);
  const reply = how.onThread && !message.ephemeral;
  if (!reply && !how.more) return null;
  return h(
    "div",
    { class: "message-actions" },
    reply ? h("button", { class: "icon-button", type: "button", title: "Reply in thread", "aria-label": "Reply in thread", on: { click: open } }, icon("reply")) : null,
    how.more,
  );
}
