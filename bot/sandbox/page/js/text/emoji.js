// Emoji by their Slack names: the few this product uses, and only where the machine has a font for them.

const GLYPHS = {
  wave: "👋", tada: "🎉", white_check_mark: "✅", x: "❌", warning: "⚠️", eyes: "👀", mag: "🔍", bulb: "💡",
  books: "📚", book: "📖", page_facing_up: "📄", memo: "📝", clipboard: "📋", paperclip: "📎", link: "🔗", lock: "🔒",
  shield: "🛡️", robot_face: "🤖", brain: "🧠", speech_balloon: "💬", hourglass_flowing_sand: "⏳", zap: "⚡", rocket: "🚀",
  moneybag: "💰", chart_with_upwards_trend: "📈", bar_chart: "📊", briefcase: "💼", mega: "📣", loudspeaker: "📢",
  handshake: "🤝", scales: "⚖️", hammer_and_wrench: "🛠️", gear: "⚙️", wrench: "🔧", busts_in_silhouette: "👥",
  compass: "🧭", sos: "🆘", headphones: "🎧", owl: "🦉", thumbsup: "👍", "+1": "👍", thumbsdown: "👎", "-1": "👎",
  smile: "😄", slightly_smiling_face: "🙂", thinking_face: "🤔", pray: "🙏", star: "⭐", fire: "🔥", heart: "❤️",
  computer: "💻", crown: "👑", balance_scale: "⚖️", technologist: "🧑‍💻", file_folder: "📁", calendar: "📅", seedling: "🌱", lifebuoy: "🛟", ring_buoy: "🛟",
};

const PICTURES = /\p{Emoji_Presentation}/u;
const ALL_PICTURES = /\p{Emoji_Presentation}\p{Emoji_Modifier}?(\u200d\p{Extended_Pictographic}\ufe0f?)*\s?/gu;

let drawn = null;

/** The character of `:name:` (or `name`), or null when unknown or when this machine would draw an empty box. */
export function glyph(name) {
  const found = GLYPHS[name.replaceAll(":", "")];
  if (!found) return null;
  return isDrawn() ? found : null;
}

/** The text without the emoji for which this machine would draw empty boxes. */
export function drawable(text) {
  return PICTURES.test(text) && !isDrawn() ? text.replaceAll(ALL_PICTURES, "") : text;
}

function isDrawn() {
  return (drawn ??= drawsEmoji());
}

/** True when an emoji is drawn as something other than the box of a missing character. */
function drawsEmoji() {
  const missing = picture("\u{10FFFE}");
  return picture("🔍") !== missing && picture("🎉") !== picture("🔍");
}

function picture(character) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 24;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.font = "18px sans-serif";
  context.fillText(character, 2, 20);
  return context.getImageData(0, 0, 24, 24).data.join();
}
