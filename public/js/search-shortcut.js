/* global document */
/** `/` goes to the search field, from anywhere but a field that takes text. */
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.('input, textarea, select, [contenteditable]')) return;
  const input = document.querySelector('[data-shortcut]');
  if (input === null) return;
  event.preventDefault();
  input.focus();
  input.select();
});
