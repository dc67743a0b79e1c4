// What was begun in each chat and waits there: texts, each perhaps with a message it answers or edits, and a file.
// A reload keeps them, but for the files.
import { recall, remember } from "./memory.js";

export const NOTHING = { text: "", context: null, file: null };

export class Drafts {
  constructor() {
    this.waiting = new Map(JSON.parse(recall("drafts", "sessionStorage") ?? "[]")); // by chat, the next one first
  }

  of(chat) {
    if (!this.waiting.has(chat)) this.waiting.set(chat, []);
    return this.waiting.get(chat);
  }

  next(chat) { return this.of(chat).shift() ?? NOTHING; }

  keep(chat, draft) {
    if (draft.text || draft.context || draft.file) this.of(chat).unshift(draft);
  }

  // `begun` is what is in the composer, in an open chat.
  save(open, begun) {
    const all = new Map(this.waiting).set(open, [begun, ...this.of(open)]);
    const texts = (drafts) => drafts.map((draft) => ({ ...draft, file: null })).filter(({ text, context }) => text || context);
    remember("drafts", JSON.stringify([...all].map(([chat, drafts]) => [chat, texts(drafts)])), "sessionStorage");
  }

  // What could not be sent is older than the next draft: it goes above that, or has to wait until that is sent.
  giveBack(chat, draft) {
    const next = this.next(chat);
    const both = joined(draft, next);
    if (both) this.keep(chat, both);
    else this.of(chat).unshift(next, draft);
  }
}

// Two drafts as one message; null when they have to be two.
function joined(older, newer) {
  if (newer === NOTHING) return older;
  const edits = [older, newer].some((draft) => draft.context?.kind === "edit");
  if (edits || (older.context && newer.context) || (older.file && newer.file)) return null;
  return {
    text: [older.text, newer.text].filter((text) => text.trim()).join("\n"),
    context: older.context ?? newer.context,
    file: older.file ?? newer.file,
  };
}
