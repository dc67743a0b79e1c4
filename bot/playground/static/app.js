// The chat page: what is shown, who speaks, and what the server tells.
import * as client from "./client.js";
import { CommandMenu } from "./menu.js";
import { TEXTS, groupTitle, memberName, translate } from "./texts.js";
import { clock, element, messageView, serviceText, summary } from "./view.js";

const $ = (id) => document.getElementById(id);
const TYPING_MS = 5000;

let world = null; // users and chats by id, the bot
let current = null; // id of the open chat
let language = "ko";
let context = null; // { kind: "reply" | "edit", message, quote } of the next message
let photo = null;
let typingTimer = 0;
let toastTimer = 0;
let reloadTimer = 0;
let stream = null;
const speakers = new Map(); // who speaks in each chat
const unread = new Map();
const menu = new CommandMenu($("menu"), $("text"), takeCommand);

const t = () => TEXTS[language];
const chat = () => world.chats.get(current);
const speaker = (of = chat()) => speakers.get(of.id) ?? people(of)[0];
const people = (of) => of.members.map((m) => m.user_id).filter((id) => world.users.has(id));
const isPrivate = (of) => of.type === "private";
const nameOf = (one) => (one.title ? groupTitle(one.title, language) : memberName(one.first_name, language));
const colorOf = (user) => String(user.is_bot ? 0 : 1 + (people(chat()).indexOf(user.id) % 6));
const titleOf = (of) => (isPrivate(of) ? nameOf(world.bot) : groupTitle(of.title, language));

async function load() {
  const got = await client.state();
  world = {
    bot: got.bot,
    profile: got.profile,
    users: new Map(got.users.map((user) => [user.id, user])),
    chats: new Map(got.chats.map((one) => [one.id, { ...one, messages: new Map(one.messages.map((m) => [m.message_id, m])) }])),
  };
  const first = [...world.chats.values()][0];
  language = world.users.get(people(first)[0])?.language_code === "en" ? "en" : "ko";
  if (!world.chats.has(current)) current = first.id;
  for (const [id, user] of speakers) if (!world.chats.has(id) || !people(world.chats.get(id)).includes(user)) speakers.delete(id);
  if (context && !chat().messages.has(context.message.message_id)) setContext(null);
  stream?.close();
  stream = client.listen(got.cursor, onEvent, (up) => { if (!up) toast(t().offline); });
  showAll();
}

// Several changes at once, such as three members' language, load the state once.
function reload() {
  clearTimeout(reloadTimer);
  reloadTimer = setTimeout(() => load().catch(complain), 60);
}

function showAll() {
  document.documentElement.lang = language;
  document.title = nameOf(world.bot);
  $("brand").textContent = nameOf(world.bot);
  $("language").value = language;
  translate(document, t());
  showChats();
  showRoom();
}

function showChats() {
  $("chats").replaceChildren(...[...world.chats.values()].map((one) => {
    const button = element("button", "chat");
    button.type = "button";
    if (one.id === current) button.setAttribute("aria-current", "true");
    const last = [...one.messages.values()].at(-1);
    const avatar = element("span", "avatar", titleOf(one).slice(0, 1));
    avatar.dataset.color = isPrivate(one) ? "0" : "2";
    avatar.setAttribute("aria-hidden", "true");
    const words = element("span", "chat-words");
    const said = last ? serviceText(last, t(), nameOf) ?? summary(last, t()) : t().empty;
    const by = last && last.from_bot === false && isPrivate(one) ? `${t().you}: ` : "";
    words.append(element("strong", "", titleOf(one)), element("span", "chat-last", by + said));
    const side = element("span", "chat-side");
    if (last) side.append(element("time", "", clock(last.date, language)));
    if (unread.get(one.id)) side.append(element("span", "badge", String(unread.get(one.id))));
    button.append(avatar, words, side);
    button.addEventListener("click", () => openChat(one.id));
    const item = element("li");
    item.append(button);
    return item;
  }));
}

function openChat(id) {
  if (id !== current) setContext(null);
  current = id;
  unread.delete(id);
  $("app").classList.add("in-room");
  showChats();
  showRoom();
  $("text").focus();
}

