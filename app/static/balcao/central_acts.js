/* The acts of the central, asked for by the grid (central:act {act, ids}, central:open {id}) or by the panel: dialogs, questions, what
   became of several rows. Says central:changed, central:removed and central:opened on the document. */
(function () {
  "use strict";
  var ticket = window.balcao.ticket;
  if (!ticket) return;
  var words = ticket.words, TABS = { logs: "logs", provider: "provider", batches: "batches", guides: "guides", payments: "payments", internal: "internal" };
  var asked = null, rows = [], busy = false;

  /* The dialogs come once; each opening begins anew but for what was typed into "Novo atendimento" (central_new.js). */
  function dialogs() {
    if (!asked) {
      asked = ticket.get(words.dialogs).then(function (html) {
        var box = document.createElement("div");
        box.innerHTML = html;
        document.body.append(box);
        ticket.added(box);
      });
      asked.catch(function () { asked = null; });
    }
    return asked;
  }
  function show(name, ids, told, situation) {
    rows = rowsOf(ids);
    dialogs().then(function () { return name === "new" ? ticket.beginNew(document.querySelector("[data-new-form]"), ids) : null; }).then(function () {
      var dialog = document.getElementById("act-" + name), form = dialog.querySelector("form"), about = form.querySelector("[data-about]");
      if (name !== "new") {
        form.reset();
        window.jQuery(form).find("select[data-lookup]").val(null).trigger("change");
        form.querySelectorAll("[data-limit]").forEach(function (area) { area.dispatchEvent(new Event("input", { bubbles: true })); }); // counted anew
        if (situation) form.elements.situation_id.value = situation;
        var whose = form.querySelector("[data-whose]");
        whose.textContent = told.whose;
        whose.hidden = !told.whose;
        form.dataset.message = told.message ? "1" : "";
        demand(form);
        about.textContent = ids.length === 1 ? words.selectedOne.replace("{n}", number(ids[0])) : words.selected.replace("{n}", ids.length);
      }
      window.balcao.form.clear(form);
      if (!dialog.open) dialog.showModal();
      window.balcao.form.begin(dialog);
    }).catch(function () { window.balcao.toast(words.failed, "bad"); });
  }

  /* A ticket that nobody has answered may demand a message to be closed, not to be cancelled. */
  function demand(form) {
    var star = form.querySelector("[data-demanded]");
    if (!star) return;
    var chosen = form.elements.situation_id.selectedOptions[0]; // none where no situation closes
    star.hidden = !form.dataset.message || Boolean(chosen && chosen.dataset.cancels !== undefined);
    form.elements.message.setAttribute("aria-required", String(!star.hidden));
  }
  document.addEventListener("change", function (event) {
    if (event.target.name === "situation_id" && event.target.form.dataset.actForm === "close") demand(event.target.form);
  });

  function number(id) {
    var row = document.querySelector('#central-rows tr[data-id="' + id + '"]');
    return row ? row.dataset.number : ticket.shown() === id ? ticket.inside().dataset.number : "#" + id;
  }
  /* "id:version" of the ticket in the panel, ids of the others: the list may be older than the rows. */
  function rowsOf(ids) {
    return ids.map(function (id) { return ticket.shown() === id && ids.length === 1 ? id + ":" + ticket.inside().dataset.version : String(id); });
  }

  function tell(answer) {
    if (answer.told) window.balcao.toast(answer.told, answer.refused && answer.refused.length ? "info" : "ok");
    if (answer.removed && answer.removed.length) ticket.say("removed", { ids: answer.removed });
    if (answer.open) ticket.leaving(function () { ticket.load(answer.open, "attendance", true); });
    if (answer.open) ticket.say("opened", { id: answer.open });
    else if (answer.ids && answer.ids.length) ticket.say("changed", { ids: answer.ids });
    if (answer.refused && answer.refused.length) dialogs().then(function () {
      var dialog = document.getElementById("act-outcome"), list = dialog.querySelector("[data-refused-rows]");
      dialog.querySelector("[data-told]").textContent = answer.told;
      list.replaceChildren.apply(list, answer.refused.map(function (row) {
        var line = document.createElement("li"), name = document.createElement("b");
        name.textContent = row.number;
        line.append(name, ": " + row.reason);
        return line;
      }));
      if (!dialog.open) dialog.showModal();
    });
  }

  function post(address, values) {
    var body = new FormData();
    body.append("csrf_token", ticket.token());
    (values || []).forEach(function (row) { body.append("row", row); });
    return fetch(address, { method: "POST", body: body, credentials: "same-origin", headers: { Accept: "application/json" } }).then(function (sent) {
      return sent.json().then(function (answer) { return { ok: sent.ok, status: sent.status, answer: answer }; });
    });
  }

  function act(name, ids) {
    if (busy) return;
    busy = true;
    post(words.many + name, rowsOf(ids)).then(function (got) {
      if (got.ok) tell(got.answer);
      else window.balcao.toast(typeof got.answer.error === "string" ? got.answer.error : got.answer.error.message, "bad");
    }).catch(function () { window.balcao.toast(window.balcao.form.notSent, "bad"); }).finally(function () { busy = false; });
  }

  /* What no choice would change is refused at once; else `go` hears {whose the tickets are, message: whether one is demanded}. */
  function before(name, ids, go) {
    if (busy) return;
    busy = true;
    fetch(words.many + name + "/about?" + ids.map(function (id) { return "row=" + id; }).join("&"), { credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (sent) {
        if (!sent.ok || sent.redirected) throw new Error(String(sent.status));
        return sent.json();
      }).then(function (told) {
        busy = false;
        if (told.refused) window.balcao.toast(told.refused, "bad"); else go(told);
      }).catch(function () {
        busy = false;
        window.balcao.toast(window.balcao.form.notSent, "bad");
      });
  }

  function run(name, ids, situation) {
    if (name === "new") { show("new", ids); return; }
    if (!ids.length) { window.balcao.toast(words.choose, "info"); return; }
    if (TABS[name]) { open(ids, TABS[name]); return; }
    if (name === "answer" || name === "take") {
      if (ids.length > 1) window.balcao.toast(words.oneOnly, "info");
      else if (name === "take") take(ids[0]);
      else ticket.say("open", { id: ids[0], answer: true });
      return;
    }
    if (name === "survey") {
      if (ids.length > 1) window.balcao.toast(words.oneOnly, "info");
      else ticket.keepDraft(true).then(function () { window.location = words.tickets + ids[0] + "/survey"; });
      return;
    }
    var some = ids.length > 1, own = ids.indexOf(ticket.shown()) >= 0;
    if (name === "give_up") {
      if (own && ticket.typed()) window.balcao.ask(words.unsaved, words.giveUp, function () { act(name, ids); }); else act(name, ids);
      return;
    }
    before(name, ids, function (told) { question(name, ids, told, some, own, situation); });
  }
  function question(name, ids, told, some, own, situation) {
    if (name === "close" && own && ticket.typed()) window.balcao.ask(words.unsent, words.close, function () { show(name, ids, told, situation); });
    else if (name === "forward" || name === "close") show(name, ids, told, situation);
    else if (name === "delete") window.balcao.ask(some ? words.deleteSome.replace("{n}", ids.length) : words.deleteOne, words.delete, function () { act(name, ids); });
    else if (some || told.whose) {
      var text = some ? words.pendingSome.replace("{n}", ids.length) : words.pendingOne;
      window.balcao.ask(told.whose ? text + " " + told.whose : text, words.pending, function () { act(name, ids); });
    }
    else act(name, ids);
  }

  function open(ids, tab) {
    if (ids.length > 1) { window.balcao.toast(words.oneOnly, "info"); return; }
    if (ticket.shown() === ids[0]) ticket.choose(tab, true);
    else ticket.leaving(function () { ticket.load(ids[0], tab, true); });
  }

  /* A ticket that was nobody's says that it is one's own now, with the way back, until the next act or another ticket. */
  var place = ticket.panel.querySelector("[data-taken]"), taken = null;
  function announce(id, text) {
    taken = text ? { id: id, text: text } : null;
    if (!taken || ticket.shown() !== id) { place.replaceChildren(); return; }
    var made = ticket.panel.querySelector("[data-taken-model]").content.cloneNode(true);
    made.querySelector("[data-taken-text]").textContent = text;
    place.replaceChildren(made);
  }
  document.addEventListener("central:shown", function (event) {
    if (taken && event.detail.id === taken.id) window.setTimeout(function () { if (taken) announce(taken.id, taken.text); }, 50); // the region stands before it speaks
    else announce();
  });
  document.addEventListener("balcao:added", function (event) { // read again: a colleague closed it, or has it now
    if (event.detail === ticket.panel && taken && ticket.shown() === taken.id && ticket.inside().dataset.mine === undefined) announce();
  });
  ["changed", "removed", "act"].forEach(function (name) { document.addEventListener("central:" + name, function () { announce(); }); });

  /* Opened by a person who works on it: taken where it is nobody's, else shown with whom it is. */
  function take(id, focus) {
    return post(words.tickets + id + "/take").then(function (got) {
      if (got.ok) {
        ticket.say("changed", { ids: [id] });
        announce(id, got.answer.taken);
      } else if (focus === undefined) window.balcao.toast(got.answer.error.message || got.answer.error, "bad");
    }, function () { /* the panel says what it can */ });
  }

  document.addEventListener("central:open", function (event) {
    var id = Number(event.detail.id);
    ticket.leaving(function () {
      (words.mayWrite ? take(id, true) : Promise.resolve()).then(function () { return ticket.load(id, undefined, true); })
        .then(function () { if (event.detail.answer) ticket.answer(id); });
    });
  });
  document.addEventListener("central:act", function (event) { run(event.detail.act, (event.detail.ids || []).map(Number)); });

  ticket.panel.addEventListener("click", function (event) {
    var button = event.target.closest("[data-panel-act]");
    if (button) run(button.dataset.panelAct, [ticket.shown()]);
    if (event.target.closest("[data-take]")) take(ticket.shown());
  });

  /* A situation that closes, chosen among the others: by the dialog of closing, like any closing. */
  ticket.panel.addEventListener("submit", function (event) {
    var chosen = event.target.dataset.situationForm !== undefined && event.target.elements.situation_id.selectedOptions[0];
    if (!chosen || chosen.dataset.closes === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    run("close", [ticket.shown()], chosen.value);
  }, true);

  document.addEventListener("balcao:collect", function (event) {
    if (event.target.dataset.actForm) rows.forEach(function (row) { event.detail.append("row", row); });
  });
  document.addEventListener("balcao:done", function (event) {
    var form = event.target;
    if (form.dataset.reply !== undefined) ticket.sent();
    if (form.closest("dialog") && ticket.panel.contains(form)) form.reset(); // an e-mail or SMS that was sent is no longer typed
    if (form.dataset.newForm !== undefined) {
      form.reset();
      window.jQuery(form).find("select[data-lookup]").val(null).trigger("change");
    }
    tell(event.detail);
  });
})();
