/**
 * npm tells only the shell that it starts scripts with, and not every shell passes that on: the process would
 * stay behind and hold its ports. That shell's end is then what tells us.
 */
export function whenNpmIsGone(script: string, stop: () => void): void {
  if (process.env['npm_lifecycle_event'] !== script) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop();
  }, 250);
  watch.unref();
}
