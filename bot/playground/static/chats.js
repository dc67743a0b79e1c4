// The list of chats.
import { $, avatar, button, clock, element } from "./dom.js";
import { author, serviceText, summary } from "./message.js";

// Who was on a chat stays on it, whatever is told meanwhile.
export function showChats(store, act) {
  const held = document.activeElement?.closest("#chats .chat")?.dataset.id;
  $("chats").replaceChildren(...[...store.chats.values()].map((chat) => {
    const item = element("li");
    item.append(chatButton(chat, store, act));
    return item;
  }));
  if (held) $("chats").querySelector(`.chat[data-id="${held}"]`)?.focus();
  const waiting = [...store.unread.values()].reduce((sum, count) => sum + count, 0);
  document.title = waiting ? `(${waiting}) ${store.bot.first_name}` : store.bot.first_name;
}

function chatButton(chat, store, act) {
  const made = button("chat", null, () => act.open(chat.id));
  made.dataset.id = chat.id;
  if (chat.id === store.current) made.setAttribute("aria-current", "true");
  const last = [...chat.messages.values()].at(-1);
  const words = element("span", "chat-words");
  words.append(element("strong", "", store.titleOf(chat)), element("span", "chat-last", last ? lastWords(last, chat, store) : store.t.empty));
  const side = element("span", "chat-side");
  if (last) side.append(element("time", "", clock(last.date, store.language)));
  const count = store.unread.get(chat.id);
  if (count) {
    const badge = element("span", "badge", String(count));
    badge.append(element("span", "hidden", store.t.unread));
    side.append(badge);
  }
  made.append(avatar(store.titleOf(chat), chat.type === "private" ? "0" : "2"), words, side);
  return made;
}

function lastWords(last, chat, store) {
  const service = serviceText(last, store);
  if (service) return service;
  const mine = chat.type === "private" && !last.from_bot;
  const by = chat.type === "private" && last.from_bot ? "" : `${mine ? store.t.you : author(last, store)}: `;
  return by + summary(last, store.t);
}
