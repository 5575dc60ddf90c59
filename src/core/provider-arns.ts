/** What an account calls the identity providers that it trusts. */
import type { Account } from './catalogue.ts';

type Place = Pick<Account, 'id' | 'partition'>;

export function samlProviderArn({ partition, id }: Place, name: string): string {
  return `arn:${partition}:iam::${id}:saml-provider/${name}`;
}

export function openidProviderArn({ partition, id }: Place, issuer: string): string {
  return `arn:${partition}:iam::${id}:oidc-provider/${issuerName(issuer)}`;
}

/** AWS names such a provider by its address without the scheme, in its ARN and in its condition keys. */
export function issuerName(issuer: string): string {
  return issuer.replace(/^https?:\/\//, '');
}
