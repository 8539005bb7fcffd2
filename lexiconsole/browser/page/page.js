"use strict";

// The toolkit's terminal waits for a click before it takes keys; here it has them at once. It keeps the title that a
// console sets to itself; here it becomes the page's, seen on a tab behind others.
const TITLE = /\x1b\]2;([^\x07\x1b]*)\x07/g;
const Plain = window.WebSocket;

window.WebSocket = class extends Plain {
  constructor(...about) {
    super(...about);
    const decoder = new TextDecoder();
    this.addEventListener("open", () => document.querySelector(".xterm-helper-textarea").focus());
    this.addEventListener("message", (event) => {
      if (typeof event.data === "string") return;
      for (const [, title] of decoder.decode(event.data).matchAll(TITLE)) document.title = title;
    });
  }
};

document.addEventListener("DOMContentLoaded", () => {
  document.querySelector("#over button").addEventListener("click", () => window.location.reload());
});
