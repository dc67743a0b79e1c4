// One message as an element.
import { fileUrl } from "./client.js";
import { avatar, button, clock, element } from "./dom.js";
import { fill, link } from "./entities.js";

const TALLEST_PX = 340; // of a picture

export function summary(message, t) {
  if (!message) return t.deleted;
  const kind = message.photo ? t.photo : message.document ? t.file : message.sticker ? t.sticker : "";
  return [kind, message.text ?? message.caption ?? message.sticker?.emoji ?? ""].filter(Boolean).join(" · ");
}

export function serviceText(message, store) {
  const { t } = store;
  const names = (people) => people.map((one) => store.nameOf(one)).join(", ");
  if (message.new_chat_members) return t.joined(names(message.new_chat_members));
  if (message.left_chat_member) return t.left(names([message.left_chat_member]));
  if (message.forum_topic_created) return t.topic(message.forum_topic_created.name);
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) return t.upgraded;
  return null;
}

export const author = (message, store) => store.nameOf(message.sender_chat ?? message.from);

function replyLine(message, store, act) {
  const replied = message.reply_to_message;
  const line = button("replied", null, () => act.jump(replied.message_id));
  line.dataset.color = store.colorOf(replied.from);
  line.append(element("span", "hidden", store.t.jump), element("strong", "", author(replied, store)));
  line.append(element("span", "", message.quote?.text ?? summary(replied, store.t)));
  return line;
}

function keyboard(message, act) {
  const grid = element("div", "keyboard");
  for (const row of message.reply_markup.inline_keyboard) {
    const line = element("div", "keys");
    for (const key of row) {
      const made = key.url ? link("key", key.text, key.url, act) : button("key", key.text, () => act.tap(message, key, made));
      line.append(made);
    }
    grid.append(line);
  }
  return grid;
}

function picture(message, t, act) {
  const size = message.photo.at(-1);
  const image = element("img");
  image.src = fileUrl(size.file_id);
  image.width = size.width;
  image.height = size.height;
  image.style.width = `${size.width * Math.min(1, TALLEST_PX / size.height)}px`; // its place is there before it is
  image.alt = message.caption ?? t.photo;
  const made = button("photo", null, () => act.look(image.src, image.alt));
  made.append(image);
  return made;
}

function file(message, t) {
  const made = element("a", "file");
  made.href = fileUrl(message.document.file_id);
  made.download = message.document.file_name ?? "";
  const size = message.document.file_size ? `${Math.ceil(message.document.file_size / 1024)} kB` : "";
  made.append(element("span", "", message.document.file_name ?? t.file), element("small", "", size));
  return made;
}

function bubble(message, store, act, id) {
  const { t } = store;
  const made = element("div", "bubble");
  const name = element("strong", store.isPrivate || store.isOwn(message) ? "name hidden" : "name", author(message, store));
  name.id = `${id}-name`;
  name.dataset.color = store.colorOf(message.from);
  made.append(name);
  if (message.forward_origin) made.append(element("span", "aside", t.forwarded(forwardedFrom(message.forward_origin, store))));
  if (message.via_bot) made.append(element("span", "aside", t.via(message.via_bot.username)));
  // A topic's messages echo the message that opened it; that is not an answer anyone wrote.
  if (message.reply_to_message && !message.reply_to_message.forum_topic_created) made.append(replyLine(message, store, act));
  if (message.photo) made.append(picture(message, t, act));
  if (message.document) made.append(file(message, t));
  if (message.sticker) made.append(element("div", "sticker", message.sticker.emoji));
  const text = message.text ?? message.caption;
  if (text) {
    const body = element("div", "text");
    body.id = `${id}-text`;
    fill(body, text, message.entities ?? message.caption_entities ?? [], act);
    made.append(body);
  }
  const foot = element("span", "foot");
  foot.id = `${id}-foot`;
  const topic = store.topicOf(message);
  if (topic) foot.append(element("span", "", `# ${topic}`));
  if (message.edit_date) foot.append(element("span", "", t.edited));
  foot.append(element("time", "", clock(message.date, store.language)));
  made.append(foot);
  return made;
}

function forwardedFrom(origin, store) {
  const from = origin.sender_user ?? origin.chat ?? origin.sender_chat;
  return from ? store.nameOf(from) : origin.sender_user_name;
}

function actions(message, store, act) {
  const bar = element("div", "actions");
  bar.append(button("action reply", store.t.reply, () => act.reply(message)));
  if (store.isOwn(message) && !message.sticker) bar.append(button("action", store.t.edit, () => act.edit(message)));
  return bar;
}

export function messageView(message, store, act) {
  const service = serviceText(message, store);
  const id = `m${message.message_id}`;
  const item = element("div", service ? "message service" : `message ${store.isOwn(message) ? "own" : "theirs"}`);
  Object.assign(item.dataset, { id: message.message_id, from: (message.sender_chat ?? message.from).id, date: message.date });
  item.setAttribute("role", "article");
  if (service) {
    const words = element("span", "", service);
    words.id = `${id}-text`;
    item.setAttribute("aria-labelledby", words.id);
    item.append(words);
    return item;
  }
  item.setAttribute("aria-labelledby", `${id}-name ${id}-text ${id}-foot`);
  if (!store.isPrivate && !store.isOwn(message)) item.append(avatar(author(message, store), store.colorOf(message.from)));
  const stack = element("div", "stack");
  stack.append(bubble(message, store, act, id));
  if (message.reply_markup?.inline_keyboard) stack.append(keyboard(message, act));
  item.append(stack, actions(message, store, act));
  return item;
}
