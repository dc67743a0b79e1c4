// Wires the parts together: what people do goes to the server, what the server tells is shown.
import { showChats } from "./chats.js";
import * as client from "./client.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { $ } from "./dom.js";
import { Log } from "./log.js";
import { recall, remember } from "./memory.js";
import { Menu } from "./menu.js";
import { author, serviceText, summary } from "./message.js";
import { Notices } from "./notices.js";
import { Room } from "./room.js";
import { Store } from "./store.js";
import { Suggestions } from "./suggestions.js";
import { memberName, translate } from "./texts.js";

const store = new Store();
const notices = new Notices(store);
let quote = null; // the part of a message that is selected

const act = {
  open, link, say, tap, topic, speak,
  reply: (message) => composer.reply(message, quote?.id === message.message_id ? quote : null),
  edit: (message) => composer.edit(message),
  quote: (selected) => { quote = selected; },
  write: (text) => composer.write(text),
  sendOffer: (deliver) => composer.sendOffer(deliver),
  jump: (id) => log.jump(id),
  enterLog: () => log.enter(),
  look: (source, name) => notices.look(source, name),
  toast: (text) => notices.toast(text),
  complain: (error) => notices.complain(error),
};

const room = new Room(store, act);
const log = new Log(store, act);
const menu = new Menu((text) => notices.announce(text));
const suggestions = new Suggestions(store, menu, act);
const composer = new Composer(store, menu, suggestions, act);
const connection = new Connection({ onState, onEvent, onLost: () => room.connected(false) });

async function onState(state, anew) {
  const first = store.current === null;
  store.take(state);
  room.connected(true);
  if (anew && !state.chats.some((chat) => chat.messages.length)) {
    const wanted = recall("language") ?? (navigator.language.startsWith("ko") ? "ko" : "en");
    if (wanted !== store.language) await everybodySpeaks(wanted); // the server tells of it, and all is shown then
  }
  const asked = Number(location.hash.slice(1));
  if (store.chats.has(asked)) store.open(asked);
  if (first) composer.resume();
  if (composer.context && !store.chat.messages.has(composer.context.message.message_id)) composer.recheck();
  showAll();
}

function showAll() {
  document.documentElement.lang = store.language;
  $("brand").textContent = store.bot.first_name;
  $("language").value = store.language;
  translate(document, store.t);
  showRoom();
}

function showRoom() {
  $("app").classList.toggle("in-room", Number(location.hash.slice(1)) === store.current);
  showChats(store, act);
  room.show();
  composer.show();
  log.show();
  showWelcome();
  suggestions.learn();
}

function showWelcome() {
  $("welcome").hidden = store.chat.messages.size > 0;
  $("about").textContent = store.isPrivate ? store.description : store.t.groupAbout(store.bot.username);
  $("start").hidden = !store.isPrivate;
}

function onEvent(event) {
  if (event.type === "commands") suggestions.learn();
  if (event.type === "action" && event.chat_id === store.current) room.typing(event.action);
  const chat = ["message", "edited", "deleted"].includes(event.type) ? store.keep(event) : null;
  if (!chat) return;
  if (chat.id === store.current) change(event);
  showChats(store, act);
}

function change({ type, message, message_id: id }) {
  showWelcome();
  if (type === "deleted") { log.remove(id); return; }
  log.put(message);
  if (type === "message" && store.asksForReply(message) && composer.isEmpty) composer.reply(message);
  if (!message.from_bot) return;
  room.quiet();
  const buttons = message.reply_markup?.inline_keyboard.flat().length ?? 0;
  const said = serviceText(message, store) ?? `${author(message, store)}: ${summary(message, store.t)}`;
  notices.announce(buttons ? `${said} ${store.t.choices(buttons)}` : said);
}

// The open chat is in the address: "back" goes to the list, and a reload stays here.
function open(id) {
  if (location.hash === `#${id}`) composer.write();
  else location.hash = id;
}

window.addEventListener("hashchange", () => {
  const id = Number(location.hash.slice(1));
  if (!store.chats.has(id)) { $("app").classList.remove("in-room"); $("chats").querySelector("[aria-current]")?.focus(); return; }
  const turned = id !== store.current;
  if (turned) composer.leave();
  store.open(id);
  room.quiet();
  showRoom();
  if (turned) composer.arrive();
  composer.write();
});

function speak(id) {
  store.speakers.set(store.current, id);
  composer.endEdit(); // another's message is not for this one to edit
  showRoom();
  $("members").querySelector(":checked")?.focus();
}

function topic(id) {
  store.topic = id;
  showRoom();
  $("topics").querySelector(":checked")?.focus();
}

function say(text) {
  const { current, speaker, topic: thread } = store;
  composer.outbox.post(() => client.send(current, { user_id: speaker, text, thread_id: thread }));
}

async function tap(message, key, button) {
  if (key.callback_data === undefined || button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  try {
    const answer = await client.tap(store.current, message.message_id, store.speaker, key.callback_data);
    if (!answer.answered) notices.toast(store.t.noAnswer);
    else if (answer.url) await link(answer.url);
    else if (answer.show_alert) notices.alert(answer.text);
    else if (answer.text) notices.toast(answer.text);
  } catch (error) {
    notices.complain(error);
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

async function link(url) {
  try {
    const chat = await client.openLink(store.speaker, url);
    await connection.load();
    open(chat.id);
  } catch (error) {
    notices.complain(error);
  }
}

async function everybodySpeaks(language) {
  try {
    for (const user of store.users.values()) {
      await client.changeUser(user.id, { language_code: language, first_name: memberName(user.first_name, language) });
    }
  } catch (error) {
    notices.complain(error);
  }
}

$("back").addEventListener("click", () => { location.hash = ""; });
$("start").addEventListener("click", () => { say("/start"); composer.write(); });
$("keys").addEventListener("click", () => $("keys-dialog").showModal());
$("language").addEventListener("change", () => { remember("language", $("language").value); everybodySpeaks($("language").value); });
$("theme").value = document.documentElement.dataset.theme;
$("theme").addEventListener("change", () => { remember("theme", $("theme").value); document.documentElement.dataset.theme = $("theme").value; });
connection.load();
