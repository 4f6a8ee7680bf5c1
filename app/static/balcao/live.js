/* What happens elsewhere, told to the scripts of this page at once:
     document.addEventListener("balcao:live", function (event) { event.detail.kind, event.detail.ids });
   An element with data-live-topic="tickets" (or "tickets.7": only that record) says what the page wants to hear; its own
   bell it always does. The kind "live.reset" means that something was missed: read again. While the stream is open, data-state
   of the element data-live-stream is "live"; the hint in the top bar shows when it has not been for a while. */
(function () {
  "use strict";
  var place = document.querySelector("[data-live-stream]");
  if (!place || !window.EventSource) return;
  var hint = place.querySelector("[data-live-hint]"), timer = null, PATIENCE = 5000, send = null;
  var topics = Array.prototype.map.call(document.querySelectorAll("[data-live-topic]"), function (each) { return each.dataset.liveTopic; });

  function show(state) {
    place.dataset.state = state;
    window.clearTimeout(timer);
    if (state === "live") hint.hidden = true;
    else timer = window.setTimeout(function () { // a reload or a restart of the server is no news
      hint.lastElementChild.textContent = state === "ended" ? place.dataset.ended : place.dataset.lost;
      hint.title = state === "ended" ? place.dataset.endedWhy : place.dataset.lostWhy;
      hint.hidden = false;
    }, PATIENCE);
  }
  function receive(message) {
    if (message.state) show(message.state);
    else document.dispatchEvent(new CustomEvent("balcao:live", { detail: { kind: message.kind, ids: message.ids } }));
  }

  function shared() {
    var port = new SharedWorker(place.dataset.worker, { name: "balcao-" + place.dataset.person }).port;
    port.onmessage = function (event) { receive(event.data); };
    return function (message) { port.postMessage(message); };
  }
  function alone() {
    var stream = new window.balcao.Stream();
    return function (message) {
      if (message.leave) stream.leave(receive);
      else stream.join(receive, message.topics, message.cursor, message.url);
    };
  }
  function join() { send({ topics: topics, cursor: place.dataset.cursor, url: place.dataset.liveStream }); }
  function begin(how) {
    send = how();
    join();
    window.addEventListener("pagehide", function () { send({ leave: true }); });
    window.addEventListener("pageshow", function (event) { if (event.persisted) join(); });
  }

  try {
    begin(shared);
  } catch (_none) { // no SharedWorker, or none allowed
    var script = document.createElement("script");
    script.src = place.dataset.worker;
    script.onload = function () { begin(alone); };
    document.head.appendChild(script);
  }
})();
