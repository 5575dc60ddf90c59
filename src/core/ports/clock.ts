/** The only source of "now" for the broker; tests hand in their own. */
export interface Clock {
  now(): Date;
}
