/* global document */
/** Shows a field only while the choice that it hangs on is made. Without this script all of them are there. */
for (const form of document.querySelectorAll('[data-when-form]')) {
  const show = () => {
    for (const field of form.querySelectorAll('[data-when]')) {
      const chosen = form.elements.namedItem(field.dataset.when)?.value ?? '';
      field.hidden = !field.dataset.whenValues.split(' ').includes(chosen);
    }
  };
  form.addEventListener('change', show);
  show();
}
