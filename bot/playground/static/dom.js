// Small helpers. Texts go in through textContent only: nothing that people or the bot write is read as HTML.
export const $ = (id) => document.getElementById(id);

export function element(tag, className = "", text = null) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== null) made.textContent = text;
  return made;
}

export function button(className, text, act) {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

export function avatar(name, color) {
  const made = element("span", "avatar", initial(name));
  made.dataset.color = color;
  made.setAttribute("aria-hidden", "true");
  return made;
}

// "회원 2" is told from "회원 3" by its number.
export const initial = (name) => /\d+$/.exec(name)?.[0].slice(-2) ?? [...name][0] ?? "";

export function clock(seconds, language) {
  return new Date(seconds * 1000).toLocaleTimeString(language, { hour: "numeric", minute: "2-digit" });
}

export function day(seconds, language) {
  return new Date(seconds * 1000).toLocaleDateString(language, { month: "long", day: "numeric", weekday: "short" });
}
