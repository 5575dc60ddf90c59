/* global document */
/** Arrow keys walk from the search field through the rows' first actions and back; Enter then presses it. */
document.addEventListener('keydown', (event) => {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const input = document.querySelector('[data-filter-input]');
  const stops = [input, ...[...document.querySelectorAll('[data-row-action]')].filter(isShown)];
  const here = stops.findIndex((stop) => stop === document.activeElement || sharesRow(stop));
  if (here < 0) return;
  const next = stops[here + (event.key === 'ArrowDown' ? 1 : -1)];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
});

function isShown(element) {
  return element.closest('[hidden]') === null;
}

/** Whether the focus is on another control of the row that this action belongs to. */
function sharesRow(action) {
  return action.closest('[data-filter-row]')?.contains(document.activeElement) === true;
}
