export interface InstanceState {
  readonly code: number;
  readonly name: 'running' | 'terminated';
}

const RUNNING: InstanceState = { code: 16, name: 'running' };
export const TERMINATED: InstanceState = { code: 48, name: 'terminated' };

/** Which instances still run. All do again when the sandbox starts: it is there to be tried twice. */
export class Ec2Instances {
  readonly #terminated = new Set<string>();

  stateOf(id: string): InstanceState {
    return this.#terminated.has(id) ? TERMINATED : RUNNING;
  }

  terminate(id: string): void {
    this.#terminated.add(id);
  }
}
