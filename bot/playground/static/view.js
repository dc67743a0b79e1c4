// Messages as elements. Texts go in through textContent only: nothing a user or the bot writes is read as HTML.
import { fileUrl } from "./client.js";

export function element(tag, className = "", text = null) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== null) made.textContent = text;
  return made;
}

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};

function wrapper(entity, piece, onCommand) {
  if (TAGS[entity.type]) return element(TAGS[entity.type]);
  if (entity.type === "spoiler") {
    const spoiler = element("span", "spoiler");
    spoiler.tabIndex = 0;
    return spoiler;
  }
  if (entity.type === "text_link" || entity.type === "url") {
    const link = element("a");
    const address = entity.url ?? piece;
    if (/^https?:\/\//.test(address)) link.href = address;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    return link;
  }
  if (entity.type === "bot_command") {
    const command = element("button", "command");
    command.type = "button";
    command.addEventListener("click", () => onCommand(piece));
    return command;
  }
  return element("span", entity.type === "mention" || entity.type === "hashtag" ? "tagged" : "");
}

// Entities nest; offsets are UTF-16 code units, as JavaScript counts too.
function fill(parent, text, from, to, entities, onCommand) {
  let at = from;
  for (let i = 0; i < entities.length; i += 1) {
    const entity = entities[i];
    const end = Math.min(entity.offset + entity.length, to);
    if (entity.offset < at || end <= entity.offset) continue;
    parent.append(text.slice(at, entity.offset));
    const inner = entities.slice(i + 1).filter((e) => e.offset >= entity.offset && e.offset < end);
    const made = wrapper(entity, text.slice(entity.offset, end), onCommand);
    fill(made, text, entity.offset, end, inner, onCommand);
    parent.append(made);
    at = end;
  }
  parent.append(text.slice(at, to));
}

export function summary(message, t) {
  if (!message) return t.deleted;
  const kind = message.photo ? t.photo : message.document ? t.file : message.sticker ? t.sticker : "";
  return [kind, message.text ?? message.caption ?? message.sticker?.emoji ?? ""].filter(Boolean).join(" · ");
}

export function serviceText(message, t, nameOf) {
  if (message.new_chat_members) return t.joined(message.new_chat_members.map(nameOf).join(", "));
  if (message.left_chat_member) return t.left(nameOf(message.left_chat_member));
  if (message.forum_topic_created) return t.topic(message.forum_topic_created.name);
  return null;
}

export function clock(seconds, language) {
  return new Date(seconds * 1000).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
}

function replyLine(message, { t, nameOf, onJump }) {
  const replied = message.reply_to_message;
  const line = element("button", "replied");
  line.type = "button";
  line.append(element("strong", "", nameOf(replied.from)), element("span", "", message.quote?.text ?? summary(replied, t)));
  line.addEventListener("click", () => onJump(replied.message_id));
  return line;
}

function keyboard(message, { onTap }) {
  const grid = element("div", "keyboard");
  for (const row of message.reply_markup.inline_keyboard) {
    const line = element("div", "keys");
    for (const key of row) {
      const made = element(key.url ? "a" : "button", "key", key.text);
      if (key.url) {
        if (/^https?:\/\//.test(key.url)) made.href = key.url;
        made.target = "_blank";
        made.rel = "noopener noreferrer";
      } else {
        made.type = "button";
        made.addEventListener("click", () => onTap(message, key, made));
      }
      line.append(made);
    }
    grid.append(line);
  }
  return grid;
}

function picture(message) {
  const size = message.photo.at(-1);
  const image = element("img", "photo");
  image.src = fileUrl(size.file_id);
  image.width = size.width;
  image.height = size.height;
  image.alt = message.caption ?? "";
  return image;
}

function actions(message, context) {
  const { t, own, onReply, onEdit } = context;
  const bar = element("div", "actions");
  const wanted = [["reply", onReply]];
  if (own(message) && !message.sticker) wanted.push(["edit", onEdit]);
  for (const [name, act] of wanted) {
    const button = element("button", "action", t[name]);
    button.type = "button";
    button.addEventListener("click", () => act(message));
    bar.append(button);
  }
  return bar;
}

function longPress(node, act) {
  let timer = 0;
  const stop = () => clearTimeout(timer);
  node.addEventListener("touchstart", () => { timer = setTimeout(act, 500); }, { passive: true });
  for (const name of ["touchend", "touchmove", "touchcancel"]) node.addEventListener(name, stop, { passive: true });
}

// One message as a list item. `context` holds the texts, who is speaking, and what to do on each action.
export function messageView(message, context) {
  const { t, language, own, nameOf, colorOf, isGroup, onCommand } = context;
  const service = serviceText(message, t, nameOf);
  const item = element("li", service ? "service" : `message ${own(message) ? "own" : "theirs"}`);
  item.dataset.id = message.message_id;
  if (service) {
    item.append(element("span", "", service));
    return item;
  }
  const bubble = element("div", "bubble");
  const name = element("strong", own(message) || !isGroup ? "name hidden" : "name", nameOf(message.sender_chat ?? message.from));
  name.dataset.color = colorOf(message.from);
  bubble.append(name);
  // A topic's messages echo the message that opened it; that is not an answer anyone wrote.
  if (message.reply_to_message && !message.reply_to_message.forum_topic_created) bubble.append(replyLine(message, context));
  if (message.photo) bubble.append(picture(message));
  if (message.document) {
    const link = element("a", "file", message.document.file_name ?? t.file);
    link.href = fileUrl(message.document.file_id);
    link.download = message.document.file_name ?? "";
    bubble.append(link);
  }
  if (message.sticker) bubble.append(element("div", "sticker", message.sticker.emoji));
  const text = message.text ?? message.caption;
  if (text) {
    const body = element("div", "text");
    fill(body, text, 0, text.length, message.entities ?? message.caption_entities ?? [], onCommand);
    bubble.append(body);
  }
  const foot = element("span", "foot");
  if (message.edit_date) foot.append(element("span", "", t.edited));
  foot.append(element("time", "", clock(message.date, language)));
  bubble.append(foot);
  const line = element("div", "bubble-line");
  line.append(bubble, actions(message, context));
  longPress(bubble, () => item.classList.toggle("acting"));
  item.append(line);
  if (message.reply_markup?.inline_keyboard) item.append(keyboard(message, context));
  return item;
}
