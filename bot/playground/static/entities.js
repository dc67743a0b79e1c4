// A text with its entities as elements.
import { button, element } from "./dom.js";

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};

const TAGGED = new Set(["mention", "text_mention", "hashtag"]);
const BLOCKS = new Set(["pre", "blockquote"]);

// A block ends its line by itself. The break stays in the text, so that the places in it are counted right.
function endLine(parent, at) {
  const unseen = element("span", "", "\n");
  unseen.hidden = true;
  parent.append(unseen);
  return at + 1;
}

// A link of Telegram's own is followed here, any other in a tab of its own.
export function link(className, text, address, act) {
  if (/^https?:\/\/t\.me\//i.test(address)) return button(className, text, () => act.link(address));
  const made = element("a", className, text);
  if (/^https?:\/\//i.test(address)) made.href = address;
  made.target = "_blank";
  made.rel = "noopener noreferrer";
  return made;
}

function wrapper(entity, piece, act) {
  if (TAGS[entity.type]) return element(TAGS[entity.type]);
  if (entity.type === "spoiler") {
    const spoiler = element("span", "spoiler");
    spoiler.tabIndex = 0;
    return spoiler;
  }
  if (entity.type === "text_link" || entity.type === "url") return link("link", null, entity.url ?? piece, act);
  if (entity.type === "bot_command") return button("link", null, () => act.say(piece));
  return element("span", TAGGED.has(entity.type) ? "tagged" : "");
}

// Entities nest; offsets are UTF-16 code units, as JavaScript counts too.
export function fill(parent, text, entities, act, from = 0, to = text.length) {
  let at = from;
  for (let i = 0; i < entities.length; i += 1) {
    const entity = entities[i];
    const end = Math.min(entity.offset + entity.length, to);
    if (entity.offset < at || end <= entity.offset) continue;
    parent.append(text.slice(at, entity.offset));
    const inner = entities.slice(i + 1).filter((e) => e.offset >= entity.offset && e.offset < end);
    const made = wrapper(entity, text.slice(entity.offset, end), act);
    fill(made, text, inner, act, entity.offset, end);
    parent.append(made);
    at = end;
    if (BLOCKS.has(made.localName) && text[at] === "\n" && at < to) at = endLine(parent, at);
  }
  parent.append(text.slice(at, to));
}
