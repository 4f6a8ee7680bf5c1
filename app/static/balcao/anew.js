/* Going back after a form was saved begins it anew: not the same form with half of its words, from which a second one would be saved.
   A page that answers a POST stands in the history under the address of its form, so that going back to it sends nothing again.
   Entries of the history bear the number of their form; what was typed and not saved is given back by the browser. */
(function () {
  "use strict";
  var SENT = "balcao.form.sent", SAVED = "balcao.form.saved", MOST = 50;
  var posted = document.documentElement.dataset.posted; // "elsewhere": its address takes nothing but a POST
  var way = performance.getEntriesByType("navigation")[0], back = Boolean(way && way.type === "back_forward");

  function read(name) {
    try { return JSON.parse(sessionStorage.getItem(name)); } catch (_blocked) { return null; }
  }
  function write(name, value) {
    try { sessionStorage.setItem(name, JSON.stringify(value)); } catch (_blocked) { /* then going back is as the browser does it */ }
  }
  function mark(number, address) {
    window.history.replaceState(Object.assign({}, window.history.state, { form: number }), "", address);
  }
  function number() { return window.history.state && window.history.state.form || window.crypto.getRandomValues(new Uint32Array(2)).join("-"); }

  var sent = read(SENT);
  write(SENT, null);
  if (posted) mark(sent || number(), posted === "elsewhere" && document.referrer.startsWith(window.location.origin + "/") ? document.referrer : window.location.href);
  else if (sent && !back) write(SAVED, [sent].concat(read(SAVED) || []).slice(0, MOST));

  function anew() {
    var form = window.history.state && window.history.state.form;
    if (!form || (read(SAVED) || []).indexOf(form) < 0) return;
    mark(undefined, window.location.href); // another form from now on
    window.location.replace(window.location.href.split("#")[0]);
  }
  if (back) anew();
  window.addEventListener("pageshow", function (event) { if (event.persisted) anew(); });

  window.addEventListener("submit", function (event) { // of the window: whoever sends by itself has said so by now
    var form = event.target, name = number();
    if (event.defaultPrevented || form.method !== "post" || form.dataset.draftUrl !== undefined) return;
    mark(name, window.location.href);
    write(SENT, name);
  });
})();
