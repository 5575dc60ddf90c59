/* global document */
/**
 * Goes on with what was pressed before a sign-in, as if the button were pressed again. Says so in a field, so
 * that a press which is turned away once more is not sent round in circles.
 */
const button = document.querySelector('[data-continue]');
if (button !== null) {
  const again = document.createElement('input');
  Object.assign(again, { type: 'hidden', name: 'again', value: '1' });
  button.form.append(again);
  button.form.requestSubmit(button);
}
