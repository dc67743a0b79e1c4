// Keeps the page beside the server: loads the state, listens, and when the server is gone tries again until it is back.
import * as client from "./client.js";

const AGAIN_MS = 1000;
const TOGETHER_MS = 60;

export class Connection {
  // `onState(state, anew)` gets all there is; `anew` when this page or the server has just started.
  constructor({ onState, onEvent, onLost }) {
    this.tell = { onState, onEvent, onLost };
    this.source = null;
    this.timer = 0;
    this.server = null;
  }

  async load() {
    clearTimeout(this.timer);
    let got;
    try {
      got = await client.state();
    } catch {
      this.lost();
      return;
    }
    this.source?.close();
    this.source = client.listen(got.cursor, (event) => this.hear(event), () => this.lost());
    const server = got.cursor.split("-")[0];
    const anew = server !== this.server;
    this.server = server;
    await this.tell.onState(got, anew);
  }

  // Several changes at once, such as three members' language, load the state once.
  again(after = TOGETHER_MS) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), after);
  }

  hear(event) {
    if (event.type === "reset") this.server = null;
    if (["reset", "chat", "users", "profile"].includes(event.type)) this.again();
    else this.tell.onEvent(event);
  }

  lost() {
    this.tell.onLost();
    this.again(AGAIN_MS);
  }
}
