/* A website's own colour as our accent: darkened until white text on it can be read (WCAG 2.2, 1.4.3: 4.5 to 1). */

const READABLE = 4.5;

/** Return a readable #rrggbb for a website's #rgb or #rrggbb; null for anything else. */
export function accentFrom(colour) {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(colour || "");
  const hex = short ? `#${short.slice(1).map((digit) => digit + digit).join("")}` : colour;
  if (!/^#[0-9a-f]{6}$/i.test(hex || "")) return null;
  let rgb = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  while (contrastWithWhite(rgb) < READABLE) rgb = rgb.map((value) => Math.floor(value * 0.95));
  return `#${rgb.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

function contrastWithWhite(rgb) {
  const [red, green, blue] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}
