// The messages of the open chat. One of them is the current one: Tab reaches it and its buttons, arrows move it.
import { $, day, element } from "./dom.js";
import { messageView } from "./message.js";

const NEAR_PX = 120;
const TOGETHER_S = 300;

export class Log {
  constructor(store, act) {
    Object.assign(this, { root: $("log"), down: $("down"), store, act, current: null, wasLow: true });
    this.root.addEventListener("focusin", (event) => this.mark(event.target.closest(".message")));
    this.root.addEventListener("click", (event) => this.touch(event));
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.down.addEventListener("click", () => { this.toEnd(); this.act.write(); });
    this.root.addEventListener("scroll", () => { this.wasLow = this.isLow; this.down.hidden = this.isLow; }, { passive: true });
    new ResizeObserver(() => { if (this.wasLow) this.toEnd(); }).observe(this.root);
    document.addEventListener("selectionchange", () => this.offerQuote());
  }

  get items() { return [...this.root.querySelectorAll(".message")]; }
  get isLow() { return this.root.scrollHeight - this.root.scrollTop - this.root.clientHeight < NEAR_PX; }
  find(id) { return this.root.querySelector(`[data-id="${id}"]`); }
  toEnd() { this.root.scrollTop = this.root.scrollHeight; }

  // Show the whole chat; it is not read out.
  show() {
    const shown = [...this.store.chat.messages.values()].filter((message) => this.store.isShown(message));
    this.root.replaceChildren(...shown.map((message) => messageView(message, this.store, this.act)));
    this.arrange();
    this.mark(this.items.at(-1));
    this.toEnd();
  }

  put(message) {
    if (!this.store.isShown(message)) return;
    const low = this.isLow || this.store.isOwn(message);
    const made = messageView(message, this.store, this.act);
    const old = this.find(message.message_id);
    if (old) this.replace(old, made);
    else this.root.append(made);
    this.arrange();
    if (!this.root.contains(document.activeElement)) this.mark(this.items.at(-1));
    else if (old === this.current) this.mark(made);
    else this.mark(this.current);
    if (low) this.toEnd();
  }

  // Who was on a button stays on it, also when it moved or is gone.
  replace(old, made) {
    const among = document.activeElement.matches(".key") ? ".key" : "button, a";
    const place = [...old.querySelectorAll(among)].indexOf(document.activeElement);
    const wasHere = old === document.activeElement;
    old.replaceWith(made);
    if (old === this.current) this.current = made;
    const parts = made.querySelectorAll(among);
    if (place >= 0) (parts[Math.min(place, parts.length - 1)] ?? made).focus();
    else if (wasHere) made.focus();
  }

  remove(id) {
    this.find(id)?.remove();
    this.arrange();
    this.mark(this.items.at(-1));
  }

  // Days between the messages; those of one person close together belong together.
  arrange() {
    for (const old of this.root.querySelectorAll(".day")) old.remove();
    let last = null;
    let lastDay = "";
    for (const item of this.items) {
      const today = day(Number(item.dataset.date), this.store.language);
      const follows = today === lastDay && last?.dataset.from === item.dataset.from && Number(item.dataset.date) - Number(last.dataset.date) < TOGETHER_S;
      item.classList.toggle("follows", follows);
      if (today !== lastDay) {
        const line = element("div", "day");
        line.append(element("span", "", today));
        item.before(line);
      }
      last = item;
      lastDay = today;
    }
  }

  mark(item) {
    if (item === null) return;
    this.current = item ?? null;
    for (const one of this.items) {
      one.tabIndex = one === item ? 0 : -1;
      for (const part of one.querySelectorAll("button, a, .spoiler")) part.tabIndex = one === item ? 0 : -1;
    }
  }

  enter() { (this.current ?? this.items.at(-1))?.focus(); }

  jump(id) {
    const found = this.find(id);
    if (!found) return this.act.toast(this.store.t.notHere);
    found.scrollIntoView({ block: "center" });
    found.focus({ preventScroll: true });
    found.classList.add("flash");
    setTimeout(() => found.classList.remove("flash"), 1500);
    return undefined;
  }

  // Where nothing hovers, a touch shows what can be done with a message.
  touch(event) {
    const item = event.target.closest(".message");
    for (const one of this.items) one.classList.toggle("acting", one === item && !event.target.closest("button, a"));
  }

  // A selected part of a message can be quoted: its place counts UTF-16 code units.
  offerQuote() {
    const selection = document.getSelection();
    const text = selection.toString();
    const within = (node) => (node instanceof Element ? node : node?.parentElement)?.closest(".text");
    const body = text.trim() ? within(selection.anchorNode) : null;
    const whole = body && body === within(selection.focusNode) && this.root.contains(body) ? body : null;
    for (const item of this.items) {
      const chosen = item.contains(whole);
      item.classList.toggle("quoting", chosen);
      const reply = item.querySelector(".reply");
      if (reply) reply.textContent = chosen ? this.store.t.quote : this.store.t.reply;
    }
    if (!whole) return;
    const range = selection.getRangeAt(0);
    const before = document.createRange();
    before.setStart(whole, 0);
    before.setEnd(range.startContainer, range.startOffset);
    this.act.quote({ id: Number(whole.closest(".message").dataset.id), text: range.toString(), position: before.toString().length });
  }

  key(event) {
    const item = event.target.closest(".message");
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const { items } = this;
    const at = items.indexOf(item);
    const places = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: items.length - 1 };
    const message = this.store.chat.messages.get(Number(item.dataset.id));
    if (event.key in places) items[places[event.key]]?.focus();
    else if (event.key === "Escape") this.act.write();
    // By its place on the keyboard, so that it also works while Hangul is typed.
    else if (event.code === "KeyR" && message) this.act.reply(message);
    else if (event.code === "KeyE" && message && this.store.isOwn(message) && !message.sticker) this.act.edit(message);
    else return;
    event.preventDefault();
  }
}
