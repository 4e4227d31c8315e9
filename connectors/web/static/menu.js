/* The settings: how the chat looks, what this device keeps, printing, deleting. */

import { h, icon } from "./dom.js";

const SIZES = ["1", "2", "3"];

/** Return the settings' element. `actions`: look({size, contrast}), shared(on), print(), forget(), erase(), close(). */
export function renderMenu(s, look, shared, actions) {
  const size = h(
    "fieldset.sizes",
    {},
    h("legend", {}, s.menu.size),
    ...SIZES.map((value) =>
      h(
        "label.size",
        {},
        h("input", { type: "radio", name: "size", value, checked: look.size === value, onchange: () => actions.look({ size: value }) }),
        h(`span.letter.letter-${value}`, { "aria-hidden": "true" }, "あ"),
        h("span", {}, s.menu[`size_${value}`]),
      ),
    ),
  );
  return h(
    "section.menu",
    { "aria-labelledby": "menu-title", hidden: true },
    h(
      "div.menu-head",
      {},
      h("h2", { id: "menu-title", tabindex: "-1" }, s.menu.title),
      h("button.small-button", { type: "button", onclick: actions.close }, s.menu.close),
    ),
    size,
    check(s.menu.contrast, "", look.contrast, (on) => actions.look({ contrast: on })),
    check(s.menu.easy, s.menu.easy_note, look.easy, (on) => actions.look({ easy: on }), "easy"),
    h("h3", {}, s.menu.device),
    check(s.intro.shared, s.intro.shared_note, shared, actions.shared, "shared"),
    h("button.wide", { type: "button", onclick: actions.print }, s.menu.print),
    confirmed(s, s.menu.forget, s.menu.forget_note, s.menu.forget_sure, actions.forget),
    confirmed(s, s.menu.erase, s.menu.erase_note, s.menu.erase_sure, actions.erase),
    h("h3", {}, s.menu.urgent),
    h("a.call", { href: "tel:110" }, icon("phone"), s.menu.police),
    h("a.call", { href: "tel:119" }, icon("phone"), s.menu.ambulance),
  );
}

/** Return a checkbox with its label; `name` lets several of them show the same choice. */
export function check(label, note, on, change, name = "") {
  const input = h("input", { type: "checkbox", checked: on, "data-choice": name, onchange: (event) => change(event.target.checked) });
  return h("label.check", {}, input, h("span", {}, label, note && h("small", {}, note)));
}

/** Return a button that asks once more before it does what cannot be undone. */
function confirmed(s, label, note, sure, act) {
  const problem = h("p.problem", { role: "alert", hidden: true }, s.state.erase_failed);
  const yes = h("button.small-button.danger", { type: "button", onclick: () => act().catch(() => (problem.hidden = false)) }, sure);
  const no = h("button.small-button", { type: "button" }, s.menu.cancel);
  const more = h("div.confirm", { hidden: true }, h("p", {}, note), h("div.confirm-actions", {}, yes, no), problem);
  const ask = h("button.wide", { type: "button", "aria-expanded": "false" }, label);
  const show = (on) => {
    more.hidden = !on;
    problem.hidden = true;
    ask.setAttribute("aria-expanded", String(on));
    (on ? yes : ask).focus();
  };
  ask.addEventListener("click", () => show(more.hidden));
  no.addEventListener("click", () => show(false));
  more.fold = () => {
    more.hidden = true;
    problem.hidden = true;
    ask.setAttribute("aria-expanded", "false");
  };
  return h("div.confirmed", {}, ask, more);
}
