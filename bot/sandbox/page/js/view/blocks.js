// Block Kit: what an app may put into a message, drawn.

import { markdown, markdownInline } from "../text/markdown.js";
import { mrkdwn, mrkdwnInline } from "../text/mrkdwn.js";
import { emoji, lines } from "../text/inline.js";
import { h } from "./dom.js";
import { buttonElement, feedbackElement, iconButtonElement } from "./buttons.js";
import { inputBlock, menu } from "./dialogs/inputs.js";
import { isField } from "./dialogs/values.js";
import { icon } from "./icons.js";
import { richText } from "./richtext.js";

/**
 * @param {object[]} blocks
 * @param {object} context `nameOf`, `channelName`, `me`, `onClick(element, block)` for buttons, `entry(block, part, how)` for fields
 */
export function renderBlocks(blocks, context) {
  return blocks.map((block) => (DRAWERS[block.type] ?? unknown)(block, context));
}

/** A text object: plain_text or mrkdwn. */
export function textObject(text, context) {
  if (!text) return [];
  if (text.type === "mrkdwn") return mrkdwnInline(text.text ?? "", context);
  return plain(text.text ?? "");
}

/** Plain text, with its emoji. */
export function plain(words) {
  return words.split(/(:[a-z0-9_+-]+:)/).flatMap((part) => {
    const found = /^:([a-z0-9_+-]+):$/.exec(part);
    return found ? [emoji(found[1])] : lines(part);
  });
}

const DRAWERS = {
  header: (block) => h("h3", { class: "block-header" }, plain(block.text?.text ?? "")),
  divider: () => h("hr", { class: "block-divider" }),
  markdown: (block, context) => h("div", { class: "prose" }, markdown(block.text ?? "", context)),
  rich_text: (block, context) => h("div", { class: "prose" }, richText(block, context)),
  section,
  context: contextBlock,
  actions: (block, context) => h("div", { class: "block-actions" }, elements(block, context)),
  context_actions: (block, context) => h("div", { class: "block-actions is-quiet" }, elements(block, context)),
  image: (block) => picture(block),
  input: inputBlock,
  table,
  plan,
  task_card: (block, context) => task(block, context),
};

function section(block, context) {
  const text = block.text?.type === "mrkdwn" ? mrkdwn(block.text.text ?? "", context) : [h("p", {}, textObject(block.text, context))];
  const fields = (block.fields ?? []).map((field) => h("div", { class: "block-field" }, textObject(field, context)));
  return h(
    "div",
    { class: "block-section" },
    h("div", { class: "prose" }, block.text ? text : [], fields.length ? h("div", { class: "block-fields" }, fields) : null),
    block.accessory ? element(block.accessory, context, block) : null,
  );
}

function contextBlock(block, context) {
  const parts = (block.elements ?? []).map((part) =>
    part.type === "image" ? picture(part) : h("span", {}, textObject(part, context)),
  );
  return h("div", { class: "block-context" }, parts);
}

function elements(block, context) {
  return (block.elements ?? []).map((part) => element(part, context, block));
}

function element(part, context, block) {
  const pressed = { ...context, onClick: (pressedPart) => context.onClick(pressedPart, block) };
  if (part.type === "button") return buttonElement(part, pressed, textObject(part.text, context));
  if (part.type === "feedback_buttons") return feedbackElement(part, pressed);
  if (part.type === "icon_button") return iconButtonElement(part, pressed, textObject(part.text, context));
  if (isField(part)) return menu(part, block, context);
  if (part.type === "image") return picture(part);
  return unknown(part);
}

/** The page fetches no remote image: it shows what the image is of. */
function picture(part) {
  return h("span", { class: "picture" }, icon("file", 16), part.alt_text || part.title?.text || "Image");
}

function table(block, context) {
  const cell = (part) => {
    if (part.type === "rich_text") return richText(part, context);
    return markdownInline(String(part.text ?? ""), context);
  };
  const [head, ...body] = block.rows ?? [];
  const row = (source, tag) => h("tr", {}, (source ?? []).map((part) => h(tag, {}, cell(part))));
  const inside = h("table", {}, h("thead", {}, row(head, "th")), h("tbody", {}, body.map((source) => row(source, "td"))));
  return h("div", { class: "prose" }, h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" }, inside));
}

function plan(block, context) {
  const tasks = (block.tasks ?? []).map((part) => task(part, context));
  return h("div", { class: "plan" }, h("div", { class: "plan-title" }, words(block.title)), tasks);
}

function task(block, context) {
  const state = block.status ?? "pending";
  const details = block.details?.elements?.length ? h("div", { class: "task-details prose" }, richText(block.details, context)) : null;
  const mark = h("span", { class: `task-mark is-${state.replaceAll(/[^a-z_]/g, "")}`, role: "img", "aria-label": state.replaceAll("_", " ") });
  return h("div", { class: "task-card" }, mark, h("div", {}, words(block.title), details));
}

function words(title) {
  return typeof title === "string" ? title : (title?.text ?? "");
}

function unknown(part) {
  return h("div", { class: "block-unknown" }, `This page does not draw “${part.type}”.`);
}
