/** `15 minutes`, `1 hour`, `12 hours 30 minutes`: what people read of a number of seconds. */
export function durationInWords(seconds: number): string {
  const parts = [
    inUnits(Math.floor(seconds / 3_600), 'hour'),
    inUnits(Math.floor((seconds % 3_600) / 60), 'minute'),
    inUnits(Math.floor(seconds % 60), 'second'),
  ].filter((part) => part !== '');
  return parts.length === 0 ? '0 seconds' : parts.join(' ');
}

function inUnits(count: number, unit: string): string {
  if (count === 0) return '';
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
