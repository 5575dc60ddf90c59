/** The schemas that editors read, made from the ones that validate. */
import { z } from 'zod';
import { catalogueSchema } from '../core/catalogue.ts';
import { configFileSchema } from './config-schema.ts';

export function configJsonSchema(): string {
  return print('Daypass configuration', configFileSchema);
}

export function accessJsonSchema(): string {
  return print('Daypass catalogue (access.yaml)', catalogueSchema);
}

function print(title: string, schema: z.ZodType): string {
  return `${JSON.stringify({ title, ...z.toJSONSchema(schema, { io: 'input' }) }, null, 2)}\n`;
}
