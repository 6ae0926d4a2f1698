// Input blocks, and menus beside text: a field with its label, its hint and what is wrong with it.

import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { field } from "./fields.js";

let drawn = 0;

/** A block of type `input`. */
export function inputBlock(block, context) {
  const id = `field-${++drawn}`;
  const hint = block.hint ? h("p", { class: "input-hint", id: `${id}-hint` }, context.plain(block.hint.text)) : null;
  const wrong = h("p", { class: "input-error", id: `${id}-error`, hidden: true });
  const props = { id, "aria-required": block.optional ? null : "true", "aria-describedby": `${id}-error${hint ? ` ${id}-hint` : ""}` };
  const entry = context.entry(block, block.element, { label: block.label.text, optional: Boolean(block.optional), props });
  return h(
    "div",
    { class: "input-block", data: { block: block.block_id } },
    h("label", { class: "input-label", for: id }, context.plain(block.label.text), block.optional ? h("span", { class: "input-optional" }, "optional") : null),
    field(block.element, entry),
    wrong,
    hint,
  );
}

/** A menu in an actions block, or beside a section: what is picked goes to the app at once. */
export function menu(part, block, context) {
  const label = part.placeholder?.text ?? block.text?.text?.replaceAll(/[*_~`]/g, "") ?? "Menu";
  const props = { id: `field-${++drawn}`, "aria-label": label, "data-key": part.action_id };
  return h("div", { class: "block-menu" }, field(part, context.entry(block, part, { label, optional: false, props })));
}

/** Show what is wrong beside the fields, by block; what was wrong before and is no more goes. The first gets the focus. */
export function showErrors(root, errors) {
  for (const block of root.querySelectorAll(".input-block")) {
    const words = errors[block.dataset.block];
    const place = block.querySelector(".input-error");
    fill(place, words ? [icon("warning", 15), words] : null);
    place.hidden = !words;
    block.classList.toggle("is-wrong", Boolean(words));
    control(block)?.setAttribute("aria-invalid", String(Boolean(words)));
  }
  control(root.querySelector(".input-block.is-wrong"))?.focus();
}

/** The control of a block that takes the focus. */
export function control(block) {
  return block?.querySelector("textarea, select, input") ?? null;
}
