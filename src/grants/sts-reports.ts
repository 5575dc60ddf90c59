/** What operators must hear of AWS, once when it begins and once when it ends. Nothing here is ever a secret. */
export interface StsReports {
  /** `refused`: why AWS does not take the credentials of this source; undefined when it takes them again. */
  credentials(state: { readonly source: string; readonly refused: string | undefined }): void;
  /** AWS's clock minus ours, in seconds, once it is more than a minute; 0 when it is less again. */
  clockSkew(seconds: number): void;
}

const WORTH_TELLING_SECONDS = 60;

/** Watches the time that AWS's answers carry, by the clock that the broker goes by. */
export function createClockWatch(reports: StsReports, now: () => Date): (date: string | undefined) => void {
  let told = 0;
  return (date) => {
    const theirs = Date.parse(date ?? '');
    if (Number.isNaN(theirs)) return;
    const seconds = Math.round((theirs - now().getTime()) / 1_000);
    const skew = Math.abs(seconds) > WORTH_TELLING_SECONDS ? seconds : 0;
    // A skew that grows by another minute is news; one that wavers by a second is not.
    if (skew === 0 ? told === 0 : told !== 0 && Math.abs(skew - told) <= WORTH_TELLING_SECONDS) return;
    told = skew;
    reports.clockSkew(skew);
  };
}
