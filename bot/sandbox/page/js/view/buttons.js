// Buttons of a message: pressed once, they rest until the app has answered.

import { h } from "./dom.js";
import { icon } from "./icons.js";

/** A Block Kit button; one with an address also opens it. */
export function buttonElement(part, context, label) {
  const style = part.style === "primary" || part.style === "danger" ? ` is-${part.style}` : "";
  const props = { class: `button${style}`, type: "button", "aria-label": part.accessibility_label };
  return pressable(h("button", props, label), part, context);
}

/** Thumbs up and down under an answer. */
export function feedbackElement(part, context) {
  const thumb = (button, name) => {
    const words = button?.accessibility_label || button?.text?.text || name;
    const element = h("button", { class: "icon-button feedback", type: "button", title: words, "aria-label": words }, icon(name, 16));
    return pressable(element, { ...button, action_id: part.action_id }, context, true);
  };
  return h("span", { class: "feedback-pair" }, thumb(part.positive_button, "thumbup"), thumb(part.negative_button, "thumbdown"));
}

export function iconButtonElement(part, context, label) {
  const props = { class: "icon-button", type: "button", "aria-label": part.accessibility_label };
  return pressable(h("button", props, part.icon === "trash" ? icon("close", 16) : null, label), part, context);
}

function pressable(button, part, context, stays = false) {
  button.dataset.key = `${part.action_id}:${part.value ?? ""}`;
  button.addEventListener("click", async () => {
    // Not disabled: a button that rests keeps the focus, and a modal it opens gives it back.
    if (button.getAttribute("aria-busy")) return;
    if (part.confirm && !(await confirmed(part.confirm))) return;
    if (/^https?:/i.test(part.url ?? "")) window.open(part.url, "_blank", "noopener,noreferrer");
    button.setAttribute("aria-busy", "true");
    const fine = await context.onClick(part);
    button.removeAttribute("aria-busy");
    if (fine && stays) choose(button);
  });
  return button;
}

/** Mark the chosen one of a pair. */
function choose(button) {
  for (const other of button.parentElement.children) other.setAttribute("aria-pressed", String(other === button));
}

/** Ask before a button that carries a confirmation. */
function confirmed(confirm) {
  return new Promise((resolve) => {
    const answer = (yes) => () => {
      dialog.close();
      dialog.remove();
      resolve(yes);
    };
    const danger = confirm.style === "danger" ? " is-danger" : " is-primary";
    const dialog = h(
      "dialog",
      { class: "dialog", on: { cancel: answer(false) } },
      h("h2", {}, confirm.title?.text ?? "Are you sure?"),
      h("p", {}, confirm.text?.text ?? ""),
      h(
        "div",
        { class: "dialog-actions" },
        h("button", { class: "button", type: "button", on: { click: answer(false) } }, confirm.deny?.text ?? "Cancel"),
        h("button", { class: `button${danger}`, type: "button", on: { click: answer(true) } }, confirm.confirm?.text ?? "Yes"),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
