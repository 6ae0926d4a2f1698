// Markdown as Slack's markdown block and streams carry it: the parts a chat needs, and never raw HTML.

import { h } from "../view/dom.js";
import { emoji, lines, link, reference, walk } from "./inline.js";

const INLINE = new RegExp(
  [
    "\\\\(?<escaped>[\\\\`*_{}\\[\\]()#+.!~|<>-])",
    "(?<ticks>`+)(?<code>[^`\\n]+)\\k<ticks>",
    "!?\\[(?<label>[^\\]\\n]*)\\]\\((?<url>[^)\\s]+)(?:\\s+\"[^\"\\n]*\")?\\)",
    "<(?<angle>(?:https?:|mailto:|[@#!])[^<>\\n]+)>",
    "\\*\\*(?<bold>[^\\s*](?:[^\\n]*?[^\\s])??)\\*\\*(?!\\*)",
    "(?<!\\w)__(?<bold2>[^\\s_](?:[^_\\n]*[^\\s_])?)__(?!\\w)",
    "~~(?<strike>[^\\s~](?:[^~\\n]*[^\\s~])?)~~",
    "(?<![\\w*])\\*(?<italic>[^\\s*](?:[^*\\n]*[^\\s*])?)\\*(?![\\w*])",
    "(?<!\\w)_(?<italic2>[^\\s_](?:[^_\\n]*[^\\s_])?)_(?!\\w)",
    "(?<bare>https?://[^\\s<>()]*[^\\s<>().,;:!?'\"\\]])",
    "(?<!\\w):(?<emoji>[a-z0-9_+-]+):(?!\\w)",
  ].join("|"),
  "g",
);

/** Inline Markdown to nodes. */
export function markdownInline(text, context) {
  const inner = (words) => markdownInline(words, context);
  return walk(text, INLINE, lines, (found) => {
    if (found.escaped !== undefined) return found.escaped;
    if (found.code !== undefined) return h("code", {}, found.code);
    if (found.url !== undefined) return link(found.url, found.label || found.url);
    if (found.angle !== undefined) return reference(found.angle, context);
    if (found.bare !== undefined) return link(found.bare, found.bare);
    if (found.emoji !== undefined) return emoji(found.emoji);
    if (found.strike !== undefined) return h("s", {}, inner(found.strike));
    const bold = found.bold ?? found.bold2;
    return bold === undefined ? h("em", {}, inner(found.italic ?? found.italic2)) : h("strong", {}, inner(bold));
  });
}

/** A whole Markdown text to block elements. */
export function markdown(text, context) {
  return blocks(text.replaceAll("\r\n", "\n").split("\n"), context);
}

// Tried in this order at each line; a reader returns [element, lines used] or null.
const READERS = [fence, heading, rule, quote, table, list];

function blocks(rows, context) {
  const out = [];
  let at = 0;
  let loose = [];
  const flush = () => {
    if (loose.length) out.push(h("p", {}, markdownInline(loose.join("\n"), context)));
    loose = [];
  };
  while (at < rows.length) {
    const read = firstThatReads(rows, at, context);
    if (read) {
      flush();
      out.push(read[0]);
      at += read[1];
      continue;
    }
    if (rows[at].trim()) loose.push(rows[at].trim());
    else flush();
    at += 1;
  }
  flush();
  return out;
}

function firstThatReads(rows, at, context) {
  for (const reader of READERS) {
    const read = reader(rows, at, context);
    if (read) return read;
  }
  return null;
}

/** An unclosed fence runs to the end: it may still be streaming. */
function fence(rows, at) {
  const open = /^\s{0,3}(`{3,}|~{3,})\s*([\w+#.-]*)[^`]*$/.exec(rows[at]);
  if (!open) return null;
  let end = at + 1;
  while (end < rows.length && !rows[end].trim().startsWith(open[1])) end += 1;
  const code = h("code", {}, rows.slice(at + 1, end).join("\n"));
  return [h("pre", open[2] ? { data: { language: open[2] } } : {}, code), end - at + 1];
}

