// rich_text blocks: what people's own messages are made of.

import { emoji, lines, link, mention } from "../text/inline.js";
import { h } from "./dom.js";

export function richText(block, context) {
  return (block.elements ?? []).flatMap((element) => group(element, context));
}

function group(element, context) {
  const inside = () => (element.elements ?? []).flatMap((part) => inline(part, context));
  if (element.type === "rich_text_preformatted") return [h("pre", {}, h("code", {}, inside()))];
  if (element.type === "rich_text_quote") return [h("blockquote", {}, inside())];
  if (element.type === "rich_text_list") {
    const items = (element.elements ?? []).map((item) => h("li", {}, (item.elements ?? []).flatMap((part) => inline(part, context))));
    return [h(element.style === "ordered" ? "ol" : "ul", {}, items)];
  }
  return [h("p", {}, inside())];
}

function inline(part, context) {
  return styled(bare(part, context), part.style);
}

function bare(part, context) {
  switch (part.type) {
    case "user":
      return [mention(`@${context.nameOf(part.user_id)}`, part.user_id === context.me)];
    case "channel":
      return [mention(`#${context.channelName(part.channel_id)}`)];
    case "broadcast":
      return [mention(`@${part.range}`)];
    case "emoji":
      return [emoji(part.name)];
    case "link":
      return [link(part.url, part.text || part.url)];
    default:
      return lines(part.text ?? "");
  }
}

function styled(nodes, style = {}) {
  const tags = { code: "code", bold: "strong", italic: "em", strike: "s" };
  return Object.entries(tags).reduce((inside, [name, tag]) => (style[name] ? [h(tag, {}, inside)] : inside), nodes);
}
