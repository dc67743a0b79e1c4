// The list of commands above the text field: opens on "/", arrows choose, Enter or Tab takes, Escape closes.
import { element } from "./view.js";

export class CommandMenu {
  constructor(list, field, onTake) {
    this.list = list;
    this.field = field;
    this.onTake = onTake;
    this.commands = [];
    this.chosen = 0;
  }

  get open() { return !this.list.hidden; }

  close() {
    this.list.hidden = true;
    this.field.removeAttribute("aria-activedescendant");
  }

  // Show the commands that begin with what was typed after the slash; a space ends the command.
  update() {
    const typed = /^\/([a-z0-9_]*)$/i.exec(this.field.value);
    const found = typed ? this.commands.filter((c) => c.command.startsWith(typed[1].toLowerCase())) : [];
    if (!found.length) return this.close();
    this.chosen = 0;
    this.list.replaceChildren(...found.map((command, index) => this.option(command, index)));
    this.list.hidden = false;
    return this.mark();
  }

  option(command, index) {
    const item = element("li");
    item.id = `command-${index}`;
    item.setAttribute("role", "option");
    item.dataset.command = command.command;
    item.append(element("strong", "", `/${command.command}`), element("span", "", command.description));
    item.addEventListener("mousedown", (event) => { event.preventDefault(); this.take(index); });
    return item;
  }

  mark() {
    [...this.list.children].forEach((item, index) => {
      item.setAttribute("aria-selected", String(index === this.chosen));
      if (index === this.chosen) item.scrollIntoView({ block: "nearest" });
    });
    this.field.setAttribute("aria-activedescendant", `command-${this.chosen}`);
  }

  take(index) {
    const { command } = this.list.children[index].dataset;
    this.close();
    this.onTake(command);
  }

  // Give true when the key was for the menu.
  key(event) {
    if (!this.open) return false;
    const count = this.list.children.length;
    if (event.key === "ArrowDown") this.chosen = (this.chosen + 1) % count;
    else if (event.key === "ArrowUp") this.chosen = (this.chosen + count - 1) % count;
    else if (event.key === "Escape") { this.close(); return true; }
    else if (event.key === "Tab" || event.key === "Enter") { this.take(this.chosen); return true; }
    else return false;
    this.mark();
    return true;
  }
}
