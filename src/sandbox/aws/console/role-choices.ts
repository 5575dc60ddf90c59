import { randomToken, sha256Hex } from '../../../lib/hash.ts';
import { ExpiringMap } from '../../expiring-map.ts';
import type { World } from '../organization/world.ts';
import type { PostedSignIn } from './saml-assumption.ts';

/** An assertion is good for five minutes, so a choice that takes longer comes to nothing anyway. */
const CHOICE_SECONDS = 5 * 60;
/** Each holds an assertion of up to 100,000 characters. */
const CAPACITY = 100;

/** Sign-ins between the role chooser's page and its answer. The page has a name for one, never the assertion. */
export class RoleChoices {
  readonly #waiting: ExpiringMap<PostedSignIn>;

  constructor(now: () => Date) {
    this.#waiting = new ExpiringMap(CAPACITY, now);
  }

  /** @returns its name, for one use */
  wait(posted: PostedSignIn): string {
    const name = randomToken();
    this.#waiting.set(sha256Hex(name), posted, CHOICE_SECONDS);
    return name;
  }

  peek(name: string): PostedSignIn | undefined {
    return this.#waiting.get(sha256Hex(name));
  }

  spend(name: string): void {
    this.#waiting.delete(sha256Hex(name));
  }
}

interface AccountChoice {
  readonly id: string;
  readonly name: string | undefined;
  readonly alias: string | undefined;
  readonly roles: readonly { readonly arn: string; readonly name: string }[];
}

/** As the chooser shows them: by account, each in the order of the assertion. */
export function rolesByAccount(world: World, roleArns: readonly string[]): readonly AccountChoice[] {
  const arns = [...new Set(roleArns)];
  const ids = [...new Set(arns.map(accountOf))];
  return ids.map((id) => {
    const account = world.findAccount(id);
    const roles = arns
      .filter((arn) => accountOf(arn) === id)
      .map((arn) => ({ arn, name: arn.slice(arn.indexOf('/') + 1) }));
    return { id, name: account?.name, alias: account?.alias, roles };
  });
}

function accountOf(arn: string): string {
  return arn.split(':')[4] ?? '';
}
