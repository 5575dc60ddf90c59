/* global document */
/**
 * Adds "another duration" to the list of usual ones. The list stays the only field with a name; the number
 * of minutes becomes the value of its last entry, so that a request never carries two durations.
 */
for (const root of document.querySelectorAll('[data-custom-duration]')) start(root);

function start(root) {
  const select = root.querySelector('select');
  const field = root.querySelector('[data-custom-duration-field]');
  const minutes = field.querySelector('input');
  const other = document.createElement('option');
  other.textContent = 'Another duration…';
  select.append(other);
  select.addEventListener('change', show);
  minutes.addEventListener('input', update);
  show();

  function show() {
    const isOther = select.selectedOptions[0] === other;
    field.hidden = !isOther;
    minutes.required = isOther;
    // A hidden field must not hold up the form by being out of range.
    minutes.disabled = !isOther;
    update();
    if (isOther) minutes.focus();
  }

  function update() {
    other.value = String(Math.round(minutes.valueAsNumber * 60));
  }
}
