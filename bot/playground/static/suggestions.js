// What the menu shows for the words typed so far.
import * as client from "./client.js";
import { $ } from "./dom.js";

const PAUSE_MS = 300;

export class Suggestions {
  constructor(store, menu, act) {
    Object.assign(this, { store, menu, act, field: $("text"), commands: [], timer: 0 });
  }

  async learn() {
    const { current, speaker } = this.store;
    try {
      const found = await client.commands(current, speaker);
      if (this.store.current !== current || this.store.speaker !== speaker) return;
      const changed = JSON.stringify(found) !== JSON.stringify(this.commands);
      this.commands = found;
      if (changed && this.field.value.startsWith("/")) this.update(); // else what was chosen stays chosen
    } catch (error) {
      this.act.complain(error);
    }
  }

  stop() {
    clearTimeout(this.timer);
    this.menu.close();
  }

  update() {
    clearTimeout(this.timer);
    const typed = /^\/([a-z0-9_]*)$/i.exec(this.field.value);
    if (typed) return this.showCommands(typed[1].toLowerCase());
    this.menu.close();
    const name = `@${this.store.bot.username} `;
    if (this.field.value.toLowerCase().startsWith(name.toLowerCase())) {
      this.timer = setTimeout(() => this.askInline(this.field.value.slice(name.length)), PAUSE_MS);
    }
    return undefined;
  }

  showCommands(start) {
    const at = this.store.isPrivate ? "" : `@${this.store.bot.username}`;
    const found = this.commands.filter((one) => one.command.startsWith(start));
    this.menu.show(found.map((one) => ({
      title: `/${one.command}`, note: one.description, take: () => this.act.write(`/${one.command}${at} `),
    })), this.store.t.choices(found.length));
  }

  // Inline mode: the bot offers, one of the offers is sent.
  async askInline(query) {
    const { current, speaker, t } = this.store;
    const typed = this.field.value;
    try {
      const offer = await client.inline(current, speaker, query);
      if (this.field.value !== typed || this.store.current !== current) return;
      const items = offer.results.map((result) => ({
        title: result.title, note: result.description, take: () => this.act.sendOffer(() => client.choose(current, speaker, offer.id, result.id)),
      }));
      if (offer.button) {
        const url = `https://t.me/${this.store.bot.username}?start=${offer.button.start_parameter}`;
        items.unshift({ title: offer.button.text, note: "", take: () => this.act.link(url) });
      }
      this.menu.show(items, t.choices(items.length), offer.button && offer.results.length ? 1 : 0); // an answer before a hint
    } catch (error) {
      this.act.complain(error);
    }
  }
}
