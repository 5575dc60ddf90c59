/* global document, navigator, setTimeout, clearTimeout, getSelection */
/** Copies an element's text, and says for four seconds whether that worked. */
const SHOWN_FOR_MS = 4_000;

for (const button of document.querySelectorAll('[data-copy]')) {
  const source = document.getElementById(button.dataset.copy);
  if (source === null) continue;
  button.hidden = false;
  start(button, source);
}

function start(button, source) {
  const label = button.querySelector('[data-copy-label]');
  const initial = label.textContent;
  let timer;
  button.addEventListener('click', async () => {
    const copied = await copy(source.textContent);
    if (!copied) selectText(source);
    button.dataset.state = copied ? 'copied' : 'failed';
    label.textContent = copied ? 'Copied' : 'Not copied';
    announce(copied ? 'Copied' : 'Not copied. The text is selected: press Ctrl+C or Command+C.');
    clearTimeout(timer);
    timer = setTimeout(() => {
      delete button.dataset.state;
      label.textContent = initial;
      announce('');
    }, SHOWN_FOR_MS);
  });
}

/** The clipboard is missing on plain http addresses, and may be refused by the browser or its owner. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function selectText(source) {
  const fold = source.closest('details');
  if (fold !== null) fold.open = true;
  getSelection().selectAllChildren(source);
}

function announce(message) {
  const region = document.querySelector('[data-announce]');
  if (region !== null) region.textContent = message;
}
