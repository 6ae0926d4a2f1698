// Inline markup to nodes: one pass over the text with one pattern, so long streamed answers stay cheap.

import { h } from "../view/dom.js";
import { dateToken } from "./dates.js";
import { drawable, glyph } from "./emoji.js";

const SAFE = /^(https?:|mailto:)/i;

/** A link that may be followed, or just its label when the address is of another kind. */
export function link(url, label) {
  if (!SAFE.test(url)) return h("span", { class: "dead-link", title: url }, label);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer nofollow" }, label);
}

/** `<@U…>`, `<#C…>`, `<!here>` or `<https://…|label>`; the inside of the angle brackets. */
export function reference(inside, context) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : decode(inside.slice(bar + 1));
  if (target.startsWith("@")) return mention(`@${context.nameOf(target.slice(1))}`, target.slice(1) === context.me);
  if (target.startsWith("#")) return mention(`#${label || context.channelName(target.slice(1))}`);
  if (target.startsWith("!date^")) return dateToken(target, label) ?? label;
  if (target.startsWith("!")) return mention(label || `@${target.slice(1).split("^")[0]}`);
  return link(decode(target), label || decode(target).replace(/^mailto:/, ""));
}

export function mention(words, isMe = false) {
  return h("span", { class: isMe ? "mention is-me" : "mention" }, words);
}

/** `:name:` as its character, or as it was written. */
export function emoji(name) {
  const character = glyph(name);
  return character ? h("span", { class: "emoji", role: "img", "aria-label": name }, character) : `:${name}:`;
}

/** Slack's three entities. */
export function decode(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** Text with its line breaks. */
export function lines(text) {
  return drawable(text).split("\n").flatMap((line, index) => (index === 0 ? [line] : [h("br"), line]));
}

/**
 * Walk the text with `pattern` (global, named groups). `build(groups)` makes the node for a match.
 * @returns {(Node|string)[]}
 */
export function walk(text, pattern, leaf, build) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > from) nodes.push(...leaf(text.slice(from, match.index)));
    nodes.push(build(match.groups, match[0]));
    from = match.index + match[0].length;
  }
  if (from < text.length) nodes.push(...leaf(text.slice(from)));
  return nodes;
}
