// The list above the text field: commands after "/", what the bot offers after its name.
// Arrows choose, Enter or Tab takes, Escape closes; the field keeps the focus. What is typed whole, Enter sends.
import { $, element } from "./dom.js";

export class Menu {
  constructor(announce) {
    Object.assign(this, { list: $("menu"), field: $("text"), announce, items: [], chosen: 0 });
  }

  get open() { return !this.list.hidden; }

  close() {
    this.list.hidden = true;
    for (const name of ["role", "aria-expanded", "aria-activedescendant"]) this.field.removeAttribute(name);
  }

  // Each item has a `title`, a `note` and what `take` does.
  show(items, told, chosen = 0) {
    if (!items.length) return this.close();
    const grown = !this.open || items.length !== this.items.length;
    Object.assign(this, { items, chosen });
    this.list.replaceChildren(...items.map((item, index) => this.option(item, index)));
    this.list.hidden = false;
    this.field.setAttribute("role", "combobox"); // only now: for the rest of its life it is a field of several lines
    this.field.setAttribute("aria-expanded", "true");
    if (grown) this.announce(told);
    return this.mark();
  }

  option(item, index) {
    const made = element("li");
    made.id = `option-${index}`;
    made.setAttribute("role", "option");
    made.append(element("strong", "", item.title), element("span", "", item.note));
    made.addEventListener("mousedown", (event) => { event.preventDefault(); this.take(index); });
    return made;
  }

  mark() {
    [...this.list.children].forEach((item, index) => {
      item.setAttribute("aria-selected", String(index === this.chosen));
      if (index === this.chosen) item.scrollIntoView({ block: "nearest" });
    });
    this.field.setAttribute("aria-activedescendant", `option-${this.chosen}`);
  }

  take(index) {
    const item = this.items[index];
    this.close();
    item.take();
  }

  // Give true when the key was for the menu.
  key(event) {
    if (!this.open) return false;
    const count = this.items.length;
    if (event.key === "ArrowDown") this.chosen = (this.chosen + 1) % count;
    else if (event.key === "ArrowUp") this.chosen = (this.chosen + count - 1) % count;
    else if (event.key === "Escape") { this.close(); return true; }
    else if (event.key === "Enter" && this.items[this.chosen].title === this.field.value) { this.close(); return false; }
    else if ((event.key === "Tab" && !event.shiftKey) || event.key === "Enter") { this.take(this.chosen); return true; }
    else return false;
    this.mark();
    return true;
  }
}
