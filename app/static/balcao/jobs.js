/* "Trabalhos": asks how far each job is, every second at first and ever less often; loads the page anew when one ends. */
(function () {
  "use strict";
  var said = document.getElementById("jobs-said");
  document.querySelectorAll("[data-job]").forEach(function (item) {
    var wait = 1000, bar = item.querySelector("progress"), count = item.querySelector("[data-job-count]");
    function ask() {
      fetch(item.dataset.job, { credentials: "same-origin", headers: { Accept: "application/json" } }).then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      }).then(function (job) {
        if (job.ended) {
          said.textContent = said.dataset.ended.replace("{name}", job.title).replace("{state}", job.state_text);
          window.setTimeout(function () { window.location.reload(); }, 700); // after it was said
          return;
        }
        if (job.total) { bar.max = job.total; bar.value = job.done; }
        count.textContent = job.count_text;
        item.querySelector("[data-job-state] .b-chip").lastChild.textContent = job.state_text;
        again();
      }).catch(again);
    }
    function again() {
      wait = Math.min(wait * 1.2, 10000);
      window.setTimeout(ask, wait);
    }
    window.setTimeout(ask, wait);
  });
})();
