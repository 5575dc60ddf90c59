/**
 * The forms in which credentials leave, one file each. Only here are they read (`reveal`), and only after the
 * outcome's audit record is committed, which the pipeline sees to. A form quotes for its reader and stores,
 * logs and decides nothing.
 */
import type { Delivery } from '../core/ports/delivery.ts';
import { bashForm } from './bash.ts';
import { cmdForm } from './cmd.ts';
import { createConsoleDelivery, type ConsoleOptions } from './console.ts';
import { containerForm } from './container.ts';
import { credentialProcessForm } from './credential-process.ts';
import { credentialsFileForm } from './credentials-file.ts';
import { identityCenterForm } from './identity-center.ts';
import { jsonForm } from './json.ts';
import { powershellForm } from './powershell.ts';
import { textDelivery, type TextForm } from './text-delivery.ts';

export interface FormOfCredentials {
  readonly id: string;
  readonly label: string;
  readonly text: string;
}

export interface Deliveries {
  /** The address that signs the browser in. It works once, for minutes, for whoever has it. */
  readonly console: Delivery<URL>;
  /** Every form that a person may paste somewhere, at once, for one page. */
  readonly shells: Delivery<readonly FormOfCredentials[]>;
  /** For SDKs that fetch by `AWS_CONTAINER_CREDENTIALS_FULL_URI`. */
  readonly container: Delivery<string>;
  /** The forms by media type; the first is what a client without a wish gets. */
  readonly texts: readonly { readonly mediaType: string; readonly delivery: Delivery<string> }[];
  /** For clients of Identity Center's protocol. */
  readonly identityCenter: Delivery<string>;
}

const FOR_PEOPLE: readonly TextForm[] = [bashForm, powershellForm, cmdForm, credentialsFileForm, jsonForm];
const FOR_CLIENTS: readonly TextForm[] = [
  jsonForm,
  credentialProcessForm,
  bashForm,
  powershellForm,
  cmdForm,
  credentialsFileForm,
];

export function createDeliveries(options: ConsoleOptions): Deliveries {
  return {
    console: createConsoleDelivery(options),
    shells: {
      name: 'page',
      purpose: 'credentials',
      deliver(credentials, permit) {
        const values = credentials.reveal();
        return FOR_PEOPLE.map((form) => ({
          id: form.name,
          label: form.label,
          text: form.write(values, permit),
        }));
      },
    },
    container: textDelivery(containerForm),
    texts: FOR_CLIENTS.map((form) => ({ mediaType: form.mediaType, delivery: textDelivery(form) })),
    identityCenter: textDelivery(identityCenterForm),
  };
}
