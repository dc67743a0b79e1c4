// The text field and what is about to be sent: an answer, a quote, an edit, a picture. What is sent leaves the field at
// once; when sending fails it comes back to its chat, beside whatever was begun meanwhile.
import * as client from "./client.js";
import { $ } from "./dom.js";
import { Drafts, NOTHING } from "./drafts.js";
import { author, summary } from "./message.js";
import { Outbox } from "./outbox.js";

const TALLEST_PX = 160;
const PICTURES = ["image/png", "image/jpeg"];

export class Composer {
  constructor(store, menu, suggestions, act) {
    Object.assign(this, { store, menu, suggestions, act, field: $("text"), context: null, file: null });
    this.drafts = new Drafts();
    this.outbox = new Outbox((error) => act.complain(error));
    $("composer").addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.field.addEventListener("input", () => { suggestions.update(); this.grow(); });
    this.field.addEventListener("blur", () => menu.close());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("paste", (event) => this.attach(event.clipboardData.files[0], event));
    $("slash").addEventListener("click", () => { this.write("/"); suggestions.update(); });
    $("file").addEventListener("change", () => this.attach($("file").files[0]));
    $("cancel").addEventListener("click", () => this.cancel());
    window.addEventListener("pagehide", () => this.save());
  }

  get isEmpty() { return !this.field.value && !this.context && !this.file; }

  key(event) {
    if (event.isComposing) return; // Enter ends a Korean syllable first
    const { value } = this.field;
    if (this.menu.key(event)) event.preventDefault();
    else if (event.key === "Escape" && (this.context || this.file)) this.cancel();
    else if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); this.submit(); }
    else if (event.key === "ArrowUp" && event.ctrlKey) { event.preventDefault(); this.act.enterLog(); }
    else if (event.key === "ArrowUp" && !value && !this.context) { event.preventDefault(); this.editLast(); }
  }

  write(text = null) {
    if (text !== null) this.field.value = text;
    this.field.focus();
    this.grow();
  }

  // Another chat is opened: what was begun here waits here.
  leave() { this.drafts.keep(this.store.current, this.take()); }
  arrive() { this.put(this.drafts.next(this.store.current)); }

  // The page is there again: what was begun before is, too, unless something was typed sooner.
  resume() { if (!this.field.value && !this.file) this.arrive(); }

  save() {
    if (!this.store.chat) return; // nothing is shown yet, and what was saved waits on
    this.drafts.save(this.store.current, { text: this.field.value, context: this.context, file: null });
  }

  reply(message, quote = null) {
    this.endEdit();
    this.begin({ kind: "reply", message, quote });
  }

  edit(message) {
    this.endEdit();
    this.leave(); // until the edit is done
    this.begin({ kind: "edit", message });
    this.write(message.text ?? message.caption ?? "");
  }

  editLast() {
    const own = [...this.store.chat.messages.values()].filter((m) => this.store.isOwn(m) && this.store.isShown(m) && (m.text ?? m.caption));
    if (own.length) this.edit(own.at(-1));
  }

  attach(file, event = null) {
    if (!file) return;
    event?.preventDefault();
    this.endEdit();
    this.file = file;
    this.begin(this.context);
  }

  begin(context) {
    this.context = context;
    this.show();
    this.write();
  }

  endEdit() { if (this.context?.kind === "edit") this.cancel(); }

  // The message that is answered or edited is gone: what was written stays.
  recheck() { this.put({ text: this.field.value, context: this.context, file: this.file }); }

  cancel() {
    this.put({ ...NOTHING, text: this.context?.kind === "edit" ? "" : this.field.value });
    if (!this.field.value) this.arrive();
  }

  // Empty the composer, and give what was in it.
  take() {
    const taken = { text: this.field.value, context: this.context, file: this.file };
    this.put(NOTHING);
    return taken;
  }

  put({ text, context, file }) {
    this.field.value = text;
    this.context = this.stillHere(context);
    this.file = file;
    $("file").value = "";
    this.suggestions.stop();
    this.show();
    this.grow();
  }

  // A message may be gone by now, and one of another member is not for this one to edit.
  stillHere(context) {
    const message = context && this.store.chat.messages.get(context.message.message_id);
    return message && (context.kind !== "edit" || this.store.isOwn(message)) ? context : null;
  }

  show() {
    const { context, file } = this;
    const { t } = this.store;
    URL.revokeObjectURL($("preview").src);
    $("preview").hidden = !file || !PICTURES.includes(file.type);
    if (!$("preview").hidden) $("preview").src = URL.createObjectURL(file);
    $("context").hidden = !context && !file;
    this.field.placeholder = (context?.kind === "reply" && context.message.force_reply?.input_field_placeholder) || t.write;
    const name = context?.kind === "reply" ? t.replyTo(author(context.message, this.store)) : null;
    $("context-name").textContent = [context?.kind === "edit" ? t.editing : name, file && (PICTURES.includes(file.type) ? t.photo : t.file)].filter(Boolean).join(" · ");
    $("context-text").textContent = [context && (context.quote?.text ?? summary(context.message, t)), file?.name].filter(Boolean).join(" · ");
  }

  submit() {
    const text = this.field.value.trim();
    const { kind, message } = this.context ?? {};
    if (!text && !this.file && kind !== "edit") return;
    const { current, speaker } = this.store;
    const fields = this.fields(text);
    this.send(kind === "edit" ? () => client.edit(current, message.message_id, speaker, text) : () => client.send(current, fields));
  }

  // `deliver` brings what is in the composer to the server.
  send(deliver) {
    const { current } = this.store;
    const written = this.take();
    this.arrive();
    this.outbox.post(deliver, () => this.giveBack(current, written));
  }

  // What the menu offers is sent in place of the text.
  sendOffer(deliver) {
    const { current } = this.store;
    const written = { ...NOTHING, text: this.field.value };
    this.write("");
    this.outbox.post(deliver, () => this.giveBack(current, written));
  }

  giveBack(chat, written) {
    const { current, chats } = this.store;
    const place = chats.has(chat) ? chat : current;
    if (place === current) this.leave();
    this.drafts.giveBack(place, written);
    if (place === current) this.arrive();
  }

  fields(text) {
    const { message, quote } = this.context ?? {};
    const thread = this.store.topic ?? message?.message_thread_id;
    const as = this.file && PICTURES.includes(this.file.type) ? "photo" : "document";
    return {
      user_id: this.store.speaker, text, reply_to: message?.message_id, thread_id: thread,
      quote: quote?.text, quote_position: quote?.position, ...(this.file ? { [as]: this.file } : {}),
    };
  }

  grow() {
    this.field.style.height = "";
    if (this.field.value) this.field.style.height = `${Math.min(this.field.scrollHeight + 2, TALLEST_PX)}px`;
  }
}
