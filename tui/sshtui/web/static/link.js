// The way to the console: a websocket that comes back by itself, for as long as the session lives.

const SIGNED_OUT = 4401, REPLACED = 4409, ENDED = 4410, FULL = 4503, FAILED = 4500, POLICY = 1008;
const LONGEST = 15; // seconds between two tries
const WAITING_BYTES = 1024 * 1024; // what may wait in the socket before more is handed to it
const FRAME = 256 * 1024;
const PING = 15, PATIENCE = 10, HURRY = 3; // seconds between questions whether somebody is there; for the answer
const STARTING = 45; // seconds the app may take to start

export class Link {
  // `size()` gives {columns, rows}; `show(state, words)` the state line; `data(bytes)` and `fact(object)` what comes.
  constructor({ size, show, data, fact }) {
    this.size = size;
    this.show = show;
    this.data = data;
    this.fact = fact;
    this.page = pageName();
    this.tries = 0;
    this.socket = null;
    this.attached = false;
    this.lapsed = false;
    this.queue = [];
    this.timer = 0;
    this.pinging = 0;
    this.silence = 0;
    addEventListener("online", () => this.hurry());
    addEventListener("offline", () => this.ping(HURRY));
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
  }

  open() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.lapsed = false;
    this.show("connecting", "connecting");
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/console`);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.expect(PATIENCE);
    socket.onopen = () => {
      this.tell({ type: "hello", page: this.page, ...this.size() });
      this.expect(STARTING);
    };
    socket.onmessage = (event) => {
      if (socket !== this.socket) return;
      clearTimeout(this.silence);
      if (typeof event.data !== "string") return this.data(new Uint8Array(event.data));
      const fact = JSON.parse(event.data);
      if (fact.type === "attached") {
        this.attached = true;
        this.tries = 0;
        this.show("connected", "connected");
        this.pinging = setInterval(() => this.ping(PATIENCE), PING * 1000);
      }
      this.fact(fact);
    };
    socket.onclose = (event) => socket === this.socket && this.closed(event);
  }

  // A network that went away says nothing; only a question without an answer tells.
  ping(patience) {
    if (!this.attached || this.queue.length) return;
    this.tell({ type: "ping" });
    this.expect(patience);
  }

  // Give this socket up when nothing comes for so many seconds.
  expect(seconds) {
    const socket = this.socket;
    clearTimeout(this.silence);
    this.silence = setTimeout(() => socket === this.socket && this.closed({ code: 0 }), seconds * 1000);
  }

  // Leave until `open` is called again.
  lapse() {
    this.drop();
    this.lapsed = true;
    this.show("waiting", "catching up");
  }

  drop() {
    if (this.socket) this.socket.onclose = null;
    this.socket?.close();
    this.attached = false;
    this.socket = null;
    this.queue = [];
    clearInterval(this.pinging);
    clearTimeout(this.silence);
  }

  async closed(event) {
    this.drop();
    if (event.code === SIGNED_OUT) return this.over("signed out", "Your session has ended.");
    if (event.code === REPLACED) return this.over("open in another tab", "This page is open in another tab.");
    if (event.code === ENDED) return this.over("ended", event.reason || "The app has ended.", "Start again");
    if (event.code === FAILED) return this.over("not started", "The app did not start.", "Try again");
    if (event.code === FULL) return this.over("too many pages", event.reason, "Try again");
    if (event.code === POLICY) return this.over("refused", event.reason, "Try again");
    this.show("waiting", "connection lost");
    // A refused upgrade looks like any lost line; only a plain request tells whether the session is over.
    if ((await this.status()) === 401) return this.over("signed out", "Your session has ended.");
    this.wait();
  }

  async status() {
    try {
      return (await fetch("/session", { cache: "no-store", signal: AbortSignal.timeout(5000) })).status;
    } catch {
      return 0;
    }
  }

  wait() {
    let left = Math.min(LONGEST, 2 ** this.tries++);
    const tick = () => {
      if (left <= 0) return this.open();
      this.show("waiting", `reconnecting in ${left} s`);
      left -= 1;
      this.timer = setTimeout(tick, 1000);
    };
    tick();
  }

  // Somebody is looking again, or the network is back: no reason to wait any longer.
  hurry() {
    if (this.timer) this.open();
    else this.ping(HURRY);
  }

  over(words, sentence, again = "") {
    this.show("over", words);
    this.fact({ type: "over", words, sentence, again });
  }

  tell(fact) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(fact));
  }

  // Bytes for the app, in order, never more in the socket than it can take. False when nobody is there.
  send(bytes) {
    if (!this.attached) return false;
    for (let at = 0; at < bytes.length; at += FRAME) this.queue.push(bytes.subarray(at, at + FRAME));
    this.drain();
    return true;
  }

  drain() {
    const socket = this.socket;
    const before = this.queue.length;
    while (socket && this.queue.length && socket.bufferedAmount < WAITING_BYTES) socket.send(this.queue.shift());
    if (socket && this.queue.length) setTimeout(() => socket === this.socket && this.drain(), 20);
    const left = (this.queue.length * FRAME) / 1e6;
    if (before > 1) this.show("connected", left ? `connected, ${left.toFixed(1)} MB to send` : "connected");
  }
}

// One name for this tab, kept over a reload, so that its old socket makes room for the new one.
function pageName() {
  let name = sessionStorage.getItem("page");
  if (!name) {
    name = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    sessionStorage.setItem("page", name);
  }
  return name;
}
