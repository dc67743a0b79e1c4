// The head of the open chat: its name, who is typing, who speaks, and its topics.
import { $, avatar, element, initial } from "./dom.js";

const TYPING_MS = 5500; // Telegram shows it for five seconds

export class Room {
  constructor(store, act) {
    Object.assign(this, { store, act, timer: 0, action: null, online: true });
  }

  show() {
    const { store } = this;
    $("title").textContent = store.titleOf(store.chat);
    $("room-avatar").textContent = initial(store.titleOf(store.chat));
    $("room-avatar").dataset.color = store.isPrivate ? "0" : "2";
    this.showSubtitle();
    this.choose($("members"), store.isPrivate ? [] : store.people(store.chat).map((id) => this.member(id)));
    const topics = store.chat.topics.map((topic) => [topic.message_thread_id, topic.name]);
    this.choose($("topics"), topics.length ? [[null, store.t.allTopics], ...topics].map(([id, name]) => this.option("topic", element("span", "", name), id === store.topic, () => this.act.topic(id))) : []);
  }

  choose(fieldset, options) {
    fieldset.hidden = !options.length;
    fieldset.replaceChildren(fieldset.querySelector("legend"), ...options);
  }

  member(id) {
    const { store } = this;
    const user = store.users.get(id);
    const words = element("span");
    words.append(avatar(store.nameOf(user), store.colorOf(user)), element("span", "", store.nameOf(user)));
    return this.option("speaker", words, id === store.speaker, () => this.act.speak(id));
  }

  option(name, words, checked, act) {
    const label = element("label", "option");
    const radio = Object.assign(element("input"), { type: "radio", name, checked });
    radio.addEventListener("change", act);
    label.append(radio, words);
    return label;
  }

  connected(online) {
    if (online === this.online) return;
    this.online = online;
    document.body.classList.toggle("offline", !online);
    $("connection").textContent = online ? "" : this.store.t.offline;
  }

  typing(action) {
    clearTimeout(this.timer);
    this.action = action;
    this.timer = setTimeout(() => this.quiet(), TYPING_MS);
    this.showSubtitle();
  }

  quiet() {
    clearTimeout(this.timer);
    this.action = null;
    this.showSubtitle();
  }

  showSubtitle() {
    const { store, action } = this;
    const doing = action?.startsWith("upload") ? store.t.sending : store.t.typing;
    const rest = store.isPrivate ? store.t.bot : store.t.members(store.people(store.chat).length);
    $("subtitle").textContent = !action ? rest : store.isPrivate ? doing : `${store.bot.first_name} ${doing}`;
    $("subtitle").classList.toggle("busy", Boolean(action));
  }
}
