/** Accounts of the example organization that the pages and the seed speak of. Other organizations may lack them. */
export const EXAMPLE_ACCOUNTS = {
  tools: '111122223333',
  development: '222233334444',
  production: '444455556666',
  exampleCorp: '777788889999',
} as const;
