/* Making elements. Text is only ever set as text, never as markup. */

const SVG = "http://www.w3.org/2000/svg";

/** Return an element: h("button.primary", {type: "button", onclick}, "text", child, …). Attributes that are null or false are left out. */
export function h(selector, attributes = {}, ...children) {
  const [tag, ...classes] = selector.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
}

const ICONS = {
  house: ["M4 11 12 4l8 7", "M6.5 10v9.5h11V10"],
  person: ["M12 12.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6"],
  phone: ["M6 3.5h3l1.5 4.5-2 1.5a11 11 0 0 0 6 6l1.5-2 4.5 1.5v3c0 1-.9 2-2 2C11 19.5 4.5 13 4 5.5c0-1.1 1-2 2-2z"],
  alert: ["M12 3 2.5 20h19z", "M12 10v4.5", "M12 17v.5"],
  web: ["M14 4h6v6", "M20 4l-9 9", "M18 14v5.5H4.5V6H10"],
  place: ["M12 21s-6.5-6-6.5-11a6.5 6.5 0 0 1 13 0C18.5 15 12 21 12 21z", "M12 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z"],
  dot: ["M12 13.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z"],
  search: ["M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13z", "M15.5 15.5 20 20"],
  send: ["M4 12 20 4.5 15.5 20l-4-6.5z", "M11.5 13.5 20 4.5"],
  menu: ["M4 7h16", "M4 12h16", "M4 17h16"],
  close: ["M5.5 9 12 15.5 18.5 9"],
  exit: ["M6 6l12 12", "M18 6 6 18"],
  check: ["M5 12.5 10 17.5 19 7"],
};

/** Return a decorative icon by its name. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  for (const d of ICONS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

const READING = /([\u3400-\u9fff\u3005]+(?:[ぁ-ん][\u3400-\u9fff\u3005]+)?)（([ぁ-ゖー]+)）/;

/** Return text as nodes, readings in parentheses behind Chinese characters above them: 家賃（やちん）. */
export function ruby(text) {
  const parts = (text || "").split(READING);
  const nodes = [];
  for (let at = 0; at < parts.length; at += 3) {
    if (parts[at]) nodes.push(parts[at]);
    if (at + 2 < parts.length) nodes.push(h("ruby", {}, parts[at + 1], h("rp", {}, "（"), h("rt", {}, parts[at + 2]), h("rp", {}, "）")));
  }
  return nodes;
}

/** Fill {name} places of a string. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Return a random id for an event. crypto.randomUUID needs https and a browser of 2022. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
