/* global document */
/**
 * Turns links to sections into tabs as WAI-ARIA describes them: one stop for the Tab key, arrows, Home and
 * End between tabs. https://www.w3.org/WAI/ARIA/apg/patterns/tabs/
 */
for (const root of document.querySelectorAll('[data-tabs]')) start(root);

function start(root) {
  const list = root.querySelector('[data-tab-list]');
  const tabs = [...list.querySelectorAll('a')];
  const panels = tabs.map((tab) => document.getElementById(tab.hash.slice(1)));
  if (tabs.length === 0 || panels.includes(null)) return;

  list.setAttribute('role', 'tablist');
  for (const item of list.children) item.setAttribute('role', 'presentation');
  tabs.forEach((tab, index) => {
    tab.setAttribute('role', 'tab');
    tab.setAttribute('aria-controls', panels[index].id);
    panels[index].setAttribute('role', 'tabpanel');
    panels[index].setAttribute('aria-labelledby', tab.id);
    tab.addEventListener('click', (event) => {
      event.preventDefault();
      select(index);
    });
  });
  list.addEventListener('keydown', (event) => {
    const next = target(event.key, tabs.indexOf(document.activeElement), tabs.length);
    if (next === undefined) return;
    event.preventDefault();
    select(next);
    tabs[next].focus();
  });
  root.dataset.ready = '';
  const addressed = panels.findIndex((panel) => panel.matches(':target'));
  select(addressed < 0 ? 0 : addressed);

  function select(chosen) {
    tabs.forEach((tab, index) => {
      tab.setAttribute('aria-selected', String(index === chosen));
      tab.tabIndex = index === chosen ? 0 : -1;
      panels[index].hidden = index !== chosen;
    });
  }
}

function target(key, here, count) {
  if (here < 0) return undefined;
  if (key === 'ArrowRight') return (here + 1) % count;
  if (key === 'ArrowLeft') return (here + count - 1) % count;
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  return undefined;
}
