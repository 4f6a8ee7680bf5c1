/* Rows put in order: dragged by their grip, or by the arrow keys on it (with Alt anywhere in the row). Headings among the rows part them:
   a row is of the heading above it, a heading moves with its rows. window.balcao.sortable({ list, rows, heads, grip, drop: words,
   end: () => what follows the last row or null, moved: (row) => … }) */
(function () {
  "use strict";
  var SLACK = 4, EDGE = 56, SPEED = 14;
  var dragging = null;

  function all(list, selector) {
    return Array.prototype.filter.call(list.children, function (each) { return each.matches(selector); });
  }
  function entries(options) { return all(options.list, options.heads ? options.rows + "," + options.heads : options.rows); }
  function isHead(options, entry) { return Boolean(options.heads) && entry.matches(options.heads); }

  /* A row alone; a heading with all rows up to the next one. */
  function block(options, entry) {
    if (!isHead(options, entry)) return [entry];
    var found = [entry], every = entries(options), at = every.indexOf(entry) + 1;
    while (at < every.length && !isHead(options, every[at])) found.push(every[at++]);
    return found;
  }
  function put(options, entry, before) {
    var moving = block(options, entry), end = options.end ? options.end() : null;
    moving.forEach(function (each) { options.list.insertBefore(each, before || end); });
    options.moved(entry);
  }

  function step(options, entry, down) {
    var every = entries(options), at = every.indexOf(entry), before;
    if (isHead(options, entry)) {
      every = all(options.list, options.heads);
      at = every.indexOf(entry);
    }
    if (down ? at === every.length - 1 : at === 0) return;
    before = down ? every[at + 2] || null : every[at - 1];
    put(options, entry, before);
    (entry.querySelector(options.grip) || entry).focus();
  }

  /* ---- the pointer */

  function scroller(node) {
    for (var at = node.parentElement; at; at = at.parentElement) {
      if (/(auto|scroll)/.test(getComputedStyle(at).overflowY) && at.scrollHeight > at.clientHeight + 1) return at;
    }
    return document.scrollingElement;
  }
  /* Before which entry what is held at this height would fall; null is the end. */
  function target(options, y, entry) {
    var within = entry && isHead(options, entry) ? all(options.list, options.heads) : entries(options);
    return within.find(function (each) {
      if (each === entry) return false;
      var box = each.getBoundingClientRect();
      return box.height && y < box.top + box.height / 2;
    }) || null;
  }
  function show(state, y) {
    var before = target(state.options, y, state.entry), options = state.options;
    if (before === state.before && state.mark.isConnected) return;
    state.before = before;
    options.list.insertBefore(state.mark, before || (options.end ? options.end() : null));
  }
  function over(options, event) {
    var box = options.list.getBoundingClientRect();
    return event.clientX > box.left - 40 && event.clientX < box.right + 40 && event.clientY > box.top - 60 && event.clientY < box.bottom + 120;
  }
  function scroll(state, y) {
    var pane = state.pane, whole = pane === document.scrollingElement;
    var top = whole ? 0 : pane.getBoundingClientRect().top, bottom = whole ? window.innerHeight : pane.getBoundingClientRect().bottom;
    state.speed = y < top + EDGE ? -SPEED : y > bottom - EDGE ? SPEED : 0;
    if (state.speed && !state.turning) {
      state.turning = true;
      requestAnimationFrame(function turn() {
        if (dragging !== state || !state.speed) { state.turning = false; return; }
        pane.scrollTop += state.speed;
        show(state, state.y);
        requestAnimationFrame(turn);
      });
    }
  }
  function begin(state) {
    state.moving = true;
    state.mark = document.createElement(state.options.list.tagName === "UL" ? "li" : "div");
    state.mark.className = "b-drophere";
    state.mark.setAttribute("aria-hidden", "true");
    state.mark.textContent = state.options.drop;
    state.pane = scroller(state.options.list);
    if (state.entry) block(state.options, state.entry).forEach(function (each) { each.classList.add("is-dragged"); });
    document.body.classList.add("is-dragging");
  }
  /* The click that follows a drag is none. */
  function swallow() {
    function stop(event) { event.preventDefault(); event.stopPropagation(); }
    document.addEventListener("click", stop, { capture: true, once: true });
    setTimeout(function () { document.removeEventListener("click", stop, true); }, 50);
  }
  function end(dropped) {
    var state = dragging;
    dragging = null;
    if (!state || !state.moving) return;
    state.mark.remove();
    document.body.classList.remove("is-dragging");
    if (state.entry) block(state.options, state.entry).forEach(function (each) { each.classList.remove("is-dragged"); });
    swallow();
    if (!dropped || !state.inside) return;
    if (!state.entry) state.drop(state.before);
    else {
      var moving = block(state.options, state.entry), every = entries(state.options);
      var next = every[every.indexOf(moving[moving.length - 1]) + 1] || null;
      if (state.before !== next && moving.indexOf(state.before) < 0) put(state.options, state.entry, state.before);
    }
  }
  document.addEventListener("pointermove", function (event) {
    var state = dragging;
    if (!state) return;
    if (!state.moving) {
      if (Math.hypot(event.clientX - state.x, event.clientY - state.from) < SLACK) return;
      begin(state);
    }
    event.preventDefault();
    state.y = event.clientY;
    state.inside = over(state.options, event);
    if (state.inside) show(state, event.clientY); else state.mark.remove();
    scroll(state, event.clientY);
  }, { passive: false });
  document.addEventListener("pointerup", function () { end(true); });
  document.addEventListener("pointercancel", function () { end(false); });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && dragging && dragging.moving) { event.preventDefault(); event.stopPropagation(); end(false); }
  }, true);

  function hold(event, state) {
    if (event.button !== 0) return;
    dragging = Object.assign({ x: event.clientX, from: event.clientY, y: event.clientY, before: null, inside: false }, state);
  }

  function sortable(options) {
    options.list.addEventListener("pointerdown", function (event) {
      var grip = options.inside && options.inside(event.target) ? null : event.target.closest(options.grip);
      var entry = grip && entries(options).find(function (each) { return each.contains(grip); });
      if (entry) hold(event, { options: options, entry: entry });
    });
    options.list.addEventListener("keydown", function (event) {
      if (event.key !== "ArrowUp" && event.key !== "ArrowDown" || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (options.inside && options.inside(event.target)) return;
      var entry = entries(options).find(function (each) { return each.contains(event.target); });
      if (!entry || !event.altKey && !event.target.closest(options.grip)) return;
      if (event.altKey && /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
      event.preventDefault();
      step(options, entry, event.key === "ArrowDown");
    });
    return {
      step: function (entry, down) { step(options, entry, down); },
      /* Something from outside, such as a type of the palette, held by the pointer: `drop(before)`. */
      carry: function (event, drop) { hold(event, { options: options, entry: null, drop: drop }); }
    };
  }
  window.balcao = Object.assign(window.balcao || {}, { sortable: sortable });
})();
