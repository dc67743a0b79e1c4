// The text field and what is about to be sent: an answer, a quote, an edit, a picture. Nothing is lost when sending fails.
import * as client from "./client.js";
import { $ } from "./dom.js";
import { author, summary } from "./message.js";

const TALLEST_PX = 160;
const PICTURES = ["image/png", "image/jpeg"];

export class Composer {
  constructor(store, menu, suggestions, act) {
    Object.assign(this, { store, menu, suggestions, act, field: $("text"), context: null, file: null, sending: false });
    this.drafts = new Map(); // by chat
    $("composer").addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.field.addEventListener("input", () => { suggestions.update(); this.grow(); });
    this.field.addEventListener("blur", () => menu.close());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("paste", (event) => this.attach(event.clipboardData.files[0], event));
    $("slash").addEventListener("click", () => { this.write("/"); suggestions.update(); });
    $("file").addEventListener("change", () => this.attach($("file").files[0]));
    $("cancel").addEventListener("click", () => this.cancel());
  }

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
  turn(from, to) {
    this.drafts.set(from, this.context?.kind === "edit" ? "" : this.field.value);
    this.cancel();
    this.field.value = this.drafts.get(to) ?? "";
    this.grow();
  }

  reply(message, quote = null) { this.begin({ kind: "reply", message, quote }); }

  edit(message) {
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
    if (this.context?.kind === "edit") this.cancel();
    this.file = file;
    this.begin(this.context);
  }

  begin(context) {
    if (this.context?.kind === "edit") this.field.value = "";
    this.context = context;
    this.show();
    this.write();
  }

  cancel() {
    if (this.context?.kind === "edit") this.field.value = "";
    this.context = null;
    this.file = null;
    $("file").value = "";
    this.show();
    this.grow();
  }

  show() {
    const { context, file } = this;
    const { t } = this.store;
    URL.revokeObjectURL($("preview").src);
    $("preview").hidden = !file || !PICTURES.includes(file.type);
    if (!$("preview").hidden) $("preview").src = URL.createObjectURL(file);
    $("context").hidden = !context && !file;
    const name = context?.kind === "reply" ? t.replyTo(author(context.message, this.store)) : null;
    $("context-name").textContent = [context?.kind === "edit" ? t.editing : name, file && (PICTURES.includes(file.type) ? t.photo : t.file)].filter(Boolean).join(" · ");
    $("context-text").textContent = [context && (context.quote?.text ?? summary(context.message, t)), file?.name].filter(Boolean).join(" · ");
  }

  async submit() {
    const text = this.field.value.trim();
    if (this.sending || (!text && !this.file && this.context?.kind !== "edit")) return;
    this.sending = true;
    try {
      const { kind, message } = this.context ?? {};
      if (kind === "edit") await client.edit(this.store.current, message.message_id, this.store.speaker, text);
      else await client.send(this.store.current, this.fields(text));
      this.field.value = "";
      this.context = null;
      this.cancel();
      this.menu.close();
    } catch (error) {
      this.act.complain(error);
    } finally {
      this.sending = false;
    }
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
