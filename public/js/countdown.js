/* global document, setInterval, clearInterval */
/** Shows an expiry in the reader's own time, and what is left of it. */
for (const root of document.querySelectorAll('[data-countdown]')) start(root);

function start(root) {
  const time = root.querySelector('time');
  const rest = root.querySelector('[data-countdown-rest]');
  const over = document.querySelector('[data-countdown-over]');
  const expiresAt = new Date(time.dateTime);
  if (Number.isNaN(expiresAt.getTime())) return;

  time.textContent = localTime(expiresAt);
  const timer = setInterval(tick, 1_000);
  tick();

  function tick() {
    const seconds = Math.ceil((expiresAt.getTime() - Date.now()) / 1_000);
    if (seconds > 0) {
      rest.textContent = `in ${duration(seconds)}`;
      return;
    }
    clearInterval(timer);
    rest.textContent = 'expired';
    if (over !== null) over.hidden = false;
  }
}

function localTime(date) {
  const isToday = date.toDateString() === new Date().toDateString();
  const day = isToday ? {} : { weekday: 'short', day: 'numeric', month: 'short' };
  return date.toLocaleString(undefined, {
    ...day,
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  });
}

/** Two units are enough to plan by: `11 h 59 min`, `59 min 12 s`, `12 s`. */
function duration(seconds) {
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