function showRoom() {
  const one = chat();
  $("title").textContent = titleOf(one);
  $("room-avatar").textContent = titleOf(one).slice(0, 1);
  $("room-avatar").dataset.color = isPrivate(one) ? "0" : "2";
  showSubtitle();
  showMembers(one);
  showLog(one);
  client.commands(one.id, speaker(one)).then((found) => { menu.commands = found; menu.update(); }).catch(complain);
}

function showSubtitle(action = null) {
  const one = chat();
  const rest = isPrivate(one) ? t().bot : t().members(people(one).length);
  $("subtitle").textContent = action ? (isPrivate(one) ? t().typing : `${nameOf(world.bot)} ${t().typing}`) : rest;
  $("subtitle").classList.toggle("busy", Boolean(action));
}

function showMembers(one) {
  $("members").hidden = isPrivate(one);
  const legend = $("members").firstElementChild;
  $("members").replaceChildren(legend, ...people(one).map((id) => {
    const label = element("label", "member");
    const radio = element("input");
    radio.type = "radio";
    radio.name = "speaker";
    radio.checked = id === speaker(one);
    radio.addEventListener("change", () => { speakers.set(one.id, id); setContext(null); showRoom(); });
    label.append(radio, element("span", "", nameOf(world.users.get(id))));
    label.dataset.color = colorOf(world.users.get(id));
    return label;
  }));
}

const viewContext = () => ({
  t: t(), language, nameOf, colorOf, isGroup: !isPrivate(chat()),
  own: (message) => message.from.id === speaker(),
  onCommand: (command) => deliver({ text: command }),
  onReply: (message) => {
    const selected = String(window.getSelection() ?? "").trim();
    const body = message.text ?? message.caption ?? "";
    setContext({ kind: "reply", message, quote: selected && body.includes(selected) ? selected : null });
  },
  onEdit: (message) => setContext({ kind: "edit", message }),
  onTap: press,
  onJump: (id) => {
    const found = $("log").querySelector(`[data-id="${id}"]`);
    found?.scrollIntoView({ block: "center" });
    found?.classList.add("flash");
    setTimeout(() => found?.classList.remove("flash"), 1200);
  },
});

function showLog(one) {
  const log = $("log");
  log.replaceChildren(...[...one.messages.values()].map((message) => messageView(message, viewContext())));
  log.scrollTop = log.scrollHeight;
  showWelcome(one);
}

function showWelcome(one) {
  const fresh = isPrivate(one) && !one.messages.size;
  $("welcome").hidden = !fresh;
  const texts = world.profile.filter((text) => text.field === "description" && text.text);
  const told = texts.find((text) => text.language === language) ?? texts.find((text) => !text.language);
  $("about").textContent = told?.text ?? t().about;
}

function onEvent(event) {
  if (["reset", "chat", "users", "profile"].includes(event.type)) return reload();
  if (event.type === "commands") {
    client.commands(current, speaker()).then((found) => { menu.commands = found; }).catch(complain);
    return undefined;
  }
  const one = world.chats.get(event.chat_id);
  if (!one) return undefined;
  if (event.type === "action") return one.id === current ? startTyping(event.action) : undefined;
  if (event.type === "deleted") one.messages.delete(event.message_id);
  else one.messages.set(event.message.message_id, event.message);
  if (one.id === current) change(event, one);
  else if (event.type === "message" && event.message.from_bot) unread.set(one.id, (unread.get(one.id) ?? 0) + 1);
  showChats();
  return undefined;
}

function change(event, one) {
  const log = $("log");
  const low = log.scrollHeight - log.scrollTop - log.clientHeight < 120;
  const old = log.querySelector(`[data-id="${event.message_id ?? event.message.message_id}"]`);
  const focused = old?.contains(document.activeElement) ? [...old.querySelectorAll("button, a")].indexOf(document.activeElement) : -1;
  if (event.type === "deleted") old?.remove();
  else {
    const made = messageView(event.message, viewContext());
    if (old) old.replaceWith(made);
    else log.append(made);
    if (focused >= 0) made.querySelectorAll("button, a")[focused]?.focus();
    if (event.message.from_bot && event.type === "message") stopTyping();
  }
  if (low || event.message?.from?.id === speaker()) log.scrollTop = log.scrollHeight;
  showWelcome(one);
}

