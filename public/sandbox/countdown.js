/* global document, setInterval */
// Times in the reader's own zone, and what is left of them.
for (const element of document.querySelectorAll('time[data-local-time]')) {
  const date = new Date(element.getAttribute('datetime'));
  element.textContent = date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' });
}

function remaining(until) {
  const seconds = Math.max(0, Math.round((until - Date.now()) / 1000));
  if (seconds === 0) return '(ended)';
  const hours = Math.floor(seconds / 3600);
  const minutes = String(Math.floor((seconds % 3600) / 60)).padStart(2, '0');
  return `(${hours}:${minutes}:${String(seconds % 60).padStart(2, '0')} left)`;
}

function tick() {
  for (const element of document.querySelectorAll('[data-remaining-until]')) {
    element.textContent = remaining(Date.parse(element.getAttribute('data-remaining-until')));
  }
}

tick();
setInterval(tick, 1000);
