// What is on its way to the server: one after the other, so that nothing overtakes.
export class Outbox {
  constructor(complain) {
    Object.assign(this, { complain, last: Promise.resolve(), underway: 0, failed: [] });
  }

  // `deliver` brings it there; `giveBack` is called if that fails, once nothing else is underway, the newest first.
  post(deliver, giveBack = () => {}) {
    this.underway += 1;
    this.last = this.last.then(deliver).catch((error) => {
      this.failed.unshift(giveBack);
      this.complain(error);
    }).then(() => this.settle());
  }

  settle() {
    this.underway -= 1;
    if (this.underway) return;
    for (const giveBack of this.failed.splice(0)) giveBack();
  }
}