function startTyping(action) {
  clearTimeout(typingTimer);
  showSubtitle(action);
  typingTimer = setTimeout(stopTyping, TYPING_MS);
}

function stopTyping() {
  clearTimeout(typingTimer);
  showSubtitle();
}

async function press(message, key, button) {
  if (key.callback_data === undefined || button.getAttribute("aria-busy")) return;
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await client.tap(chat().id, message.message_id, speaker(), key.callback_data);
    if (!answer.answered) toast(t().noAnswer);
    else if (answer.show_alert) { $("alert-text").textContent = answer.text; $("alert").showModal(); }
    else if (answer.text) toast(answer.text);
  } catch (error) {
    complain(error);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

function setContext(next) {
  const wasEditing = context?.kind === "edit";
  context = next;
  if (next?.kind === "edit") $("text").value = next.message.text ?? next.message.caption ?? "";
  else if (wasEditing) $("text").value = "";
  showContext();
  grow();
  if (next) $("text").focus();
}

function showContext() {
  const parts = [];
  if (context?.kind === "edit") parts.push(t().editing);
  if (context?.kind === "reply") parts.push(`${t().replyTo(nameOf(context.message.from))} · ${context.quote ?? summary(context.message, t())}`);
  if (photo) parts.push(`${t().photo} · ${photo.name}`);
  const log = $("log");
  const low = log.scrollHeight - log.scrollTop - log.clientHeight < 8;
  $("context").hidden = !parts.length;
  if (low) log.scrollTop = log.scrollHeight;
  $("context-text").textContent = parts.join("   ");
}

async function deliver(fields) {
  try {
    await client.send(current, { user_id: speaker(), ...fields });
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

async function submit() {
  const text = $("text").value.trim();
  const { kind, message, quote } = context ?? {};
  if (kind === "edit") {
    try { await client.edit(current, message.message_id, speaker(), text); } catch (error) { complain(error); }
    setContext(null);
    return;
  }
  if (!text && !photo) return;
  const sent = await deliver({ text, photo, reply_to: message?.message_id, quote });
  if (!sent) return;
  photo = null;
  $("photo").value = "";
  $("text").value = "";
  setContext(null);
  menu.close();
  grow();
}

function takeCommand(command) {
  $("text").value = isPrivate(chat()) ? `/${command} ` : `/${command}@${world.bot.username} `;
  $("text").focus();
  grow();
}

function grow() {
  const field = $("text");
  field.style.height = "";
  if (field.value) field.style.height = `${Math.min(field.scrollHeight + 2, 160)}px`;
}

function toast(text) {
  clearTimeout(toastTimer);
  $("toast").textContent = text;
  $("toast").classList.add("shown");
  toastTimer = setTimeout(() => $("toast").classList.remove("shown"), 3200);
}

function complain(error) {
  toast(String(error.message ?? error));
}

async function speak(next) {
  const firsts = new Set([...world.chats.values()].slice(0, 2).flatMap(people));
  for (const id of firsts) {
    const name = memberName(world.users.get(id).first_name, next);
    await client.changeUser(id, { language_code: next, first_name: name });
  }
  await load();
}

$("composer").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
$("text").addEventListener("input", () => { menu.update(); grow(); });
$("text").addEventListener("blur", () => menu.close());
$("text").addEventListener("keydown", (event) => {
  if (event.isComposing) return; // Enter ends a Korean syllable first
  if (menu.key(event)) event.preventDefault();
  else if (event.key === "Escape" && context) setContext(null);
  else if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); submit(); }
});
$("slash").addEventListener("click", () => { $("text").value = "/"; $("text").focus(); menu.update(); });
$("photo").addEventListener("change", () => { [photo = null] = $("photo").files; showContext(); $("text").focus(); });
$("cancel").addEventListener("click", () => { photo = null; $("photo").value = ""; setContext(null); });
$("back").addEventListener("click", () => { $("app").classList.remove("in-room"); $("chats").querySelector("button")?.focus(); });
$("start").addEventListener("click", () => deliver({ text: "/start" }));
$("language").addEventListener("change", () => speak($("language").value).catch(complain));
load().catch(complain);
