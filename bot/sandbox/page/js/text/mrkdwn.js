// Slack's mrkdwn, as message text and section blocks carry it.

import { h } from "../view/dom.js";
import { decode, emoji, lines, reference, walk } from "./inline.js";

const INLINE = new RegExp(
  [
    "`(?<code>[^`\\n]+)`",
    "<(?<angle>[^<>\\s][^<>\\n]*)>",
    "(?<![\\w*])\\*(?<bold>[^\\s*](?:[^*\\n]*[^\\s*])?)\\*(?![\\w*])",
    "(?<!\\w)_(?<italic>[^\\s_](?:[^_\\n]*[^\\s_])?)_(?!\\w)",
    "(?<![\\w~])~(?<strike>[^\\s~](?:[^~\\n]*[^\\s~])?)~(?![\\w~])",
    "(?<!\\w):(?<emoji>[a-z0-9_+-]+):(?!\\w)",
  ].join("|"),
  "g",
);

/** Inline mrkdwn to nodes. */
export function mrkdwnInline(text, context) {
  const inner = (words) => mrkdwnInline(words, context);
  return walk(text, INLINE, (leaf) => lines(decode(leaf)), (found) => {
    if (found.code !== undefined) return h("code", {}, decode(found.code));
    if (found.angle !== undefined) return reference(found.angle, context);
    if (found.bold !== undefined) return h("strong", {}, inner(found.bold));
    if (found.italic !== undefined) return h("em", {}, inner(found.italic));
    if (found.strike !== undefined) return h("s", {}, inner(found.strike));
    return emoji(found.emoji);
  });
}

/** A whole mrkdwn text: fences, quotes and paragraphs. */
export function mrkdwn(text, context) {
  const parts = [];
  text.split("```").forEach((part, index) => {
    if (index % 2 === 1) parts.push(h("pre", {}, h("code", {}, decode(part.replace(/^\n|\n$/g, "")))));
    else parts.push(...paragraphs(part.replace(/^\n|\n$/g, ""), context));
  });
  return parts;
}

function paragraphs(text, context) {
  if (!text.trim()) return [];
  const runs = [];
  for (const line of text.split("\n")) {
    const quoted = /^(&gt;|>) ?/.test(line);
    const words = quoted ? line.replace(/^(&gt;|>) ?/, "") : line;
    const run = runs.at(-1);
    if (run && run.quoted === quoted) run.lines.push(words);
    else runs.push({ quoted, lines: [words] });
  }
  return runs.map(({ quoted, lines: words }) =>
    h(quoted ? "blockquote" : "p", {}, mrkdwnInline(words.join("\n"), context)),
  );
}
