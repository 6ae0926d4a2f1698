// Avatars are drawn from a name or an emoji: the page loads no image.

import { glyph } from "../text/emoji.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

const TINTS = 8;
// A seed under which the people of the seeded workspaces all differ.
const SEED = 77;

/** A steady tint for a name: the same person has the same colour everywhere. */
export function tint(name) {
  let hash = SEED;
  for (const letter of name) hash = Math.imul(hash ^ letter.codePointAt(0), 16777619) >>> 0;
  return (hash >>> 13) % TINTS;
}

/** At most two initials. */
export function initials(name) {
  const words = name.trim().split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  if (words.length === 0) return "?";
  const letters = words.length === 1 ? [...words[0]].slice(0, 1) : [[...words[0]][0], [...words[1]][0]];
  return letters.join("").toUpperCase();
}

/**
 * The picture beside a message.
 * @param {{name: string, app: boolean, persona: boolean, emoji?: string}} author
 */
export function avatar(author, size = "m") {
  const base = `avatar avatar-${size}`;
  const emoji = author.emoji ? glyph(author.emoji) : null;
  if (emoji) return h("span", { class: `${base} tint-${tint(author.name)} is-emoji`, "aria-hidden": "true" }, emoji);
  if (author.app && !author.persona) {
    return h("span", { class: `${base} is-app`, "aria-hidden": "true" }, icon("shield", size === "s" ? 12 : 20));
  }
  return h("span", { class: `${base} tint-${tint(author.name)}`, "aria-hidden": "true" }, initials(author.name));
}
