/* global document */
/** Counts, while somebody types, what AWS will count: a policy without spaces between, and the ARNs beside it. */
for (const meter of document.querySelectorAll('[data-meter]')) {
  const policy = document.getElementById(meter.dataset.meter);
  const beside = document.getElementById(meter.dataset.meterBeside);
  const used = meter.querySelector('[data-meter-used]');
  const count = () => {
    const arns = beside.value.split('\n').reduce((sum, line) => sum + line.length, 0);
    used.textContent = String(arns + compactLength(policy.value));
  };
  policy.addEventListener('input', count);
  beside.addEventListener('input', count);
}

function compactLength(text) {
  try {
    return text.trim() === '' ? 0 : JSON.stringify(JSON.parse(text)).length;
  } catch {
    return text.length;
  }
}
