// The only way this page makes elements: names, properties and text, never markup from data.

/**
 * Make an element. Text children become text nodes, so nothing a person or an app wrote can be markup.
 * @param {string} tag
 * @param {object} props `class`, `on` (listeners), `data`, `style` (custom properties), else attributes
 * @param {...(Node|string|null|false|Array)} children
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) applyProp(element, name, value);
  element.append(...present(children));
  return element;
}

/** Replace everything inside `parent`. */
export function fill(parent, ...children) {
  parent.replaceChildren(...present(children));
  return parent;
}

/** The children worth appending: lists flattened, nothings dropped. */
function present(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

function applyProp(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "class") element.className = value;
  else if (name === "on") {
    for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
  } else if (name === "data") Object.assign(element.dataset, value);
  else if (name === "style") {
    // Through the object model: a style attribute would be refused by the page's policy.
    for (const [property, setting] of Object.entries(value)) element.style.setProperty(property, setting);
  } else element.setAttribute(name, value === true ? "" : String(value));
}

/** Say something to a screen reader without moving the focus. */
export function announce(words) {
  document.getElementById("announcer").textContent = words.slice(0, 400);
}
