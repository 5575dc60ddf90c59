/** Where one measurement runs: its own directory and ports, and what is built. */
export interface Place {
  readonly directory: string;
  readonly dist: string;
  readonly ports: readonly [number, number, number];
}
