/* global document */
/** A menu made of `<details>` also closes by Escape and by a press elsewhere. */
const menus = () => document.querySelectorAll('details[data-menu][open]');

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const menu of menus()) {
    const hadFocus = menu.contains(document.activeElement);
    menu.open = false;
    if (hadFocus) menu.querySelector('summary').focus();
  }
});

document.addEventListener('pointerdown', (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});
