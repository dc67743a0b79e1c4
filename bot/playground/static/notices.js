// What passes: toasts, alerts, pictures looked at, and what is read out.
import { Offline } from "./client.js";
import { $ } from "./dom.js";

const SHORTEST_MS = 3500;
const PER_CHARACTER_MS = 60;

export class Notices {
  constructor(store) {
    Object.assign(this, { store, timer: 0 });
    for (const dialog of document.querySelectorAll("dialog")) {
      dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    }
  }

  toast(text) {
    clearTimeout(this.timer);
    $("toast").textContent = text;
    $("toast").classList.add("shown");
    this.timer = setTimeout(() => {
      $("toast").classList.remove("shown");
      $("toast").textContent = "";
    }, Math.max(SHORTEST_MS, text.length * PER_CHARACTER_MS));
  }

  complain(error) {
    this.toast(error instanceof Offline ? this.store.t.notSent : this.store.t.refused(error.message));
  }

  alert(text) {
    $("alert-text").textContent = text;
    $("alert").showModal();
  }

  look(source, name) {
    Object.assign($("looked-at"), { src: source, alt: name });
    $("viewer").showModal();
  }

  announce(text) { $("announcer").textContent = text; }
}
