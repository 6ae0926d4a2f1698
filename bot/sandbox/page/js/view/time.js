// Times as people read them, in the browser's own zone.

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

export const clock = (date) => CLOCK.format(date);
/** Without am or pm, for the narrow column beside a follow-up. */
export const bareClock = (date) =>
  CLOCK.formatToParts(date).filter((part) => part.type !== "dayPeriod").map((part) => part.value).join("").trim();
export const full = (date) => FULL.format(date);

/** Today, Yesterday, or the day in full. */
export function day(date, now = new Date()) {
  const days = Math.round((midnight(now) - midnight(date)) / 86_400_000);
  if (days === 0) return "Today";
  return days === 1 ? "Yesterday" : DAY.format(date);
}

export const sameDay = (a, b) => midnight(a) === midnight(b);

function midnight(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** Bytes as people read them. */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