function heading(rows, at, context) {
  const found = /^(#{1,6})\s+(.+?)\s*#*$/.exec(rows[at]);
  if (!found) return null;
  // Headings inside a message are below the page's own.
  const level = String(Math.min(found[1].length + 2, 6));
  return [h(`h${level}`, { class: "prose-heading" }, markdownInline(found[2], context)), 1];
}

function rule(rows, at) {
  return /^\s{0,3}([-*_])(\s*\1){2,}\s*$/.test(rows[at]) ? [h("hr"), 1] : null;
}

function quote(rows, at, context) {
  let end = at;
  while (end < rows.length && /^\s{0,3}>/.test(rows[end])) end += 1;
  if (end === at) return null;
  const inside = rows.slice(at, end).map((row) => row.replace(/^\s{0,3}> ?/, ""));
  return [h("blockquote", {}, blocks(inside, context)), end - at];
}

function table(rows, at, context) {
  const delimiter = rows[at + 1] ?? "";
  if (!rows[at].includes("|") || !/^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(delimiter)) return null;
  if (!delimiter.includes("|")) return null;
  const sides = cells(delimiter).map((cell) => (cell.endsWith(":") ? (cell.startsWith(":") ? "center" : "end") : "start"));
  const row = (source, tag) =>
    h("tr", {}, cells(source).map((cell, index) =>
      h(tag, { class: `align-${sides[index] ?? "start"}` }, markdownInline(cell, context))));
  let end = at + 2;
  while (end < rows.length && rows[end].includes("|") && rows[end].trim()) end += 1;
  const body = rows.slice(at + 2, end).map((source) => row(source, "td"));
  const inside = h("table", {}, h("thead", {}, row(rows[at], "th")), h("tbody", {}, body));
  return [h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" }, inside), end - at];
}

function cells(row) {
  return row.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

const ITEM = /^(\s*)([-*+•]|\d{1,9}[.)])\s+(.*)$/;

/** A list and, by indentation, the lists inside its items. */
function list(rows, at, context) {
  const first = ITEM.exec(rows[at]);
  if (!first) return null;
  const [, indent, mark] = first;
  const ordered = /\d/.test(mark);
  const items = [];
  let end = at;
  while (end < rows.length) {
    const item = ITEM.exec(rows[end]);
    if (item && item[1].length <= indent.length + 1) {
      if (item[1].length < indent.length || /\d/.test(item[2]) !== ordered) break;
      items.push([item[3]]);
    } else if (rows[end].trim() && (/^\s{2,}/.test(rows[end]) || item)) {
      items.at(-1).push(rows[end].slice(Math.min(indent.length + 2, rows[end].search(/\S/))));
    } else if (rows[end].trim() || !continues(rows, end, indent)) break;
    end += 1;
  }
  const start = ordered && Number.parseInt(mark, 10) !== 1 ? { start: Number.parseInt(mark, 10) } : {};
  return [h(ordered ? "ol" : "ul", start, items.map((inside) => h("li", {}, itemContent(inside, context)))), end - at];
}

/** A blank line stays inside the list when another item of it follows. */
function continues(rows, blank, indent) {
  const next = rows[blank + 1] ?? "";
  const item = ITEM.exec(next);
  return Boolean(item && item[1].length >= indent.length) || /^\s{2,}\S/.test(next);
}

function itemContent(inside, context) {
  const [head, ...rest] = inside;
  const task = /^\[([ xX])\]\s+(.*)$/.exec(head);
  const words = markdownInline(task ? task[2] : head, context);
  const box = task ? [h("span", { class: task[1] === " " ? "task" : "task is-done", "aria-hidden": "true" })] : [];
  return [...box, ...words, ...blocks(rest, context)];
}
