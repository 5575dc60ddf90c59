/* global document */
/**
 * Filters the roles that are on the page as one types. Searching all of them is the form's own submit
 * (Enter), which works without this. Every word must occur in the role's or its account's text.
 */
const root = document.querySelector('[data-filter]');
if (root !== null) start(root);

function start(list) {
  const input = document.querySelector('[data-filter-input]');
  const status = document.querySelector('[data-filter-status]');
  const nothing = document.querySelector('[data-filter-nothing]');
  const initialStatus = status.textContent;
  const accounts = [...list.querySelectorAll('[data-filter-group]')].map((element) => ({
    element,
    rows: [...element.querySelectorAll('[data-filter-row]')].map((row) => ({
      element: row,
      text: `${textOf(element)} ${textOf(row)}`,
    })),
  }));

  input.addEventListener('input', apply);
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || input.value === '') return;
    event.preventDefault();
    input.value = '';
    apply();
  });
  // The browser may bring back what was typed before.
  if (input.value !== input.defaultValue) apply();

  function apply() {
    // What the server searched for shows as the server found it: it may look in more than the texts here.
    const isUntouched = input.value === input.defaultValue;
    const words = isUntouched ? [] : input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { element, rows } of accounts) {
      let any = false;
      for (const row of rows) {
        const matches = words.every((word) => row.text.includes(word));
        row.element.hidden = !matches;
        any ||= matches;
        if (matches) shown += 1;
      }
      element.hidden = !any;
    }
    nothing.hidden = shown > 0;
    status.textContent = isUntouched ? initialStatus : message(shown);
  }

  function message(shown) {
    const found = shown === 1 ? '1 role on this page' : `${shown} roles on this page`;
    return list.dataset.filter === 'partial' ? `${found}. Press Enter to search all of them.` : found;
  }
}

/** The texts marked as searchable that belong to this element itself, not to a row inside it. */
function textOf(element) {
  return [...element.querySelectorAll('[data-filter-text]')]
    .filter((part) => part.closest('[data-filter-row], [data-filter-group]') === element)
    .map((part) => part.textContent)
    .join(' ')
    .toLowerCase();
}
