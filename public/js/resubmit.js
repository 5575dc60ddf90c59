/* global document, HTMLFormElement */
/** Sends the form at once. By the prototype, because a field named `submit` would hide the form's own method. */
const form = document.querySelector('[data-resubmit]');
if (form !== null) HTMLFormElement.prototype.submit.call(form);
