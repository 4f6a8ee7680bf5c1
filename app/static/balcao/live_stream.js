/* The one event stream of a browser, for all its pages: runs in a SharedWorker, or in the page where there is none.
   A page joins with its topics and the place (cursor) its content was read at; it is told what happened after that. */
(function (scope) {
  "use strict";
  var SECOND = 1000, LONGEST = 60 * SECOND;

  function read(text) {
    var cursor = {};
    (text || "").split("~").forEach(function (part) {
      var at = part.lastIndexOf("=");
      if (at > 0) cursor[part.slice(0, at)] = Number(part.slice(at + 1));
    });
    return cursor;
  }
  function written(cursor) {
    return Object.keys(cursor).map(function (topic) { return topic + "=" + cursor[topic]; }).join("~");
  }

  /* Pages are functions that are called with {state} or {kind, ids}. */
  function Stream() {
    var pages = new Map(), cursor = {}, heard = [], source = null, timer = null, tries = 0, state = "lost", url = "";

    function tell(message) { pages.forEach(function (_topics, page) { page(message); }); }
    function say(what) {
      state = what;
      tell({ state: state });
    }
    function wanted() {
      var topics = new Set();
      pages.forEach(function (each) { each.forEach(function (topic) { topics.add(topic); }); });
      return Array.from(topics).filter(function (topic) {
        return topic.indexOf(".") < 0 || !topics.has(topic.split(".")[0]); // all of them covers one of them
      });
    }
    function covered(topic) { return heard.indexOf(topic) >= 0 || heard.indexOf(topic.split(".")[0]) >= 0; }

    function open() {
      close();
      heard = wanted();
      var query = new URLSearchParams({ topics: heard.join(","), after: written(cursor) });
      source = new scope.EventSource(url + "?" + query);
      source.onopen = function () {
        tries = 0;
        say("live");
      };
      source.onmessage = function (event) {
        if (event.lastEventId) Object.assign(cursor, read(event.lastEventId));
        tell(JSON.parse(event.data));
      };
      source.addEventListener("end", function (event) {
        close();
        if (event.data === "session") say("ended"); // until a page of the next session joins
        else later(event.data === "crowded" ? LONGEST : SECOND);
      });
      source.onerror = function () { // also a refusal, whose status is not told
        close();
        say("lost");
        later(Math.min(LONGEST, SECOND * Math.pow(2, tries++)));
      };
    }
    function later(wait) { timer = scope.setTimeout(open, wait * (0.75 + Math.random() / 2)); }
    function close() {
      scope.clearTimeout(timer);
      if (source) source.close();
      source = null;
    }

    this.join = function (page, topics, at, address) {
      var place = read(at);
      if (!pages.size) cursor = place; // nobody was listening: begin where this page does
      var missed = Object.keys(place).some(function (topic) { return cursor[topic] > place[topic]; });
      url = address;
      pages.set(page, topics);
      cursor = Object.assign({}, place, cursor);
      if (missed) page({ kind: "live.reset", ids: [] }); // told before it came, after its content was read
      if (!source || !topics.every(covered)) open();
      else page({ state: state });
    };
    this.leave = function (page) {
      pages.delete(page);
      if (!pages.size) close();
    };
    scope.addEventListener("online", function () { if (pages.size && state === "lost") open(); });
  }

  if (!("onconnect" in scope)) {
    scope.balcao = Object.assign(scope.balcao || {}, { Stream: Stream });
    return;
  }
  var stream = new Stream();
  scope.onconnect = function (event) {
    var port = event.ports[0];
    function page(message) { port.postMessage(message); }
    port.onmessage = function (asked) {
      if (asked.data.leave) stream.leave(page);
      else stream.join(page, asked.data.topics, asked.data.cursor, asked.data.url);
    };
  };
})(self);
