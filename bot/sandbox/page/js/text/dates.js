// Slack's date tokens, `<!date^1795458939^{date_short_pretty}, {time}|in words>`, on the reader's own clock.

import { h } from "../view/dom.js";

const formatter = (options) => new Intl.DateTimeFormat(undefined, options);
const LONG = formatter({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const PLAIN = formatter({ day: "numeric", month: "long", year: "numeric" });
const SHORT = formatter({ day: "numeric", month: "short", year: "numeric" });
const NUMBERS = formatter({ day: "2-digit", month: "2-digit", year: "numeric" });
const TIME = formatter({ hour: "2-digit", minute: "2-digit" });
const SECONDS = formatter({ hour: "2-digit", minute: "2-digit", second: "2-digit" });

const FORMATS = {
  date_num: (at) => NUMBERS.format(at),
  date: (at) => PLAIN.format(at),
  date_short: (at) => SHORT.format(at),
  date_long: (at) => LONG.format(at),
  date_pretty: (at) => nearDay(at) ?? PLAIN.format(at),
  date_short_pretty: (at) => nearDay(at) ?? SHORT.format(at),
  date_long_pretty: (at) => nearDay(at) ?? LONG.format(at),
  time: (at) => TIME.format(at),
  time_secs: (at) => SECONDS.format(at),
};

/** The inside of the angle brackets, and the words for clients that cannot; null when it is no date. */
export function dateToken(target, fallback) {
  const [, seconds, format] = target.split("^");
  const at = new Date(Number(seconds) * 1000);
  if (!format || Number.isNaN(at.getTime())) return null;
  const words = format.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(FORMATS, name) ? FORMATS[name](at) : whole));
  return h("time", { datetime: at.toISOString(), title: fallback }, words);
}

function nearDay(at) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
  return { "-1": "tomorrow", 0: "today", 1: "yesterday" }[days];
}
