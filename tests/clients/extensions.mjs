// What a client and the node have agreed on, as the client sees it.

/** → the extensions of each connection that `WebSocket`, the class of a `ws` package, opens from now on, oldest first. */
export function recordExtensions(WebSocket) {
  const opened = [];
  const {emit} = WebSocket.prototype;
  WebSocket.prototype.emit = function (event, ...rest) {
    if (event === "open") opened.push(this.extensions);
    return emit.call(this, event, ...rest);
  };
  return opened;
}
