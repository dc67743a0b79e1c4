// What the server told, and what was chosen on this page: the open chat, who speaks there, the topic.
import { TEXTS, groupTitle, memberName } from "./texts.js";

export class Store {
  constructor() {
    this.bot = null;
    this.profile = [];
    this.users = new Map();
    this.chats = new Map();
    this.language = "ko";
    this.current = null;
    this.topic = null; // of a group with topics; null shows them all
    this.speakers = new Map(); // by chat
    this.unread = new Map(); // by chat
  }

  get t() { return TEXTS[this.language]; }
  get chat() { return this.chats.get(this.current); }
  get isPrivate() { return this.chat.type === "private"; }

  take(state) {
    this.bot = state.bot;
    this.profile = state.profile;
    this.users = new Map(state.users.map((user) => [user.id, user]));
    this.chats = new Map(state.chats.map((chat) => [chat.id, { ...chat, messages: new Map(chat.messages.map((m) => [m.message_id, m])) }]));
    const [first] = this.chats.values();
    this.language = this.users.get(this.people(first)[0])?.language_code === "en" ? "en" : "ko";
    if (!this.chats.has(this.current)) this.open(first.id);
    if (!this.chat.topics.some((topic) => topic.message_thread_id === this.topic)) this.topic = null;
  }

  open(id) {
    if (id !== this.current) this.topic = null;
    this.current = id;
    this.unread.delete(id);
  }

  // Keep what an event says of a message; gives its chat, or null for a chat unknown here.
  keep(event) {
    const chat = this.chats.get(event.chat_id);
    if (!chat) return null;
    if (event.type === "deleted") chat.messages.delete(event.message_id);
    else chat.messages.set(event.message.message_id, event.message);
    if (event.type === "message" && event.message.from_bot && chat.id !== this.current) {
      this.unread.set(chat.id, (this.unread.get(chat.id) ?? 0) + 1);
    }
    return chat;
  }

  people(chat) {
    const present = chat.members.filter((m) => !["left", "kicked"].includes(m.status));
    return present.map((m) => m.user_id).filter((id) => this.users.has(id));
  }

  get speaker() {
    const people = this.people(this.chat);
    const chosen = this.speakers.get(this.current);
    return people.includes(chosen) ? chosen : people[0];
  }

  isOwn(message) { return message.from.id === this.speaker; }

  // In the open chat, whether a message belongs to the topic that is shown.
  isShown(message) {
    return this.topic === null || [message.message_thread_id, message.message_id].includes(this.topic);
  }

  // Whether a message of the open chat asks whoever speaks there for a reply; a selective one asks only those whom it
  // mentions or answers.
  asksForReply(message) {
    const { force_reply: forced, entities = message.caption_entities ?? [], reply_to_message: replied } = message;
    if (!forced || !this.isShown(message)) return false;
    const meant = [...entities.map((entity) => entity.user?.id), replied?.from.id];
    return this.isPrivate || !forced.selective || meant.includes(this.speaker);
  }

  nameOf(one) {
    return one.title ? groupTitle(one.title, this.language) : memberName(one.first_name, this.language);
  }

  titleOf(chat) {
    if (chat.type !== "private") return this.nameOf(chat);
    const several = [...this.chats.values()].filter((one) => one.type === "private").length > 1;
    return several ? `${this.bot.first_name} · ${this.nameOf(chat)}` : this.bot.first_name;
  }

  colorOf(one) {
    if (one.is_bot) return "0";
    const place = this.people(this.chat).indexOf(one.id);
    return String(1 + (place < 0 ? 5 : place % 6));
  }

  topicOf(message) {
    if (this.topic !== null) return null;
    return this.chat.topics.find((topic) => topic.message_thread_id === message.message_thread_id)?.name ?? null;
  }

  // What the bot says of itself before the first message.
  get description() {
    const texts = this.profile.filter((text) => text.field === "description" && text.text);
    return (texts.find((text) => text.language === this.language) ?? texts.find((text) => !text.language))?.text ?? this.t.about;
  }
}
